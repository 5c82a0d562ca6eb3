"""Linux containers run as a user other than root.

## Profile level
None: the CIS benchmark requires this in host network mode only (3.1). Security Hub control ECS.20, severity medium.

## Description
Fails a definition for Linux in which any container

  * has a `user` that is root (reason `root-user`), or
  * has no `user` (reason `user-unset`): the image then decides, and most images run as root.

{{root-spellings}}

The two reasons are separate because their fixes differ: root was requested explicitly, whereas an unset user may be
harmless if the image names a user. No ECS or ECR call returns the image's user. If you can vouch for the images of an
account, set the parameter `unset_user: pass`; such a container then passes with the note `user-unset`.

A definition is for Linux unless `runtimePlatform.operatingSystemFamily` names Windows; ECS treats an absent value as
Linux. A Windows definition is not applicable: ecs-windows-admin-user judges it. Managed daemons run only on Linux, and
their definitions are judged by the same rule. Privilege, network mode and capabilities do not matter here.

## Truth table
One container of a task definition for Linux; `-` means absent. The last two columns are the verdicts of other rule
sets.

    user                  verdict         reasons            security-hub    powerpipe
    --------------------  --------------  -----------------  --------------  ---------
    -, ""                 FAIL            user-unset         FAIL            PASS
    root                  FAIL            root-user          FAIL            FAIL
    0                     FAIL            root-user          FAIL            PASS
    00, +0, -0            FAIL            root-user          PASS            PASS
    0:0, root:x, root:    FAIL            root-user          PASS            PASS
    :100, :0              FAIL            root-user          PASS            PASS
    4294967296            UNKNOWN         user-out-of-range  PASS            PASS
    1000, app, 1000:0     PASS            -                  PASS            PASS
    app:root, Root        PASS            -                  PASS            PASS
    root, on Windows      NOT_APPLICABLE  -                  NOT_APPLICABLE  FAIL

{{one-failing-container}}

## Other standards
Each finding about a task definition carries the verdicts of other rule sets under `standards`.

  * `security-hub` is ECS.20 with the AWS Config rule behind it (ecs-task-definition-linux-user-non-root). Its page
    names two default root users, `root` and `0`, so other spellings pass. The older Config rule
    ecs-task-definition-nonroot-user fails `root` and a missing user, on any operating system.
  * `powerpipe` (ecs_task_definition_no_root_user, on Steampipe) fails only on the word `root`: a container without a
    user passes, and so does `0`.

## Rationale
Root in a container is root of the host's kernel with some capabilities removed: ECS does not map it to another user on
the host. If a process escapes from its container (through a vulnerability of the kernel or the runtime, or through a
mounted socket or host folder), it escapes as root. CVE-2019-5736 and CVE-2024-21626 were escapes of that kind.

## Benefits
An attacker who breaks into the process has no special rights: they cannot install packages, change the running program,
read other users' files on shared volumes, or use most known ways to escape.

## Drawbacks
A process that is not root may be unable to bind ports below 1024 (use a file capability, the sysctl
net.ipv4.ip_unprivileged_port_start or another port), or to read files and volumes that belong to root; images may have
to be rebuilt. Images that start as root and then change the user themselves (su-exec, gosu) need root for that.

## Default value
Absent, which means the image's own user; for most public images that is root.

{{permissions-all-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look at "operatingSystemFamily": the check does not apply to Windows definitions.
3. In each entry of containerDefinitions look at "user", and compare it with the truth table.
4. {{repeat-for-older-revisions-and-daemons}}

## Audit, CLI
{{describe-task-definition}}
      "taskDefinition.{os: runtimePlatform.operatingSystemFamily, users: containerDefinitions[].[name, user]}"
{{describe-daemon-task-definition}}
      "daemonTaskDefinition.containerDefinitions[].[name, user]"

If the user is unset and you may pull the image, this command shows its user:

    docker image inspect --format '{{.Config.User}}' IMAGE

## Remediation, console
1. {{edit-as-json}}
2. In every container set user to a uid other than 0 that the image supports, such as "10001:10001". A number needs no
   entry in the image's /etc/passwd.
3. {{deploy-new-revision}}

{{remediate-by-cli-with-daemons}}
Files that the process wrote to a volume in the meantime belong to the new uid; root can still read them.

## References
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-linux-user-non-root.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-nonroot-user.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
https://hub.powerpipe.io/mods/turbot/steampipe-mod-aws-compliance
https://pkg.go.dev/strconv#Atoi
https://nvd.nist.gov/vuln/detail/CVE-2019-5736
https://nvd.nist.gov/vuln/detail/CVE-2024-21626
https://nvd.nist.gov/vuln/detail/CVE-2024-40635
https://pkg.go.dev/github.com/moby/sys/user#GetExecUser

## Related controls
Security Hub: ECS.20; AWS Config: ecs-task-definition-linux-user-non-root. CIS AWS Compute Services 1.1.0: 3.1, for host
network mode, where an unset user passes. Prowler checks the user in host network mode only. ElectricEye's ECS.5 checks
only for the word `root` and exempts an unset user.
"""

from dataclasses import dataclass, replace
from typing import Literal

from auditor.checks._verdicts import not_applicable
from auditor.checks.ecs._linux_users import USER_REASON_TEXTS, USER_REPAIRS, judge_users
from auditor.domain.check import Severity, Status, Verdict, check
from auditor.domain.ecs.task_definitions import Definition, TaskDefinition


@dataclass(frozen=True, slots=True)
class Parameters:
    """`unset_user` is the verdict on a container without a user; `fail` follows Security Hub."""

    unset_user: Literal["fail", "pass"] = "fail"


@check(
    id="ecs-linux-root-user",
    title="Linux containers run as a user other than root",
    problem="Container runs as root or sets no user",
    severity=Severity.MEDIUM,
    fact_type=Definition,
    frameworks={
        "aws-fsbp": ("ECS.20",),
        "aws-config": ("ecs-task-definition-linux-user-non-root",),
        "control-tower-proactive": ("CT.ECS.PR.3",),
    },
    remediation=(
        "Register a revision whose containers have a `user` with a uid other than 0 that their images support; update "
        "every service or daemon that runs it; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts=USER_REASON_TEXTS,
    repairs=USER_REPAIRS,
)
def linux_root_user(definition: Definition, params: Parameters) -> Verdict:
    verdict = not_applicable() if definition.on_windows else judge_users(definition, params.unset_user)
    return replace(verdict, standards=_other_standards(definition))


def _other_standards(definition: Definition) -> dict[str, Status]:
    """Return the status by rule set. Other rule sets do not cover managed daemons."""
    if not isinstance(definition, TaskDefinition):
        return {}
    users = [container.user or None for container in definition.containers]
    security_hub = Status.FAIL if {None, "root", "0"} & set(users) else Status.PASS
    return {
        "security-hub": Status.NOT_APPLICABLE if definition.on_windows else security_hub,
        "powerpipe": Status.FAIL if "root" in users else Status.PASS,
    }
