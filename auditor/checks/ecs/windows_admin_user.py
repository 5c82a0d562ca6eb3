r"""Every Windows container must be told to run as a user other than an administrator.

Profile level
-------------
None: the CIS benchmark has no recommendation on it. Security Hub control ECS.21, severity medium.

Description
-----------
Fails a task definition for Windows in which any container

  * has a `user` that is an administrator (reason `admin-user`), or
  * has no `user` at all (reason `user-unset`): then the image decides, and every Windows base image but Nano Server
    decides for ContainerAdministrator.

Administrators are the accounts of the parameter `administrators`: ContainerAdministrator, which is the only one that
Security Hub knows, Administrator, and SYSTEM, which can do even more. Windows does not tell upper case from lower, and
neither does this check; a domain before a backslash (`NT AUTHORITY\SYSTEM`, `User Manager\ContainerAdministrator`) does
not matter. Any other name is taken at its word: an image may put it into the Administrators group, which no ECS call
can tell. `root` and numbers are no accounts of Windows, and the container does not start.

A definition is for Windows when `runtimePlatform.operatingSystemFamily` says so. The field is often absent on EC2
instances, and nearly always that means Linux. Security Hub then judges the definition twice, as Linux (ECS.20) and as
Windows (ECS.21), so that each Linux definition without a user has two findings, one of them about an account that does
not exist there. This check is not applicable to a definition that does not say, with two exceptions:

  * A container whose user is ContainerAdministrator or ContainerUser gives it away: these accounts exist on Windows
    only. The whole definition is then judged as one for Windows.
  * The parameter `unset_os: judge` follows Security Hub. Set it where Windows definitions are registered without
    saying so; better, let them say so.

What the parameter leaves out is not left unexamined: ecs-linux-root-user judges every definition that does not say.
Linux definitions are not applicable, nor are those of managed daemons, which run on Linux only.

Truth table
-----------
One container, `-` meaning absent, with the default parameters. The last column is what Security Hub says.

    system   user                                 verdict         reasons     security-hub
    -------  -----------------------------------  --------------  ----------  --------------
    windows  -, ""                                FAIL            user-unset  FAIL
    windows  ContainerAdministrator               FAIL            admin-user  FAIL
    windows  containeradministrator               FAIL            admin-user  FAIL
    windows  User Manager\ContainerAdministrator  FAIL            admin-user  PASS
    windows  Administrator, SYSTEM                FAIL            admin-user  PASS
    windows  NT AUTHORITY\SYSTEM                  FAIL            admin-user  PASS
    windows  ContainerUser, app, DOMAIN\app       PASS            -           PASS
    -        -, ""                                NOT_APPLICABLE  -           FAIL
    -        ContainerAdministrator               FAIL            admin-user  FAIL
    -        ContainerUser                        PASS            -           PASS
    -        root, 1000, app, Administrator       NOT_APPLICABLE  -           PASS
    linux    any                                  NOT_APPLICABLE  -           NOT_APPLICABLE

With several containers, one that fails is enough to fail the definition; the evidence names each of them.

Other standards
---------------
Each finding carries `security-hub` under `standards`: ECS.21 with the AWS Config rule behind it
(ecs-task-definition-windows-user-non-admin), by its letter. It judges definitions that do not say their system, and it
knows one name.

Rationale
---------
ContainerAdministrator owns the container: it installs services, changes the registry and every file, and reads what
other processes hold. A Windows Server container with process isolation shares the kernel of its host, Microsoft does
not count that as a security boundary, and the known ways out of it begin with an administrator's privileges.

Impact for
----------
Whoever breaks into the process cannot change the system around it, and most ways out of the container are closed.

Impact against
--------------
ContainerUser cannot write outside its profile and the folders it was given, nor install services; IIS and programs that
write beside their binaries need folder permissions in the image, and some need an administrator to start at all. The
ECS reference says of `user` that Windows containers do not support it, while ECS.21 asks for it: try the definition
before it is rolled out, and where it is refused or ignored, name the user in the image (USER ContainerUser) and record
an exception for `user-unset`.

Default value
-------------
Absent, which is the image's own user: ContainerUser for Nano Server, ContainerAdministrator for Server Core and Server.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, on all resources.
To remediate, by hand: ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:DeregisterTaskDefinition, and iam:PassRole on
the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look for "operatingSystemFamily": "WINDOWS_..." under runtimePlatform.
3. In each entry of containerDefinitions look at "user", and compare with the truth table.
4. Where services still run on older revisions, do the same for those.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
      "taskDefinition.{os: runtimePlatform.operatingSystemFamily, users: containerDefinitions[].[name, user]}"

Remediation, console
--------------------
1. Let the image give the account what it needs: in the Dockerfile, icacls for the folders that the process writes to.
2. Open the revision, choose Create new revision, and then with JSON.
3. Set user to ContainerUser, or to an account that the image creates, in every container. Say the operating system
   under runtimePlatform where it is missing.
4. Create the revision, update every service that uses the family, and wait until the deployment is stable.
5. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; correct the containers, and save it as new.json.

    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs deregister-task-definition --task-definition FAMILY:OLD --region REGION

Back-out
--------
Until the old revision is deregistered, point the service back at it: update-service with FAMILY:OLD. A deregistered
revision cannot be used by a deployment; register its content again (old.json has it) and deploy the new number.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-windows-user-non-admin.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
https://learn.microsoft.com/en-us/virtualization/windowscontainers/manage-containers/container-security

Related controls
----------------
Security Hub: ECS.21; AWS Config: ecs-task-definition-windows-user-non-admin. ecs-linux-root-user (ECS.20) is the same
question for Linux. No check of Prowler, Powerpipe, Checkov or Trivy asks it of Windows containers on ECS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from auditor.checks._verdicts import not_applicable, over_containers, user_details
from auditor.domain.check import Severity, Status, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import TaskDefinition

_UNSET = "user-unset"
_A_USER = DefinitionRepair(
    container={"user": "ContainerUser"}, manual="Name an account that the image is ready for and no administrator."
)

#: Accounts that every Windows container has and no Linux one: who names them says what the definition is for.
_ONLY_ON_WINDOWS = frozenset({"containeradministrator", "containeruser"})


@dataclass(frozen=True, slots=True)
class Parameters:
    """`unset_os` says whether a definition that names no operating system is judged too, as Security Hub does.

    `administrators` are the accounts that count as administrators, without their domain.
    """

    unset_os: Literal["judge", "skip"] = "skip"
    administrators: tuple[str, ...] = ("Administrator", "ContainerAdministrator", "SYSTEM")

    def __post_init__(self) -> None:
        """Refuse a list that could never match: the check would pass what it is there to find."""
        if not self.administrators or any(not each or "\\" in each for each in self.administrators):
            message = "`administrators` must name at least one account, and each without its domain."
            raise ValueError(message)


@check(
    id="ecs-windows-admin-user",
    title="Windows containers are told to run as a user other than an administrator",
    severity=Severity.MEDIUM,
    fact_type=TaskDefinition,
    frameworks={"aws-fsbp": ("ECS.21",), "aws-config": ("ecs-task-definition-windows-user-non-admin",)},
    remediation=(
        "Register a revision whose containers have a `user` that is no administrator, such as ContainerUser; update "
        "the services that use the family; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={"admin-user": "runs as an administrator", _UNSET: "sets no user, so the image decides"},
    repairs={"admin-user": _A_USER, _UNSET: _A_USER},
)
def windows_admin_user(task: TaskDefinition, params: Parameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    if not _concerned(task, params):
        return replace(not_applicable(), standards=_standards(task))
    administrators = frozenset(each.lower() for each in params.administrators)
    verdict = over_containers(
        task,
        lambda container: _faults(container, administrators),
        lambda container: {**user_details(container), "runtimePlatform.operatingSystemFamily": task.os_family},
    )
    return replace(verdict, standards=_standards(task))


def _concerned(task: TaskDefinition, params: Parameters) -> bool:
    if task.os_family:
        return task.on_windows
    return params.unset_os == "judge" or any(_account(each) in _ONLY_ON_WINDOWS for each in task.containers)


def _faults(container: Container, administrators: frozenset[str]) -> Iterator[str]:
    if _account(container) in administrators:
        yield "admin-user"
    if container.user_unset:
        yield _UNSET


def _account(container: Container) -> str:
    """Return who the process is, as Windows compares names: without the domain, in one case."""
    return container.user_name.rpartition("\\")[2].lower()


def _standards(task: TaskDefinition) -> dict[str, Status]:
    if task.os_family and not task.on_windows:
        return {"security-hub": Status.NOT_APPLICABLE}
    users = {(each.user or "").lower() for each in task.containers}
    return {"security-hub": Status.FAIL if {"", "containeradministrator"} & users else Status.PASS}
