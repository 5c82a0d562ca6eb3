r"""No container of a task or a managed daemon may be privileged.

Profile level
-------------
Level 1, automated: recommendation 3.4 of the CIS AWS Compute Services Benchmark 1.1.0.

Description
-----------
Fails a definition in which any container, essential or not, has `privileged` set to true (reason `privileged`); the
evidence names each of them. Network mode and user do not matter: a privileged container that runs as uid 1000 is one
setuid program away from using what it has. Absent, null and false pass. ECS coerces the text "true", as templates write
it, and so it counts as true here.

The definitions of managed daemons are judged by the same rule; agents that run as daemons are privileged more often
than anything else is. Windows has no privileged containers in ECS: a Windows definition is not applicable. Fargate
refuses them too, when a definition that asks for Fargate is registered, so such a definition passes.

Rationale
---------
A privileged container has every capability, every device of the host, no seccomp filter and no AppArmor profile. It
mounts the disk of the instance and writes to it, loads kernel modules, and reads the credentials of the instance and of
every task there. It needs no flaw in the kernel or the runtime to become the host: it is the host, with another root
file system.

Impact for
----------
Whoever breaks into a container must first find a flaw of the kernel or the runtime before the instance, and all tasks
that run on it, are theirs.

Impact against
--------------
Security sensors, storage and network drivers, and builds that run Docker inside a container need some of it. Most are
content with one capability (`linuxParameters.capabilities`) or one device (`linuxParameters.devices`); see
ecs-added-capabilities for those that are as good as privilege. The rest should be the known few, each with a recorded
exception and its owner.

Default value
-------------
False when absent.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources.
To remediate, by hand: ecs:RegisterTaskDefinition, ecs:UpdateService and ecs:DeregisterTaskDefinition, or
ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon; and iam:PassRole on the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look for "privileged": true in each entry of containerDefinitions.
3. Where services still run on older revisions, do the same for those, and then for the daemon task definitions.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION \
      --query 'taskDefinition.containerDefinitions[?privileged].name'
    aws ecs list-daemon-task-definitions --region REGION
    aws ecs describe-daemon-task-definition --daemon-task-definition ARN --region REGION \
      --query 'daemonTaskDefinition.containerDefinitions[?privileged].name'

Remediation, console
--------------------
1. Find out what the process needs: run it without privilege in a test environment and read what it is refused.
2. Open the revision, choose Create new revision, and then with JSON.
3. Set privileged to false, and add under linuxParameters the capabilities and devices that it needs.
4. Create the revision, update every service that uses the family, and wait until the deployment is stable.
5. Deregister the old revision, so that nobody starts it again.

To keep it from coming back on EC2 instances, set ECS_DISABLE_PRIVILEGED=true for their container agents.

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
revision cannot be used by a deployment; register its content again (old.json has it) and deploy the new number.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-containers-nonprivileged.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
https://docs.docker.com/reference/cli/docker/container/run/#privileged

Related controls
----------------
CIS AWS Compute Services 1.1.0: 3.4, and 3.1 for host network mode. Security Hub: ECS.4; AWS Config:
ecs-containers-nonprivileged; Prowler: ecs_task_definitions_no_privileged_containers; Powerpipe:
ecs_task_definition_container_non_privileged. All read the field as this check does; none of them looks at managed
daemons. Checkov's CKV_AWS_334 looks for the key `privilege`, which ECS does not have, and so does not fire.
ElectricEye's ECS.3 fails a container that does not say `privileged: false` outright, although absent means the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks._verdicts import not_applicable, over_containers, user_details
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_PRIVILEGED = "privileged"


@check(
    id="ecs-privileged-container",
    title="No container is privileged",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={
        "cis-compute-1.1": ("3.4",),
        "aws-fsbp": ("ECS.4",),
        "aws-config": ("ecs-containers-nonprivileged",),
    },
    remediation=(
        "Register a revision whose containers have `privileged` false, with the single capabilities and devices that "
        "they need; update the services or daemons that use the family; then deregister the old revision."
    ),
    reason_texts={_PRIVILEGED: "is privileged"},
    repairs={
        _PRIVILEGED: DefinitionRepair(
            container={"privileged": False},
            manual="Add the capabilities and devices that the process was using, if any, under `linuxParameters`.",
        )
    },
)
def privileged_container(definition: Definition, _: NoParameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    return not_applicable() if definition.on_windows else over_containers(definition, _faults, user_details)


def _faults(container: Container) -> Iterator[str]:
    if container.privileged:
        yield _PRIVILEGED
