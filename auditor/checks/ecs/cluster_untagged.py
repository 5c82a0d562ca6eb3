r"""A cluster must carry tags that say whose it is.

Profile level
-------------
Level 1, automated: recommendation 3.11 of the CIS AWS Compute Services Benchmark 1.1.0.

Description
-----------
Looks at the tags of a cluster.

    required_keys  tags                          verdict         reason
    -------------  ----------------------------  --------------  ---------------------
    none           at least one of somebody's    PASS            -
    none           none, or only `aws:` ones     FAIL            untagged
    some           all of the required keys      PASS            -
    some           not all of them               FAIL            required-tags-missing
    any            not read tonight              UNKNOWN         tags-not-read
    any            any, and it is deleted        NOT_APPLICABLE  -

Tags whose key begins with `aws:`, in any mixture of upper and lower case, are set by AWS and say nothing about an
owner; they never count. Keys are compared exactly: `Owner` is not `owner`. A tag with an empty value counts. The
evidence names keys and never values. The parameter `required_keys` is a list of keys, empty by default, as Security
Hub's `requiredTagKeys` is.

An INACTIVE cluster is deleted and only described for a while yet: not applicable. One that is PROVISIONING,
DEPROVISIONING or FAILED is there and is judged: those words are about its capacity. The cluster named
`default` is judged like any other: tag it, or delete it where nobody uses it.

Rationale
---------
A cluster is where the tasks of many teams meet. Its tags say who answers for it, its settings apply to all that runs
there, and its tags are what access rules (`aws:ResourceTag` on ecs:RunTask and ecs:ExecuteCommand) can rest on.

Impact for
----------
Findings and bills go to an owner by themselves, and IAM policies can let a team touch what is its own only.

Impact against
--------------
Somebody has to agree on the keys. Tags of a cluster do not go on to its services or tasks.

Default value
-------------
None.

Permissions needed
------------------
To audit: ecs:ListClusters, and ecs:DescribeClusters, which reads tags when asked to, on all resources.
To remediate, by hand: ecs:TagResource on the cluster.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Clusters, and a cluster.
2. On the Tags tab look for tags whose key does not begin with aws:, or for those that your rules require.

Audit, CLI
----------
    aws ecs list-clusters --region REGION
    aws ecs describe-clusters --clusters CLUSTER --include TAGS --region REGION \
      --query "clusters[].[clusterName, status, tags]"

Remediation, console
--------------------
1. Open the cluster, choose the Tags tab, and then Manage tags.
2. Add the keys that your rules require, and save.
3. Put the same tags into the template that creates the cluster.

Remediation, CLI
----------------
    aws ecs tag-resource --resource-arn ARN --tags key=owner,value=payments --region REGION

Back-out
--------
    aws ecs untag-resource --resource-arn ARN --tag-keys owner --region REGION

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TagResource.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html

Related controls
----------------
CIS AWS Compute Services 1.1.0: 3.10 (services), 3.12 (task definitions). Security Hub: ECS.14 (AWS Resource Tagging
Standard), by its own Config rule tagged-ecs-cluster. Prowler, Checkov and Trivy have no rule of this kind for ECS.
"""

from __future__ import annotations

from auditor.checks.ecs._tags import WORDS, Parameters, judge_tags
from auditor.domain.check import Severity, Verdict, check
from auditor.domain.ecs.workloads import Cluster


@check(
    id="ecs-cluster-untagged",
    title="Clusters are tagged",
    severity=Severity.LOW,
    fact_type=Cluster,
    frameworks={
        "cis-compute-1.1": ("3.11",),
        "aws-resource-tagging": ("ECS.14",),
        "aws-config": ("tagged-ecs-cluster",),
    },
    remediation="Tag the cluster with ecs:TagResource, and put the same tags into the template that creates it.",
    parameters=Parameters,
    reason_texts=WORDS,
)
def cluster_untagged(cluster: Cluster, params: Parameters) -> Verdict:
    """Judge one cluster; the module's docstring is the rule."""
    return judge_tags(cluster, params)
