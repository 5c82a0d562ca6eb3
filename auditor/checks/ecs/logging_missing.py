r"""Every container has a log configuration.

Profile level
-------------
Level 1, automated: recommendation 3.7 of the CIS AWS Compute Services Benchmark 1.1.0.

Description
-----------
Fails when any container of a task definition, or of a managed daemon's definition, has no `logConfiguration`, or one
without a `logDriver` (reason `no-log-driver`). Any driver will do, and where it sends the logs is not judged:
json-file, which keeps them on the instance, passes like awslogs.

Every container counts, sidecars included: a proxy or a log router that fails silently is as hard to understand as the
application. A container that sends its logs to FireLens has the driver awslogs or awsfirelens itself; the router needs
a driver of its own, usually awslogs, because it cannot route what it says about its own failure.

Rationale
---------
On Fargate, what a container without a log driver writes is lost. On an instance it goes to whatever the Docker daemon
was set up with, by default a file on the instance, which goes when the container is removed or the instance is
replaced, and which an intruder on the instance can edit. After an incident there is then nothing to read.

Impact for
----------
What happened can be found out after the task has stopped, by people who have no access to the host.

Impact against
--------------
Storing logs costs money, and logs may hold personal data: set a retention. The execution role needs
logs:CreateLogStream and logs:PutLogEvents. When CloudWatch cannot take the logs, the mode of the driver decides whether
the application waits or the logs are dropped: see ecs-logging-blocking-mode.

Default value
-------------
None: a container definition has no log configuration unless it is written down. The console's form switches log
collection on; the API, templates and most tools do not.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources. To remediate, by hand:
ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:DeregisterTaskDefinition (for daemons
ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon), and iam:PassRole on the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look for logConfiguration with a logDriver in each entry of containerDefinitions.
3. Where services still run on older revisions, do the same for those.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
      "taskDefinition.containerDefinitions[].[name, logConfiguration.logDriver]"

Remediation, console
--------------------
1. Create a log group with a retention, and let the execution role write to it.
2. Open the revision and choose Create new revision.
3. In each container switch on log collection, and name the group, the region and a stream prefix.
4. Create the revision, update every service that uses the family, and wait until the deployment is stable.
5. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; give each container a `logConfiguration`, and save
it as new.json.

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
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-log-configuration.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-9

Related controls
----------------
Security Hub: ECS.9. AWS Config: ecs-task-definition-log-configuration. Prowler: ecs_task_definitions_logging_enabled.
All three read the same member in the same way; none of them looks at managed daemons.
"""

from __future__ import annotations

from auditor.checks._verdicts import over_containers
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_NONE = "no-log-driver"
_AWSLOGS = {
    "logDriver": "awslogs",
    "options": {
        "awslogs-group": "/ecs/FAMILY",
        "awslogs-region": "REGION",
        "awslogs-stream-prefix": "CONTAINER",  # Fargate insists on it
    },
}


@check(
    id="ecs-logging-missing",
    title="Every container has a log configuration",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={
        "cis-compute-1.1": ("3.7",),
        "aws-fsbp": ("ECS.9",),
        "aws-config": ("ecs-task-definition-log-configuration",),
    },
    remediation=(
        "Register a revision in which every container has a `logConfiguration` with a `logDriver`, such as awslogs; "
        "update what uses the family; then deregister the old revision."
    ),
    reason_texts={_NONE: "has no log driver"},
    repairs={
        _NONE: DefinitionRepair(
            container={"logConfiguration": _AWSLOGS},
            manual="Create the log group, or name another, and let the execution role write there; one must be set.",
        )
    },
)
def logging_missing(definition: Definition, _: NoParameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    return over_containers(
        definition,
        lambda container: () if container.log_driver else (_NONE,),
        lambda container: {"logDriver": container.log_driver},
    )
