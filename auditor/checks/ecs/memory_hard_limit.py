"""Containers have a hard memory limit.

## Profile level
None: a former managed rule of AWS Config, which has evaluated nothing since April 3, 2026.

## Description
Fails if any container of a task definition, or of a managed daemon's definition, has no `memory` (reason
`no-memory-limit`). The container runtime treats 0 as no limit, and so does this check. `memoryReservation` is a soft
limit, which only reserves memory, so it does not count; the evidence shows it.

Definitions that require only Fargate are not applicable. There the memory of the whole task is mandatory and is a hard
limit: each task is a machine of its own with exactly that much memory. A container without a limit can starve only the
other containers of its own task, which depend on it anyway. For a task with one container, a second limit of the same
size changes nothing. AWS therefore makes it optional on Fargate. A definition that allows Fargate and another launch
type is judged, because it can run on instances, which lack this limit.

On instances ECS requires a limit for the task or for the containers. If the task has a `memory` of its own, its
containers are bounded together (the ECS agent creates a control group for the task), so one without a limit cannot use
the memory of other tasks. It then passes with the note `task-memory-only`: a leak still makes the kernel choose a
process to kill among all processes of the task.

    memory of the task    memory of the container    verdict    reason
    ------------------    -----------------------    -------    ----------------
    any                   512                        PASS       -
    -                     -, 0                       FAIL       no-memory-limit
    1024                  -, 0                       PASS       task-memory-only

## Rationale
A container without any hard limit, its own or its task's, can use all memory of its instance. One leak or one hostile
request then brings down tasks of other teams on the same instance, and the ECS agent with them.

## Benefits
Only the container that uses too much memory is killed and restarted; other containers are not affected.

## Drawbacks
A limit that is too low kills a healthy container at its peak: measure before you set it. Runtimes that size their heap
by the machine's memory must be configured with the limit.

## Default value
No limit. On instances ECS refuses a task definition if neither the task nor the container sets any memory; on Fargate
the task's memory is required.

{{permissions-all-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look for memory in each entry of containerDefinitions.
3. {{repeat-for-older-revisions-and-daemons}}

## Audit, CLI
{{describe-task-definition}}
      "taskDefinition.[requiresCompatibilities, memory, containerDefinitions[].[name, memory, memoryReservation]]"

## Remediation, console
1. Look at the container's memory use in Container Insights over some weeks.
2. Open the revision and choose Create new revision.
3. For each container set the hard memory limit, in MiB, somewhat above its peak.
4. {{deploy-new-revision}}

{{remediate-by-cli-with-daemons}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-memory-hard-limit.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
https://repost.aws/knowledge-center/allocate-ecs-memory-tasks

## Related controls
AWS Config: ecs-task-definition-memory-hard-limit, which failed every container without `memory`, on Fargate too, and
has evaluated nothing since April 3, 2026. No control of Security Hub, no check of Prowler.
"""

from auditor.checks._verdicts import not_applicable, pass_with_notes, verdict_from
from auditor.checks.ecs._common import container_evidence
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_NO_LIMIT, _TASK_ONLY = "no-memory-limit", "task-memory-only"
_SET_LIMIT = DefinitionRepair(
    container={"memory": 512}, manual="Set `memory`, in MiB, above the container's measured peak."
)


@check(
    id="ecs-memory-hard-limit",
    title="Containers have a hard memory limit",
    problem="Container has no hard memory limit",
    severity=Severity.LOW,
    fact_type=Definition,
    frameworks={"control-tower-proactive": ("CT.ECS.PR.7",)},
    remediation=(
        "Register a revision in which every container has a `memory` above its measured peak; update every service or "
        "daemon that runs it; then deregister the old revision."
    ),
    reason_texts={_NO_LIMIT: "has no hard memory limit", _TASK_ONLY: "is limited only by the memory of its task"},
    repairs={_NO_LIMIT: _SET_LIMIT, _TASK_ONLY: _SET_LIMIT},
)
def memory_hard_limit(definition: Definition, _: NoParameters) -> Verdict:
    return not_applicable() if definition.only_fargate else _judge_limits(definition)


def _judge_limits(definition: Definition) -> Verdict:
    reason = _TASK_ONLY if definition.memory else _NO_LIMIT
    evidence = [
        container_evidence(
            container, (reason,), {"memory": container.memory, "memoryReservation": container.memory_reservation}
        )
        for container in definition.containers
        if not container.memory
    ]
    return pass_with_notes(verdict_from(()), evidence) if definition.memory else verdict_from(evidence)
