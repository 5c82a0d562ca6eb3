"""Task definitions have tags that identify their owner.

## Profile level
Level 1, automated: recommendation 3.12 of the CIS AWS Compute Services Benchmark 1.1.0.

## Description
Judges the tags of a revision.

{{tag-table}}

{{tag-rules}}

CloudFormation, for example, sets three `aws:` tags. The required format of a value is a matter for tag policies.

A revision that is INACTIVE or DELETE_IN_PROGRESS is not applicable. If such a revision still runs,
ecs-running-inactive-revision reports it, and the fix for that registers a new revision with its own tags. Tags that
could not be read are UNKNOWN and never a pass; the evidence then says why.

Unlike everything else in a revision, tags change, so they are read on every run. The description of a revision contains
them. For a revision that is known from an earlier run and not described again, they come from the tag index of the
region (tag:GetResources). If it shows what is required, the verdict is PASS with the note `tags-from-index`. In all
other cases (fewer keys, no tags, no entry) ecs:ListTagsForResource is asked, and only its answer can be a failure. The
index is late: tags that were removed minutes to hours before the run can still make a revision pass.

A run that may not call tag:GetResources reports UNKNOWN for known revisions. If the index fails for another reason, or
lists so many old revisions that its pages cost more than they save, each revision is asked for.

## Rationale
If a definition is compromised or expensive, its owners must be found. A definition is also a source of tags: a service
or a task with `propagateTags` set to TASK_DEFINITION takes its tags from here, and cost allocation and access rules by
tag (`aws:ResourceTag`) rely on them.

## Benefits
{{tag-benefits}}

## Drawbacks
The organization has to agree on the keys. Every pipeline that registers revisions must pass the tags: a new revision
has none, even if the previous one had some, and some deployment tools drop them.

## Default value
None: a revision does not inherit the tags of the previous one. RegisterTaskDefinition accepts them in `tags`.

## Permissions needed
To audit: ecs:ListTaskDefinitionFamilies, ecs:ListTaskDefinitions and ecs:DescribeTaskDefinition, which returns tags on
request, and from the second run on ecs:ListTagsForResource and tag:GetResources, on all resources.
To remediate by hand: ecs:TagResource on the definition.

## Audit, console
1. {{open-newest-revision}}
2. {{tag-audit-step}}

## Audit, CLI
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION --query tags

## Remediation, console
1. Open the revision, choose the Tags tab, and then Manage tags.
2. Add the keys that your rules require, and save.
3. Add the same tags to the template or the pipeline that registers the next revision.

## Remediation, CLI
{{tag-command}}

ARN is that of the revision, including its number. For the next revision, pass `--tags` to register-task-definition.

## Roll back
{{untag-command}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TagResource.html
https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html

## Related controls
CIS AWS Compute Services 1.1.0: 3.10 (services), 3.11 (clusters). Security Hub: ECS.15 (AWS Resource Tagging Standard),
by its own Config rule tagged-ecs-taskdefinition, on the latest active revision. Prowler, Checkov and Trivy have no such
rule for ECS.
"""

from auditor.checks.ecs._tags import FROM_INDEX, REASON_TEXTS, REPAIRS, Parameters, add_tags, judge_tags
from auditor.domain.check import Severity, Verdict, check
from auditor.domain.ecs.task_definitions import TaskDefinition


@check(
    id="ecs-task-definition-untagged",
    title="Task definitions have tags",
    problem="Task definition has no tags",
    severity=Severity.LOW,
    fact_type=TaskDefinition,
    frameworks={"cis-compute-1.1": ("3.12",), "aws-resource-tagging": ("ECS.15",)},
    remediation="Tag the revision with ecs:TagResource, and pass the same tags wherever revisions are registered.",
    parameters=Parameters,
    reason_texts={**REASON_TEXTS, FROM_INDEX: "has tags in the tag index, which is late by minutes to hours"},
    repairs=REPAIRS,
    manual_steps=add_tags,
    reads_tags=True,
)
def task_definition_untagged(task: TaskDefinition, params: Parameters) -> Verdict:
    return judge_tags(task, params)
