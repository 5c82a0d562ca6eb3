r"""Every Linux container must be told to run as a user other than root.

Profile level
-------------
None: the CIS benchmark asks for it in host network mode only (3.1). Security Hub control ECS.20, severity medium.

Description
-----------
Fails a definition for Linux in which any container

  * has a `user` that is root (reason `root-user`), or
  * has no `user` at all (reason `user-unset`): then the image decides, and most images run as root.

Only the part of `user` before the first colon decides who the process is. It is root when it is the name `root` or a
spelling of the number 0 (`0`, `00`, `+0`, `-0`): the container runtime reads numbers as Go's `strconv.Atoi` does. The
group behind the colon does not matter, and a group alone (`:100`) is no user. Names are case-sensitive, so `Root` is
another user. Any other name is taken at its word: an image may map it to uid 0, which no ECS call can tell.

The two reasons are apart because they are mended apart: one was written down, and the other may be harmless, where the
image names a user of its own. No ECS or ECR call says whether it does. Who vouches for the images of an account can set
the parameter `unset_user: pass`; such a container then passes with the note `user-unset`.

A definition is for Linux unless `runtimePlatform.operatingSystemFamily` says Windows; one that says nothing is Linux to
ECS. A Windows definition is not applicable: ecs-windows-admin-user judges it. The definitions of managed daemons run on
Linux only and are judged by the same rule. Privilege, network mode and capabilities do not matter here.

Truth table
-----------
One container of a task definition for Linux, `-` meaning absent. The last two columns are what the other rule sets say
of it.

    user                  verdict         reasons     security-hub    powerpipe
    --------------------  --------------  ----------  --------------  ---------
    -, ""                 FAIL            user-unset  FAIL            PASS
    :100, :0              FAIL            user-unset  PASS            PASS
    root                  FAIL            root-user   FAIL            FAIL
    0                     FAIL            root-user   FAIL            PASS
    00, +0, -0            FAIL            root-user   PASS            PASS
    0:0, root:x, root:    FAIL            root-user   PASS            PASS
    1000, app, 1000:0     PASS            -           PASS            PASS
    app:root, Root        PASS            -           PASS            PASS
    root, on Windows      NOT_APPLICABLE  -           NOT_APPLICABLE  FAIL

With several containers, one that fails is enough to fail the definition; the evidence names each of them.

Other standards
---------------
Each finding about a task definition carries their verdicts under `standards`.

  * `security-hub` is ECS.20 with the AWS Config rule behind it (ecs-task-definition-linux-user-non-root). Its page
    names two default root users, `root` and `0`, so that other spellings pass by the letter. The older Config rule
    ecs-task-definition-nonroot-user knows `root` only, on any operating system.
  * `powerpipe` (ecs_task_definition_no_root_user, on Steampipe) fails on the word `root` and nothing else: a container
    without a user passes, and so does `0`.

Rationale
---------
Root in a container is root of the host's kernel with some capabilities taken away: ECS does not map it to another user
on the host. Whatever lets a process out of its container (a flaw of the kernel or the runtime, a socket or a host
folder that was mounted) lets it out as root. CVE-2019-5736 and CVE-2024-21626 were of that kind.

Impact for
----------
Whoever breaks into the process is nobody in particular: cannot install packages, change the program that runs, read
other users' files on shared volumes, or use most of the known ways out.

Impact against
--------------
A process that is not root may not be allowed to bind ports below 1024 (a file capability, the sysctl
net.ipv4.ip_unprivileged_port_start or another port helps), or to read files and volumes that belong to root; images may
have to be rebuilt. Images that start as root and then change user themselves (su-exec, gosu) need root to do that.

Default value
-------------
Absent, which is the image's own user; for most public images that is root.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources.
To remediate, by hand: ecs:RegisterTaskDefinition, ecs:UpdateService and ecs:DeregisterTaskDefinition, or
ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon; and iam:PassRole on the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look at "operatingSystemFamily": Windows definitions are not concerned.
3. In each entry of containerDefinitions look at "user", and compare with the truth table.
4. Where services still run on older revisions, do the same for those, and then for the daemon task definitions.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
      "taskDefinition.{os: runtimePlatform.operatingSystemFamily, users: containerDefinitions[].[name, user]}"
    aws ecs list-daemon-task-definitions --region REGION
    aws ecs describe-daemon-task-definition --daemon-task-definition ARN --region REGION --query \
      "daemonTaskDefinition.containerDefinitions[].[name, user]"

Where the user is unset, the image tells, to whom may pull it: docker image inspect --format '{{.Config.User}}' IMAGE

Remediation, console
--------------------
1. Open the revision, choose Create new revision, and then with JSON.
2. Set user to a uid other than 0 that the image is ready for, such as "10001:10001", in every container. A number needs
   no entry in the image's /etc/passwd.
3. Create the revision, update every service that uses the family, and wait until the deployment is stable.
4. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; correct the containers, and save it as new.json.

    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs deregister-task-definition --task-definition FAMILY:OLD --region REGION

A daemon's goes the same way with register-daemon-task-definition and update-daemon.

Back-out
--------
Until the old revision is deregistered, point the service back at it: update-service with FAMILY:OLD. A deregistered
revision cannot be used by a deployment; register its content again (old.json has it) and deploy the new number. Files
that the process wrote to a volume meanwhile belong to the new uid; root can still read them.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-linux-user-non-root.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-nonroot-user.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
https://hub.powerpipe.io/mods/turbot/steampipe-mod-aws-compliance
https://pkg.go.dev/strconv#Atoi
https://nvd.nist.gov/vuln/detail/CVE-2019-5736
https://nvd.nist.gov/vuln/detail/CVE-2024-21626

Related controls
----------------
Security Hub: ECS.20; AWS Config: ecs-task-definition-linux-user-non-root. CIS AWS Compute Services 1.1.0: 3.1, for host
network mode, where an unset user passes. Prowler asks for the user in host network mode only. ElectricEye's ECS.5 knows
the word `root` only and exempts an unset user.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from auditor.checks._verdicts import not_applicable, of_container, over_containers, user_details
from auditor.checks.ecs._notes import noting
from auditor.domain.check import Severity, Status, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition, TaskDefinition

_UNSET = "user-unset"
_A_USER = DefinitionRepair(container={"user": "1000:1000"}, manual="Name a user that the image is ready for.")


@dataclass(frozen=True, slots=True)
class Parameters:
    """`unset_user` says what a container without a user is; `fail` is Security Hub's reading."""

    unset_user: Literal["fail", "pass"] = "fail"


