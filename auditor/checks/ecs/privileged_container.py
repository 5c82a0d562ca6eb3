"""Containers are not privileged.

## Profile level
Level 1, automated: recommendation 3.4 of the CIS AWS Compute Services Benchmark 1.1.0.

## Description
Fails a definition in which any container, essential or not, has `privileged` set to true (reason `privileged`); the
evidence names each of them. Network mode and user do not matter: a privileged container that runs as uid 1000 needs
only a setuid program to use all its privileges. Absent, null and false pass. ECS converts the text "true", which some
templates use, to true, and so does this check.

The definitions of managed daemons are judged by the same rule; agents that run as daemons are the most frequent
privileged containers. Windows has no privileged containers in ECS: a Windows definition is not applicable. Fargate
refuses them too, at registration of a definition that requires Fargate, so such a definition passes.

## Rationale
A privileged container has every capability, every device of the host, no seccomp filter and no AppArmor profile. It can
mount the disk of the instance and write to it, load kernel modules, and read the credentials of the instance and of
every task there. It needs no vulnerability of the kernel or the runtime to take over the host.

## Benefits
An attacker who breaks into a container must first find a vulnerability of the kernel or the runtime before they control
the instance and all tasks on it.

## Drawbacks
Security sensors, storage and network drivers, and builds that run Docker inside a container need some privileges. For
most of them one capability (`linuxParameters.capabilities`) or one device (`linuxParameters.devices`) is enough; see
ecs-added-capabilities for the capabilities that amount to privilege. Keep the rest few and known, each with a recorded
exception and an owner.

## Default value
False if absent.

{{permissions-all-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look for "privileged": true in each entry of containerDefinitions.
3. {{repeat-for-older-revisions-and-daemons}}

## Audit, CLI
{{describe-task-definition}}
      'taskDefinition.containerDefinitions[?privileged].name'
{{describe-daemon-task-definition}}
      'daemonTaskDefinition.containerDefinitions[?privileged].name'

## Remediation, console
1. Find out what the process needs: run it without privilege in a test environment and look for refused operations.
2. {{edit-as-json}}
3. Set privileged to false, and add the capabilities and devices that it needs under linuxParameters.
4. {{deploy-new-revision}}

To prevent privileged containers on EC2 instances, set ECS_DISABLE_PRIVILEGED=true for their container agents.

{{remediate-by-cli-with-daemons}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-containers-nonprivileged.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
https://docs.docker.com/reference/cli/docker/container/run/#privileged

## Related controls
CIS AWS Compute Services 1.1.0: 3.4, and 3.1 for host network mode. Security Hub: ECS.4; AWS Config:
ecs-containers-nonprivileged; Prowler: ecs_task_definitions_no_privileged_containers; Powerpipe:
ecs_task_definition_container_non_privileged. All read the field as this check does; none of them examines managed
daemons. Checkov's CKV_AWS_334 looks for the key `privilege`, which ECS does not have, and so never matches.
ElectricEye's ECS.3 fails a container without an explicit `privileged: false`, although absent means the same.
"""

from auditor.checks._verdicts import not_applicable
from auditor.checks.ecs._common import judge_containers, user_details
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_PRIVILEGED = "privileged"


@check(
    id="ecs-privileged-container",
    aliases=("ecs_task_definitions_no_privileged_containers",),
    title="Containers are not privileged",
    problem="Privileged container",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={
        "cis-compute-1.1": ("3.4",),
        "aws-fsbp": ("ECS.4",),
        "aws-config": ("ecs-containers-nonprivileged",),
        "nist-800-53-r5": ("ECS.4",),
        "control-tower-proactive": ("CT.ECS.PR.11",),
    },
    remediation=(
        "Register a revision whose containers have `privileged` false, with only the capabilities and devices they "
        "need; update every service or daemon that runs it; then deregister the old revision."
    ),
    reason_texts={_PRIVILEGED: "is privileged"},
    repairs={
        _PRIVILEGED: DefinitionRepair(
            container={"privileged": False},
            manual="Add the capabilities and devices that the process used, if any, under `linuxParameters`.",
        )
    },
)
def privileged_container(definition: Definition, _: NoParameters) -> Verdict:
    if definition.on_windows:
        return not_applicable()
    return judge_containers(definition, lambda container: (_PRIVILEGED,) if container.privileged else (), user_details)
