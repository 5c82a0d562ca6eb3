"""Tasks do not share the process namespace of their host.

## Profile level
Level 1, automated: recommendation 3.3 of the CIS AWS Compute Services Benchmark 1.1.0.

## Description
Fails a definition whose `pidMode` joins its containers to the host's process namespace (reason `host-pid-mode`). The
value for that depends on the kind of definition:

    definition         pidMode              verdict
    -----------------  -------------------  --------------
    task               host                 FAIL
    task               -, task              PASS
    managed daemon     shared               FAIL
    managed daemon     -, none              PASS
    task, on Windows   any                  NOT_APPLICABLE

{{host-mode-task-word}}
Windows containers have no process namespaces to share, and ECS does not support `pidMode` there. Only the definition's
own field counts.

## Rationale
In the host's process namespace a container sees every process of the instance: command lines, which often contain
passwords, and, as root, the environments, open files and root file systems of other containers through /proc/PID. It
can send them signals. With the capability SYS_PTRACE it can read and write their memory, including the ECS agent's, and
so obtain the credentials of every task on the instance.

## Benefits
An attacker who breaks into a container sees only its own processes, not those of other tasks or the instance.

## Drawbacks
Security sensors, profilers and process monitors that watch the whole instance need it. Keep them few and known, each
with a recorded exception and an owner. To watch the processes of one task, `pidMode: task` is enough, also on Fargate.

## Default value
Absent: each container has its own process namespace, also in a managed daemon. Fargate supports only `task`.

{{permissions-all-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look for "pidMode": "host" next to "family".
3. {{repeat-for-older-revisions}}
4. For managed daemons open their daemon task definitions and look for "pidMode": "shared".

## Audit, CLI
{{describe-task-definition}}
      taskDefinition.pidMode
{{describe-daemon-task-definition}}
      daemonTaskDefinition.pidMode

{{daemon-field-warning}}

## Remediation, console
1. {{edit-as-json}}
2. Remove pidMode, or set it to task if the containers of the task must see one another's processes.
3. {{deploy-new-revision}}

{{remediate-by-cli-with-daemons}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DaemonTaskDefinition.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-pid-mode-check.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
https://man7.org/linux/man-pages/man7/pid_namespaces.7.html

## Related controls
CIS AWS Compute Services 1.1.0: 3.3. Security Hub: ECS.3; AWS Config: ecs-task-definition-pid-mode-check; Prowler:
ecs_task_definitions_host_namespace_not_shared; Powerpipe: ecs_task_definition_no_host_pid_mode. They treat `host` as
this check does, on any operating system, and none of them examines managed daemons, which use another value. Checkov's
CKV_AWS_335 looks for `pidMode` inside the containers, where ECS has no such field, and so never matches.
"""

from auditor.checks._verdicts import not_applicable, resource_verdict
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_SHARED = "host-pid-mode"


@check(
    id="ecs-host-pid-mode",
    aliases=("ecs_task_definitions_host_namespace_not_shared",),
    title="Tasks do not share the host's process namespace",
    problem="Task sees the host's processes",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={
        "cis-compute-1.1": ("3.3",),
        "aws-fsbp": ("ECS.3",),
        "aws-config": ("ecs-task-definition-pid-mode-check",),
        "nist-800-53-r5": ("ECS.3",),
        "control-tower-proactive": ("CT.ECS.PR.10",),
    },
    remediation=(
        "Register a revision without `pidMode` (or with `task`, if its containers must see one another's processes); "
        "update every service or daemon that runs it; then deregister the old revision."
    ),
    reason_texts={_SHARED: "shares the process namespace of its host"},
    repairs={_SHARED: DefinitionRepair(definition={"pidMode": None})},
)
def host_pid_mode(definition: Definition, _: NoParameters) -> Verdict:
    if definition.on_windows:
        return not_applicable()
    return resource_verdict(_SHARED if definition.shares_host_processes else None, pidMode=definition.pid_mode)
