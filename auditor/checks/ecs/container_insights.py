r"""Clusters have Container Insights on.

## Profile level
Level 1, automated: recommendation 3.9 of the CIS AWS Compute Services Benchmark 1.1.0.

## Description
Judges the setting `containerInsights` of a cluster.

    containerInsights     verdict         reason        powerpipe
    --------------------  --------------  ------------  --------------
    enhanced              PASS            -             FAIL
    enabled               PASS            -             PASS
    disabled              FAIL            insights-off  FAIL
    any other value       FAIL            insights-off  FAIL
    absent                FAIL            insights-off  NOT_APPLICABLE
    any, but INACTIVE     NOT_APPLICABLE  -             as above

`enhanced` is Container Insights with enhanced observability, which includes everything that `enabled` does. An absent
setting is off: ECS writes the account's default into every cluster at creation, and a cluster without such a default
has it off. A value that was unknown when this check was written fails until its meaning has been verified.

An INACTIVE cluster is deleted, although ECS still describes it for some time: not applicable. A cluster in which
nothing runs is judged: the setting applies to future tasks.

## Other standards
`powerpipe` (ecs_cluster_container_insights_enabled) predates `enhanced`: it accepts only the value enabled, and so
fails clusters with more observability. It also has no row for a cluster whose settings are empty. Expect the same of
policies that compare with that one value. Prowler accepts both values.

## Rationale
Without Container Insights, CloudWatch has at best the CPU and memory of whole services. Container Insights adds metrics
of each task and container, restarts, network and storage. They are the first sign of a crypto miner, a crash loop or a
leak, and the only data left after the task has stopped.

## Benefits
Incidents can be investigated after the task has stopped, and alarms can watch tasks instead of only services.

## Drawbacks
AWS charges for the metrics (as custom metrics, or per observation with enhanced observability) and for the volume of
the performance logs; on large clusters the cost is noticeable. Customers of another monitoring product pay twice, and
may want an exception.

## Default value
disabled, unless the account setting `containerInsights` had another value when the cluster was created. Changing the
account setting does not affect existing clusters.

## Permissions needed
To audit: ecs:ListClusters, and ecs:DescribeClusters, which returns settings on request, on all resources.
To remediate by hand: ecs:UpdateClusterSettings; for the account's default ecs:PutAccountSettingDefault.

## Audit, console
1. {{open-cluster}}
2. In the cluster's overview look at CloudWatch monitoring.

## Audit, CLI
    aws ecs describe-clusters --clusters CLUSTER --include SETTINGS --region REGION \
      --query "clusters[].[clusterName, status, settings]"

## Remediation, console
1. Open the cluster and choose Update cluster.
2. Under Monitoring choose Container Insights, or Container Insights with enhanced observability.
3. Choose Update. Nothing is restarted.

## Remediation, CLI
    aws ecs update-cluster-settings --cluster CLUSTER --settings name=containerInsights,value=enhanced --region REGION

For future clusters:

    aws ecs put-account-setting-default --name containerInsights --value enhanced --region REGION

## Roll back
    aws ecs update-cluster-settings --cluster CLUSTER --settings name=containerInsights,value=disabled --region REGION

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-container-insights.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterSetting.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-container-insights-enabled.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
https://hub.powerpipe.io/mods/turbot/aws_compliance

## Related controls
Security Hub: ECS.12 (FSBP), by the Config rule ecs-container-insights-enabled. Prowler:
ecs_cluster_container_insights_enabled. Checkov: CKV_AWS_65. Trivy: AVD-AWS-0034. KICS: 97cb0688. Control Tower:
CT.ECS.PR.2.
"""

from collections.abc import Iterator
from dataclasses import replace

from auditor.checks._verdicts import not_applicable, resource_verdict
from auditor.checks.ecs._commands import ecs_call
from auditor.checks.ecs._common import is_terminating
from auditor.domain.check import NoParameters, Severity, Status, Verdict, check
from auditor.domain.ecs.workloads import Cluster
from auditor.domain.finding import Finding
from auditor.domain.repair import ManualStep

_ON = frozenset({"enabled", "enhanced"})


def _turn_on(finding: Finding) -> Iterator[ManualStep]:
    settings = [{"name": "containerInsights", "value": "enhanced"}]
    yield ecs_call("UpdateClusterSettings", cluster=finding.resource.arn, settings=settings)


@check(
    id="ecs-container-insights",
    aliases=("ecs_cluster_container_insights_enabled",),
    title="Clusters have Container Insights on",
    problem="Container Insights is off",
    severity=Severity.MEDIUM,
    fact_type=Cluster,
    frameworks={
        "cis-compute-1.1": ("3.9",),
        "aws-fsbp": ("ECS.12",),
        "aws-config": ("ecs-container-insights-enabled",),
        "nist-800-53-r5": ("ECS.12",),
        "control-tower-proactive": ("CT.ECS.PR.2",),
    },
    remediation="Set `containerInsights` of the cluster to enhanced or enabled with ecs:UpdateClusterSettings.",
    reason_texts={"insights-off": "does not have Container Insights on"},
    manual_steps=_turn_on,
)
def container_insights(cluster: Cluster, _params: NoParameters) -> Verdict:
    return replace(_verdict(cluster), standards={"powerpipe": _powerpipe(cluster.container_insights)})


def _verdict(cluster: Cluster) -> Verdict:
    if is_terminating(cluster):
        return not_applicable()
    setting = cluster.container_insights
    return resource_verdict(
        None if setting in _ON else "insights-off", containerInsights=setting, status=cluster.status
    )


def _powerpipe(setting: str | None) -> Status:
    """Return the status of the query ecs_cluster_container_insights_enabled of Powerpipe's AWS compliance mod."""
    if setting is None:
        return Status.NOT_APPLICABLE
    return Status.PASS if setting == "enabled" else Status.FAIL
