r"""Clusters have tags that identify their owner.

## Profile level
Level 1, automated: recommendation 3.11 of the CIS AWS Compute Services Benchmark 1.1.0.

## Description
Judges the tags of a cluster.

{{tag-table}}

{{tag-rules}}

An INACTIVE cluster is deleted, although ECS still describes it for some time: not applicable. A cluster that is
PROVISIONING, DEPROVISIONING or FAILED exists and is judged: these statuses are about its capacity. The cluster named
`default` is judged like any other: tag it, or delete it if it is unused.

## Rationale
Tasks of many teams share a cluster. Its tags show who is responsible for it, its settings apply to everything that runs
there, and access rules (`aws:ResourceTag` on ecs:RunTask and ecs:ExecuteCommand) can use its tags.

## Benefits
{{tag-benefits}}

## Drawbacks
The organization has to agree on the keys. Services and tasks do not inherit the tags of their cluster.

## Default value
None.

## Permissions needed
To audit: ecs:ListClusters, and ecs:DescribeClusters, which returns tags on request, on all resources.
To remediate by hand: ecs:TagResource on the cluster.

## Audit, console
1. {{open-cluster}}
2. {{tag-audit-step}}

## Audit, CLI
    aws ecs list-clusters --region REGION
    aws ecs describe-clusters --clusters CLUSTER --include TAGS --region REGION \
      --query "clusters[].[clusterName, status, tags]"

## Remediation, console
1. Open the cluster, choose the Tags tab, and then Manage tags.
2. Add the keys that your rules require, and save.
3. Add the same tags to the template that creates the cluster.

{{tag-by-cli}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TagResource.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html

## Related controls
CIS AWS Compute Services 1.1.0: 3.10 (services), 3.12 (task definitions). Security Hub: ECS.14 (AWS Resource Tagging
Standard), by its own Config rule tagged-ecs-cluster. Prowler, Checkov and Trivy have no such rule for ECS.
"""

from auditor.checks.ecs._tags import REASON_TEXTS, Parameters, add_tags, judge_tags
from auditor.domain.check import Severity, Verdict, check
from auditor.domain.ecs.workloads import Cluster


@check(
    id="ecs-cluster-untagged",
    title="Clusters have tags",
    problem="Cluster has no tags",
    severity=Severity.LOW,
    fact_type=Cluster,
    frameworks={"cis-compute-1.1": ("3.11",), "aws-resource-tagging": ("ECS.14",)},
    remediation="Tag the cluster with ecs:TagResource, and add the same tags to the template that creates it.",
    parameters=Parameters,
    reason_texts=REASON_TEXTS,
    manual_steps=add_tags,
)
def cluster_untagged(cluster: Cluster, params: Parameters) -> Verdict:
    return judge_tags(cluster, params)
