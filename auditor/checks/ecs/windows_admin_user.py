r"""Windows containers run as a user other than an administrator.

## Profile level
None: the CIS benchmark has no such recommendation. Security Hub control ECS.21, severity medium.

## Description
Fails a task definition for Windows in which any container

  * has a `user` that is an administrator (reason `admin-user`), or
  * has no `user` (reason `user-unset`): the image then decides, and every Windows base image except Nano Server runs as
    ContainerAdministrator.

Administrators are the accounts in the parameter `administrators`: ContainerAdministrator, the only one that Security
Hub knows; Administrator; and SYSTEM, which has even more rights. Like Windows, this check ignores case; a domain before
a backslash (`NT AUTHORITY\SYSTEM`, `User Manager\ContainerAdministrator`) does not matter. Any other name is accepted:
an image can add it to the Administrators group, but no ECS call shows that. `root` and numbers are not Windows
accounts, and such a container does not start.

A definition is for Windows if `runtimePlatform.operatingSystemFamily` names Windows. The field is often absent on EC2
instances, which nearly always means Linux. Security Hub then judges the definition twice, as Linux (ECS.20) and as
Windows (ECS.21), so each Linux definition without a user has two findings, one of them about an account that does not
exist there. This check is not applicable if the operating system is absent, with two exceptions:

  * A container whose user is ContainerAdministrator or ContainerUser identifies a Windows definition, because these
    accounts exist only on Windows. The whole definition is then judged as one for Windows.
  * The parameter `unset_os: judge` follows Security Hub. Set it if you register Windows definitions without an
    operating system; better, name the operating system in them.

Definitions that this check skips for lack of an operating system are still examined: ecs-linux-root-user judges them.
Linux definitions are not applicable, nor are those of managed daemons, which run only on Linux.

## Truth table
One container with the default parameters; `-` means absent. The last column is the verdict of Security Hub.

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

{{one-failing-container}}

## Other standards
Each finding carries `security-hub` under `standards`: ECS.21 with the AWS Config rule behind it
(ecs-task-definition-windows-user-non-admin), exactly as documented. It judges definitions without an operating system,
and knows one account name.

## Rationale
ContainerAdministrator controls the whole container: it can install services, change the registry and every file, and
read the memory of other processes. A Windows Server container with process isolation shares the kernel of its host,
which Microsoft does not regard as a security boundary, and the known escapes from it start with administrator
privileges.

## Benefits
An attacker who breaks into the process cannot change the system around it, and most ways out of the container are
closed.

## Drawbacks
ContainerUser cannot write outside its profile and the folders that it was given, nor install services. IIS and programs
that write to their own folder need folder permissions in the image, and some need an administrator to start. The ECS
reference says that Windows containers do not support `user`, whereas ECS.21 requires it: try the definition before you
roll it out. If it is refused or ignored, set the user in the image (USER ContainerUser) and record an exception for
`user-unset`.

## Default value
Absent, which means the image's own user: ContainerUser for Nano Server, ContainerAdministrator for Server Core and
Server.

{{permissions-task-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look for "operatingSystemFamily": "WINDOWS_..." under runtimePlatform.
3. In each entry of containerDefinitions look at "user", and compare it with the truth table.
4. {{repeat-for-older-revisions}}

## Audit, CLI
{{describe-task-definition}}
      "taskDefinition.{os: runtimePlatform.operatingSystemFamily, users: containerDefinitions[].[name, user]}"

## Remediation, console
1. Grant the account what it needs in the image: use icacls in the Dockerfile for the folders that the process writes
   to.
2. {{edit-as-json}}
3. In every container set user to ContainerUser, or to an account that the image creates. Set the operating system under
   runtimePlatform if it is absent.
4. {{deploy-new-revision}}

{{remediate-by-cli}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-windows-user-non-admin.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
https://learn.microsoft.com/en-us/virtualization/windowscontainers/manage-containers/container-security

## Related controls
Security Hub: ECS.21; AWS Config: ecs-task-definition-windows-user-non-admin. ecs-linux-root-user (ECS.20) is the
equivalent for Linux. Prowler, Powerpipe, Checkov and Trivy have no such check for Windows containers on ECS.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from auditor.checks._verdicts import not_applicable
from auditor.checks.ecs._common import judge_containers, user_details
from auditor.domain.check import Severity, Status, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import TaskDefinition

_UNSET = "user-unset"
_SET_USER = DefinitionRepair(
    container={"user": "ContainerUser"},
    manual="Set `user` to an account that the image supports and that is not an administrator.",
)

#: Accounts that every Windows container and no Linux container has, so they identify a definition for Windows.
_WINDOWS_ACCOUNTS = frozenset({"containeradministrator", "containeruser"})


@dataclass(frozen=True, slots=True)
class Parameters:
    """`unset_os` decides whether a definition without an operating system is judged too, as Security Hub does.

    `administrators` are the accounts that count as administrators, without their domain.
    """

    unset_os: Literal["judge", "skip"] = "skip"
    administrators: tuple[str, ...] = ("Administrator", "ContainerAdministrator", "SYSTEM")

    def __post_init__(self) -> None:
        """Refuse a list that could never match, because the check would then pass everything."""
        if not self.administrators or any(not account or "\\" in account for account in self.administrators):
            raise ValueError("`administrators` must name at least one account, each without its domain.")


@check(
    id="ecs-windows-admin-user",
    title="Windows containers run as a user other than an administrator",
    problem="Windows container runs as an administrator or sets no user",
    severity=Severity.MEDIUM,
    fact_type=TaskDefinition,
    frameworks={"aws-fsbp": ("ECS.21",), "aws-config": ("ecs-task-definition-windows-user-non-admin",)},
    remediation=(
        "Register a revision whose containers have a `user` that is not an administrator, such as ContainerUser; "
        "update every service that runs it; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={"admin-user": "runs as an administrator", _UNSET: "sets no user, so the image decides"},
    repairs={"admin-user": _SET_USER, _UNSET: _SET_USER},
)
def windows_admin_user(task: TaskDefinition, params: Parameters) -> Verdict:
    if not _is_for_windows(task, params):
        return replace(not_applicable(), standards=_other_standards(task))
    administrators = frozenset(account.lower() for account in params.administrators)
    verdict = judge_containers(
        task,
        lambda container: _reasons(container, administrators),
        lambda container: {**user_details(container), "runtimePlatform.operatingSystemFamily": task.os_family},
    )
    return replace(verdict, standards=_other_standards(task))


def _is_for_windows(task: TaskDefinition, params: Parameters) -> bool:
    if task.os_family:
        return task.on_windows
    return params.unset_os == "judge" or any(_account(container) in _WINDOWS_ACCOUNTS for container in task.containers)


def _reasons(container: Container, administrators: frozenset[str]) -> Iterator[str]:
    if _account(container) in administrators:
        yield "admin-user"
    if not container.user_name:
        yield _UNSET


def _account(container: Container) -> str:
    """Return the account of a container as Windows compares it: without the domain, in lower case."""
    return container.user_name.rpartition("\\")[2].lower()


def _other_standards(task: TaskDefinition) -> dict[str, Status]:
    if task.os_family and not task.on_windows:
        return {"security-hub": Status.NOT_APPLICABLE}
    users = {(container.user or "").lower() for container in task.containers}
    return {"security-hub": Status.FAIL if {"", "containeradministrator"} & users else Status.PASS}
