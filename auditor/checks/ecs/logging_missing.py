"""Containers have a log configuration.

## Profile level
Level 1, automated: recommendation 3.7 of the CIS AWS Compute Services Benchmark 1.1.0.

## Description
Fails if any container of a task definition, or of a managed daemon's definition, has no `logConfiguration`, or one
without a `logDriver` (reason `no-log-driver`). The driver `none`, which writes nowhere, counts as no driver. Any other
driver passes, and its destination is not judged: json-file, which keeps the logs on the instance, passes like awslogs.

Every container counts, sidecars included: a proxy or a log router that fails silently is as hard to diagnose as the
application. A container that sends its logs to FireLens itself has the driver awslogs or awsfirelens; the router needs
its own driver, usually awslogs, because it cannot route messages about its own failure.

## Rationale
On Fargate, the output of a container without a log driver is lost. On an instance, the configuration of the Docker
daemon applies. By default the output goes to a file on the instance, which disappears when the container is removed or
the instance is replaced, and which an attacker on the instance can edit. After an incident there is then nothing to
read.

## Benefits
Incidents can be investigated after the task has stopped, by people without access to the host.

## Drawbacks
Storing logs costs money, and logs may hold personal data: set a retention period. The execution role needs
logs:CreateLogStream and logs:PutLogEvents. When CloudWatch does not accept the logs, the mode of the driver decides
whether the application waits or the logs are dropped: see ecs-logging-blocking-mode.

## Default value
None: a container definition has a log configuration only if it is set. The console's form turns log collection on; the
API, templates and most tools do not.

{{permissions-all-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look for logConfiguration with a logDriver in each entry of containerDefinitions.
3. {{repeat-for-older-revisions-and-daemons}}

## Audit, CLI
{{describe-task-definition}}
      "taskDefinition.containerDefinitions[].[name, logConfiguration.logDriver]"

## Remediation, console
1. Create a log group with a retention period, and allow the execution role to write to it.
2. Open the revision and choose Create new revision.
3. In each container turn on log collection, and name the group, the region and a stream prefix.
4. {{deploy-new-revision}}

{{remediate-by-cli-with-daemons}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-log-configuration.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-9

## Related controls
Security Hub: ECS.9. AWS Config: ecs-task-definition-log-configuration. Prowler: ecs_task_definitions_logging_enabled.
All three read the same field in the same way; none of them examines managed daemons.
"""

from auditor.checks.ecs._common import judge_containers
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_NO_DRIVER = "no-log-driver"
_AWSLOGS = {
    "logDriver": "awslogs",
    "options": {
        "awslogs-group": "/ecs/FAMILY",
        "awslogs-region": "REGION",
        "awslogs-stream-prefix": "CONTAINER",  # Fargate requires it
    },
}


@check(
    id="ecs-logging-missing",
    aliases=("ecs_task_definitions_logging_enabled",),
    title="Containers have a log configuration",
    problem="Container has no log configuration",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={
        "cis-compute-1.1": ("3.7",),
        "aws-fsbp": ("ECS.9",),
        "aws-config": ("ecs-task-definition-log-configuration",),
        "nist-800-53-r5": ("ECS.9",),
        "control-tower-proactive": ("CT.ECS.PR.5",),
    },
    remediation=(
        "Register a revision in which every container has a `logConfiguration` with a `logDriver`, such as awslogs; "
        "update every service or daemon that runs it; then deregister the old revision."
    ),
    reason_texts={_NO_DRIVER: "has no log driver"},
    repairs={
        _NO_DRIVER: DefinitionRepair(
            container={"logConfiguration": _AWSLOGS},
            manual="Create the log group or name an existing one, set an execution role if there is none, and allow it "
            "to write to the log group.",
        )
    },
)
def logging_missing(definition: Definition, _: NoParameters) -> Verdict:
    return judge_containers(
        definition,
        lambda container: () if container.log_driver not in (None, "", "none") else (_NO_DRIVER,),
        lambda container: {"logDriver": container.log_driver},
    )
