r"""Every container has a hard limit of memory of its own.

Profile level
-------------
Level 1, automated. A managed rule of AWS Config had it; no recommendation of the CIS benchmark.

Description
-----------
Fails when any container of a task definition, or of a managed daemon's definition, has no `memory` (reason
`no-memory-limit`). 0 is no limit: that is what the container runtime makes of it. `memoryReservation` is a soft limit,
which says what to set aside and stops nobody, so it does not count; the evidence shows it.

Definitions that require Fargate and nothing else are not applicable. There the memory of the whole task is mandatory,
and it is a hard wall: each task is a machine of its own with exactly that much. A container without a limit can starve
its neighbours in the same task, which stand or fall with it anyway, and nobody else. For the usual task of one
container a second limit of the same size changes nothing. So AWS makes it optional there. A definition that allows
Fargate and something else is judged, for it can run where the wall is missing.

On instances ECS wants a limit for the task or for the containers. A task-level limit also bounds its containers
together; this check follows the rule of AWS Config and looks at the containers, since one that leaks makes the kernel
choose among all processes of the task whom to kill.

Other standards
---------------
`aws-config` under `standards` is what the managed rule ecs-task-definition-memory-hard-limit says of the same task
definition: `memory` absent on one container is NON_COMPLIANT, on Fargate too. AWS has announced the end of that rule:
it evaluates nothing since April 3, 2026. It never looked at managed daemons.

Rationale
---------
A container without a hard limit can use all memory of its instance. One leak or one hostile request then takes down the
tasks of other teams that happen to be placed there, and the ECS agent with them.

Impact for
----------
A container that uses too much is killed by itself and restarted, and its neighbours do not notice.

Impact against
--------------
A limit that is too low kills a healthy container at its peak: measure before setting it. Runtimes that size their heap
by the machine's memory have to be told of the limit.

Default value
-------------
No limit. On instances a task definition is refused when neither the task nor the container says any memory; on Fargate
the task's memory is required.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources. To remediate, by hand:
ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:DeregisterTaskDefinition (for daemons
ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon), and iam:PassRole on the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look for memory in each entry of containerDefinitions.
3. Where services still run on older revisions, do the same for those.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
      "taskDefinition.[requiresCompatibilities, memory, containerDefinitions[].[name, memory, memoryReservation]]"

Remediation, console
--------------------
1. Look at the container's memory use in Container Insights over some weeks.
2. Open the revision and choose Create new revision.
3. For each container set the memory hard limit somewhat above its peak.
4. Create the revision, update every service that uses the family, and wait until the deployment is stable.
5. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; give each container a `memory`, in MiB, and save it
as new.json.

    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs deregister-task-definition --task-definition FAMILY:OLD --region REGION

For a managed daemon: describe-daemon-task-definition, correct it alike, register-daemon-task-definition, and then
update-daemon with the new ARN and the daemon's capacity providers.

Back-out
--------
Until the old revision is deregistered, point the service back at it: update-service with FAMILY:OLD. A deregistered
revision cannot be used by a deployment; register its content again (old.json has it) and deploy the new number.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-memory-hard-limit.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
https://repost.aws/knowledge-center/allocate-ecs-memory-tasks

Related controls
----------------
AWS Config: ecs-task-definition-memory-hard-limit (ended). No control of Security Hub, no check of Prowler.
"""

from __future__ import annotations

from dataclasses import replace

from auditor.checks._verdicts import not_applicable, over_containers
from auditor.domain.check import NoParameters, Severity, Status, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition, TaskDefinition

_NONE = "no-memory-limit"


@check(
    id="ecs-memory-hard-limit",
    title="Every container has a hard limit of memory of its own",
    severity=Severity.LOW,
    fact_type=Definition,
    frameworks={"aws-config": ("ecs-task-definition-memory-hard-limit",)},
    remediation=(
        "Register a revision in which every container has a `memory` somewhat above its measured peak; update what "
        "uses the family; then deregister the old revision."
    ),
    reason_texts={_NONE: "has no hard limit of memory"},
    repairs={
        _NONE: DefinitionRepair(container={"memory": 512}, manual="Choose the limit in MiB by the container's peak.")
    },
)
def memory_hard_limit(definition: Definition, _: NoParameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    verdict = not_applicable() if definition.only_fargate else _of_containers(definition)
    return replace(verdict, standards=_standards(definition))


def _of_containers(definition: Definition) -> Verdict:
    return over_containers(
        definition,
        lambda container: () if container.memory else (_NONE,),
        lambda container: {"memory": container.memory, "memoryReservation": container.memory_reservation},
    )


def _standards(definition: Definition) -> dict[str, Status]:
    """By the letter of AWS Config's page: absent on one container, wherever it runs."""
    if not isinstance(definition, TaskDefinition):
        return {}
    absent = any(each.memory is None for each in definition.containers)
    return {"aws-config": Status.FAIL if absent else Status.PASS}
