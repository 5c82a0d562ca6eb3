r"""Services have tags that identify their owner.

## Profile level
Level 1, automated: recommendation 3.10 of the CIS AWS Compute Services Benchmark 1.1.0.

## Description
Judges the tags of a service, including services that ECS manages for an express gateway.

{{tag-table}}

{{tag-rules}}

`enableECSManagedTags` adds `aws:` tags to the tasks, and adds no tag that counts to the service.

A service that is DRAINING or INACTIVE is deleted, or will be when its last task has stopped. ECS accepts no changes to
it, tags included, so it is not applicable.

## Rationale
When a service fails at night, its tags show whom to call. Services can pass their tags on to every task that they start
(`propagateTags` set to SERVICE), and cost allocation and access rules by tag rely on them.

## Benefits
{{tag-benefits}}

## Drawbacks
The organization has to agree on the keys. Tagging does not start a deployment, and tasks that already run do not get
the tags: propagation happens when a task starts.

## Default value
None. Services created before the long ARN format (`service/CLUSTER/NAME`) cannot be tagged until they are recreated.

## Permissions needed
To audit: ecs:ListClusters, ecs:ListServices, and ecs:DescribeServices, which returns tags on request, on all resources.
To remediate by hand: ecs:TagResource on the service.

## Audit, console
1. {{open-service}}
2. {{tag-audit-step}}

## Audit, CLI
    aws ecs list-services --cluster CLUSTER --region REGION
    aws ecs describe-services --cluster CLUSTER --services SERVICE --include TAGS --region REGION \
      --query "services[].[serviceName, status, tags]"

## Remediation, console
1. Open the service, choose the Tags tab, and then Manage tags.
2. Add the keys that your rules require, and save.
3. Add the same tags to the template that creates the service.

{{tag-by-cli}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TagResource.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html

## Related controls
CIS AWS Compute Services 1.1.0: 3.11 (clusters), 3.12 (task definitions). Security Hub: ECS.13 (AWS Resource Tagging
Standard), by its own Config rule tagged-ecs-service. Prowler, Checkov and Trivy have no such rule for ECS.
"""

from auditor.checks.ecs._tags import REASON_TEXTS, Parameters, add_tags, judge_tags
from auditor.domain.check import Severity, Verdict, check
from auditor.domain.ecs.workloads import Service


@check(
    id="ecs-service-untagged",
    title="Services have tags",
    problem="Service has no tags",
    severity=Severity.LOW,
    fact_type=Service,
    frameworks={"cis-compute-1.1": ("3.10",), "aws-resource-tagging": ("ECS.13",)},
    remediation="Tag the service with ecs:TagResource, and add the same tags to the template that creates it.",
    parameters=Parameters,
    reason_texts=REASON_TEXTS,
    manual_steps=add_tags,
)
def service_untagged(service: Service, params: Parameters) -> Verdict:
    return judge_tags(service, params)
