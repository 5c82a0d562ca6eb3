r"""Capacity providers protect instances that run tasks from termination.

## Profile level
None in the CIS AWS Compute Services Benchmark 1.1.0. Security Hub control ECS.19.

## Description
Judges `autoScalingGroupProvider.managedTerminationProtection` of a capacity provider.

    capacity provider                    managedTerminationProtection  verdict         reason
    -----------------------------------  ----------------------------  --------------  -------------------------
    an Auto Scaling group                ENABLED                       PASS            -
    the same, managed scaling DISABLED   ENABLED                       FAIL            managed-scaling-off
    an Auto Scaling group                DISABLED                      FAIL            no-termination-protection
    an Auto Scaling group                absent                        FAIL            no-termination-protection
    an Auto Scaling group, deleted       any                           NOT_APPLICABLE  -
    FARGATE, FARGATE_SPOT                -                             NOT_APPLICABLE  -
    Managed Instances                    -                             NOT_APPLICABLE  -

The setting exists only if the provider is an Auto Scaling group; AWS manages the other kinds itself. Absent means off.
A provider that is DEPROVISIONING or INACTIVE is being deleted, or already is: not applicable.

The setting works only if managed scaling is also on (`managedScaling.status`), and if the group and its instances are
protected from scale-in (API reference). The second condition is not checked.

## Rationale
When the group scales in, Auto Scaling chooses an instance by its own rules and does not know about the tasks on it.
Without the protection it terminates instances with running tasks: services lose replicas at once, and batch jobs lose
their work.

## Benefits
Scaling in terminates only empty instances, and running tasks can finish.

## Drawbacks
One long-running task keeps its whole instance alive, so groups scale in more slowly and cost more. An instance refresh,
or the removal of the group, must wait for the protection or remove it. Managed draining is a gentler alternative: it
moves service tasks away before the instance is terminated. This rule does not accept it as sufficient.

## Default value
DISABLED if neither the API call nor the CLI command sets it.

## Permissions needed
To audit: ecs:DescribeCapacityProviders, on all resources.
To remediate by hand: ecs:UpdateCapacityProvider, autoscaling:UpdateAutoScalingGroup and
autoscaling:SetInstanceProtection.

## Audit, console
1. Open Amazon ECS in the region, choose Clusters, a cluster, and the Infrastructure tab.
2. Open each capacity provider of the type Auto Scaling group, and look at Managed termination protection.

## Audit, CLI
    aws ecs describe-capacity-providers --region REGION --query \
      "capacityProviders[?autoScalingGroupProvider].[name, status, autoScalingGroupProvider]"

## Remediation, console
1. In EC2 open the Auto Scaling group, and turn on scale-in protection for the group and for its instances.
2. In ECS open the cluster's Infrastructure tab, the capacity provider, and choose Update.
3. Turn on Managed scaling and Managed termination protection.

## Remediation, CLI
    aws autoscaling update-auto-scaling-group --auto-scaling-group-name GROUP --new-instances-protected-from-scale-in \
      --region REGION
    aws autoscaling set-instance-protection --auto-scaling-group-name GROUP --instance-ids ID1 ID2 \
      --protected-from-scale-in --region REGION
    aws ecs update-capacity-provider --name NAME --region REGION --auto-scaling-group-provider \
      "managedScaling={status=ENABLED},managedTerminationProtection=ENABLED"

## Roll back
    aws ecs update-capacity-provider --name NAME --region REGION --auto-scaling-group-provider \
      "managedTerminationProtection=DISABLED"

Also use `--no-protected-from-scale-in` for the instances; otherwise Auto Scaling never terminates them.

## References
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-protection.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html

## Related controls
Security Hub: ECS.19 (FSBP), by the Config rule ecs-capacity-provider-termination-check. No CIS, Prowler, Checkov or
Trivy rule.
"""

from collections.abc import Iterator

from auditor.checks._verdicts import not_applicable, resource_verdict
from auditor.checks.ecs._commands import ecs_call
from auditor.checks.ecs._common import is_terminating
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.workloads import CapacityProvider
from auditor.domain.finding import Finding
from auditor.domain.repair import ManualStep

_UNPROTECTED, _NO_SCALING = "no-termination-protection", "managed-scaling-off"


def _protect(finding: Finding) -> Iterator[ManualStep]:
    provider = {"managedScaling": {"status": "ENABLED"}, "managedTerminationProtection": "ENABLED"}
    yield ecs_call("UpdateCapacityProvider", name=finding.resource.name, autoScalingGroupProvider=provider)


@check(
    id="ecs-capacity-termination-protection",
    title="Capacity providers protect instances that run tasks from termination",
    problem="Capacity provider can terminate instances that run tasks",
    severity=Severity.MEDIUM,
    fact_type=CapacityProvider,
    frameworks={"aws-fsbp": ("ECS.19",), "aws-config": ("ecs-capacity-provider-termination-check",)},
    remediation=(
        "Protect the Auto Scaling group and its instances from scale-in, turn on managed scaling, and set "
        "`managedTerminationProtection` of the capacity provider to ENABLED."
    ),
    reason_texts={
        _UNPROTECTED: "does not protect instances that run tasks from termination",
        _NO_SCALING: "has no managed scaling, without which the protection from termination does not work",
    },
    manual_steps=_protect,
)
def capacity_termination_protection(provider: CapacityProvider, _params: NoParameters) -> Verdict:
    if provider.scaling_group is None or is_terminating(provider):
        return not_applicable()
    return resource_verdict(
        _reason(provider),
        managedTerminationProtection=provider.termination_protection,
        managedScaling=provider.managed_scaling,
        autoScalingGroupArn=provider.scaling_group,
    )


def _reason(provider: CapacityProvider) -> str | None:
    if provider.termination_protection != "ENABLED":
        return _UNPROTECTED
    return None if provider.managed_scaling in (None, "ENABLED") else _NO_SCALING
