"""Containers on the host's network are neither privileged nor root.

## Profile level
Level 1, automated: recommendation 3.1 of the CIS AWS Compute Services Benchmark 1.1.0.

## Description
Judges task definitions whose `networkMode` is `host`. A definition fails if any of its containers

  * has `privileged` set to true (reason `privileged`), or
  * has a `user` that is root (reason `root-user`).

{{root-spellings}}

A container without a user (absent or empty) passes with the note `user-unset`: the definition does not request root.
Most images run as root by default, so the note is worth following up. The parameter `unset_user: fail` makes it a
failure, which is stricter than the benchmark.

Any network mode other than `host`, including an absent one, is not applicable. A definition in host mode without
containers passes: it holds nothing that could be root.

## Truth table
One container in host mode with the default `unset_user: pass`; `-` means absent. The last three columns are the
verdicts of other rule sets on the same container.

    privileged  user               verdict         reasons               aws-config  prowler  powerpipe
    ----------  -----------------  --------------  --------------------  ----------  -------  --------------
    -           -                  PASS            user-unset            FAIL        FAIL     FAIL
    false       -                  PASS            user-unset            FAIL        FAIL     FAIL
    -, false    ""                 PASS            user-unset            FAIL        FAIL     FAIL
    -, false    1000, app          PASS            -                     PASS        PASS     FAIL
    -, false    1000:0, app:root   PASS            -                     PASS        PASS     FAIL
    -, false    root               FAIL            root-user             FAIL        FAIL     FAIL
    -, false    0, 00, +0, -0      FAIL            root-user             PASS        PASS     FAIL
    -, false    0:0, 0:app         FAIL            root-user             PASS        PASS     FAIL
    -, false    root:root, root:x  FAIL            root-user             PASS        PASS     FAIL
    -, false    :100, :0           FAIL            root-user             PASS        PASS     FAIL
    -, false    4294967296         UNKNOWN         user-out-of-range     PASS        PASS     FAIL
    true        -                  FAIL            privileged            PASS        PASS     FAIL
    true        1000, app          FAIL            privileged            PASS        PASS     PASS
    true        root               FAIL            privileged root-user  PASS        PASS     FAIL
    true        0, 0:0, root:root  FAIL            privileged root-user  PASS        PASS     PASS
    not host    any                NOT_APPLICABLE  -                     PASS        PASS     NOT_APPLICABLE
    host        no containers      PASS            -                     PASS        PASS     FAIL

{{one-failing-container}}

## Other standards
Other tools say nearly the opposite. Every finding carries their verdicts under `standards`.

  * `aws-config` is the managed rule ecs-task-definition-user-for-host-mode-check, which was also Security Hub's ECS.1
    until that control was retired in March 2026. It looks for privilege that was not chosen deliberately:
    privileged=true counts as a deliberate choice and complies, whereas a container that is not privileged and has no
    user, or the user root, does not. Its page mentions only root and null, so other spellings of root comply.
  * `prowler` (ecs_task_definitions_host_networking_mode_users) applies that rule to each container, with the literal
    word root.
  * `powerpipe` (ecs_task_definition_user_for_host_mode_check, on Steampipe) requires the opposite of the benchmark: at
    least one container must be privileged and also have a user other than the word root. One such container clears all
    others.

## Rationale
In host mode no network namespace separates the container from its instance. The container can listen on any free port
of the instance, connect to anything that listens on the loopback interface (agents and debug ports often trust it), and
reach the instance metadata service like a process of the instance. Root in the container adds raw sockets on the
instance's interfaces and access to its abstract Unix sockets; CVE-2020-15257 used the latter to take over the host. A
privileged container has every capability and every device, and needs no vulnerability to take over the host.

## Benefits
An attacker who breaks into such a container controls one unprivileged process. The traffic of other tasks, the
instance, and the credentials of every task on it stay out of reach.

## Drawbacks
A process that is not root cannot bind ports below 1024 without a file capability, and may be unable to read files and
volumes that belong to root; images may have to be rebuilt. Network agents, security sensors and some monitoring tools
need privilege by design. Keep them few and known, each with a recorded exception and an owner.

## Default value
`networkMode` is host only if set: absent means bridge on EC2 instances, and Fargate supports only awsvpc. `privileged`
is false if absent. If `user` is absent, the image decides; most public images run as root.

{{permissions-task-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look for "networkMode": "host". Without it the check does not apply.
3. In each entry of containerDefinitions look at "privileged" and "user", and compare them with the truth table.
4. {{repeat-for-older-revisions}}

## Audit, CLI
{{describe-task-definition}}
      "taskDefinition.{network: networkMode, containers: containerDefinitions[].[name, user, privileged]}"

## Remediation, console
1. {{edit-as-json}}
2. If the task does not need the instance's network, set networkMode to awsvpc (or bridge), and continue with step 4.
3. Otherwise, in every container, set privileged to false, and user to a uid other than 0 that the image supports, such
   as "10001:10001". Add single capabilities under linuxParameters if the process needs them.
4. {{deploy-new-revision}}

{{remediate-by-cli}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-networkmode-host.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-user-for-host-mode-check.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
https://hub.powerpipe.io/mods/turbot/steampipe-mod-aws-compliance
https://pkg.go.dev/strconv#Atoi
https://nvd.nist.gov/vuln/detail/CVE-2020-15257
https://nvd.nist.gov/vuln/detail/CVE-2024-40635
https://pkg.go.dev/github.com/moby/sys/user#GetExecUser

## Related controls
CIS AWS Compute Services 1.1.0: 3.3 (process namespace of the host), 3.4 (privileged containers in any network mode).
Security Hub: ECS.4 (privileged), ECS.17 (host network mode as such), ECS.20 (root or unset user, Linux), which together
replaced ECS.1.
"""

from dataclasses import dataclass, replace
from typing import Literal

from auditor.checks._verdicts import not_applicable
from auditor.checks.ecs._host_mode_standards import other_standards
from auditor.checks.ecs._linux_users import USER_REASON_TEXTS, USER_REPAIRS, judge_users
from auditor.domain.check import Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import TaskDefinition

_PRIVILEGED = "privileged"


@dataclass(frozen=True, slots=True)
class Parameters:
    """`unset_user` is the verdict on a container without a user; `pass` follows the benchmark."""

    unset_user: Literal["pass", "fail"] = "pass"


@check(
    id="ecs-host-network-privileged-or-root",
    aliases=("ecs_task_definitions_host_networking_mode_users",),
    title="Containers on the host's network are neither privileged nor root",
    problem="Privileged or root container on the host's network",
    severity=Severity.HIGH,
    fact_type=TaskDefinition,
    frameworks={"cis-compute-1.1": ("3.1",), "control-tower-proactive": ("CT.ECS.PR.8",)},
    remediation=(
        "Register a revision whose containers have `privileged` false and a `user` with a uid other than 0, or whose "
        "network mode is not host; update every service that runs it; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={_PRIVILEGED: "is privileged", **USER_REASON_TEXTS},
    repairs={_PRIVILEGED: DefinitionRepair(container={"privileged": False}), **USER_REPAIRS},
)
def host_network_privileged_or_root(task: TaskDefinition, params: Parameters) -> Verdict:
    standards = other_standards(task)
    if not task.uses_host_network:
        return replace(not_applicable(), standards=standards)
    verdict = judge_users(task, params.unset_user, lambda container: (_PRIVILEGED,) if container.privileged else ())
    return replace(verdict, standards=standards)