@check(
    id="ecs-linux-root-user",
    title="Linux containers are told to run as a user other than root",
    severity=Severity.MEDIUM,
    fact_type=Definition,
    frameworks={"aws-fsbp": ("ECS.20",), "aws-config": ("ecs-task-definition-linux-user-non-root",)},
    remediation=(
        "Register a revision whose containers have a `user` with a uid other than 0 that their images are ready for; "
        "update the services or daemons that use the family; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={"root-user": "runs as root", _UNSET: "sets no user, so the image decides"},
    repairs={"root-user": _A_USER, _UNSET: _A_USER},
)
def linux_root_user(definition: Definition, params: Parameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    if definition.on_windows:
        return replace(not_applicable(), standards=_standards(definition))
    verdict = over_containers(definition, lambda container: _faults(container, params), user_details)
    notes = (of_container(each, (_UNSET,), user_details(each)) for each in definition.containers if each.user_unset)
    return replace(noting(verdict, notes), standards=_standards(definition))


def _faults(container: Container, params: Parameters) -> Iterator[str]:
    if container.runs_as_root:
        yield "root-user"
    if container.user_unset and params.unset_user == "fail":
        yield _UNSET


def _standards(definition: Definition) -> dict[str, Status]:
    """Return what others say of it; of a daemon nobody else says anything."""
    if not isinstance(definition, TaskDefinition):
        return {}
    users = [each.user or None for each in definition.containers]
    hub = Status.FAIL if {None, "root", "0"} & set(users) else Status.PASS
    return {
        "security-hub": Status.NOT_APPLICABLE if definition.on_windows else hub,
        "powerpipe": Status.FAIL if "root" in users else Status.PASS,
    }
