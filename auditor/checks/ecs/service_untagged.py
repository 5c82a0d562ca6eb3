r"""A service must carry tags that say whose it is.

Profile level
-------------
Level 1, automated: recommendation 3.10 of the CIS AWS Compute Services Benchmark 1.1.0.

Description
-----------
Looks at the tags of a service, whoever manages it: one that ECS runs for an express gateway is a service as well.

    required_keys  tags                             verdict         reason
    -------------  -------------------------------  --------------  ---------------------
    none           at least one of somebody's       PASS            -
    none           none, or only `aws:` ones        FAIL            untagged
    some           all of the required keys         PASS            -
    some           not all of them                  FAIL            required-tags-missing
    any            not read tonight                 UNKNOWN         tags-not-read
    any            any, and it is being deleted     NOT_APPLICABLE  -

Tags whose key begins with `aws:`, in any mixture of upper and lower case, are set by AWS and say nothing about an
owner; they never count. `enableECSManagedTags` brings such tags to the tasks, and none that counts to the service. Keys
are compared exactly: `Owner` is not `owner`. A tag with an empty value counts. The evidence names keys and never
values. The parameter `required_keys` is a list of keys, empty by default, as Security Hub's `requiredTagKeys` is.

A service that is DRAINING or INACTIVE is deleted, or will be when its last task has stopped. ECS takes no change of it,
tags included, so it is not applicable.

Rationale
---------
A service is what people are called about at night. Its tags say whom to call, they can go on to every task that it
starts (`propagateTags` set to SERVICE), and bills and access rules by tag rest on them.

Impact for
----------
Findings and bills go to an owner by themselves, and IAM policies can let a team touch what is its own only.

Impact against
--------------
Somebody has to agree on the keys. Tagging does not start a deployment, and tasks that already run do not get the tags:
propagation happens when a task starts.

Default value
-------------
None. Services created before the long form of ARNs (`service/CLUSTER/NAME`) cannot be tagged at all until they are
created again.

Permissions needed
------------------
To audit: ecs:ListClusters, ecs:ListServices, and ecs:DescribeServices, which reads tags when asked to, on all
resources.
To remediate, by hand: ecs:TagResource on the service.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Clusters, a cluster, and the service.
2. On the Tags tab look for tags whose key does not begin with aws:, or for those that your rules require.

Audit, CLI
----------
    aws ecs list-services --cluster CLUSTER --region REGION
    aws ecs describe-services --cluster CLUSTER --services SERVICE --include TAGS --region REGION \
      --query "services[].[serviceName, status, tags]"

Remediation, console
--------------------
1. Open the service, choose the Tags tab, and then Manage tags.
2. Add the keys that your rules require, and save.
3. Put the same tags into the template that creates the service.

Remediation, CLI
----------------
    aws ecs tag-resource --resource-arn ARN --tags key=owner,value=payments --region REGION

Back-out
--------
    aws ecs untag-resource --resource-arn ARN --tag-keys owner --region REGION

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TagResource.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html

Related controls
----------------
CIS AWS Compute Services 1.1.0: 3.11 (clusters), 3.12 (task definitions). Security Hub: ECS.13 (AWS Resource Tagging
Standard), by its own Config rule tagged-ecs-service. Prowler, Checkov and Trivy have no rule of this kind for ECS.
"""

from __future__ import annotations

from auditor.checks.ecs._tags import WORDS, Parameters, judge_tags
from auditor.domain.check import Severity, Verdict, check
from auditor.domain.ecs.workloads import Service


@check(
    id="ecs-service-untagged",
    title="Services are tagged",
    severity=Severity.LOW,
    fact_type=Service,
    frameworks={
        "cis-compute-1.1": ("3.10",),
        "aws-resource-tagging": ("ECS.13",),
        "aws-config": ("tagged-ecs-service",),
    },
    remediation="Tag the service with ecs:TagResource, and put the same tags into the template that creates it.",
    parameters=Parameters,
    reason_texts=WORDS,
)
def service_untagged(service: Service, params: Parameters) -> Verdict:
    """Judge one service; the module's docstring is the rule."""
    return judge_tags(service, params)
