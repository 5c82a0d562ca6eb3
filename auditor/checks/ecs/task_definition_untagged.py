"""A task definition must carry tags that say whose it is.

Profile level
-------------
Level 1, automated: recommendation 3.12 of the CIS AWS Compute Services Benchmark 1.1.0.

Description
-----------
Looks at the tags of a revision.

    required_keys  tags                          verdict         reason
    -------------  ----------------------------  --------------  ---------------------
    none           at least one of somebody's    PASS            -
    none           none, or only `aws:` ones     FAIL            untagged
    some           all of the required keys      PASS            -
    some           not all of them               FAIL            required-tags-missing
    any            not read tonight              UNKNOWN         tags-not-read
    any            any, and it is deregistered   NOT_APPLICABLE  -

Tags whose key begins with `aws:`, in any mixture of upper and lower case, are set by AWS (CloudFormation sets three)
and say nothing about an owner; they never count. Keys are compared exactly: `Owner` is not `owner`, for AWS as for us.
A tag with an empty value counts: what a value must look like is the business of a tag policy. The evidence names keys
and never values.

The parameter `required_keys` is a list of keys, empty by default, as Security Hub's `requiredTagKeys` is.

A revision that is INACTIVE or DELETE_IN_PROGRESS is not applicable. Where such a one still runs,
ecs-running-inactive-revision says so, and what mends that brings a revision with tags of its own. Tags that were not
looked at, as where a revision is known from an earlier night and was not described again, are UNKNOWN and never a pass:
unlike all else in a revision, tags change.

Rationale
---------
Whoever finds a definition that is broken into, or dear, has to find its people. A definition is also where tags come
from: a service or a task with `propagateTags` set to TASK_DEFINITION takes its tags from here, and cost allocation and
access rules by tag (`aws:ResourceTag`) rest on them.

Impact for
----------
Findings and bills go to an owner by themselves, and IAM policies can let a team touch what is its own only.

Impact against
--------------
Somebody has to agree on the keys. Every pipeline that registers revisions must pass tags on: a revision starts without
any, whatever the one before it had, and some deployment tools drop them.

Default value
-------------
None: tags are not inherited from the revision before. RegisterTaskDefinition takes them in `tags`.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, which reads tags when asked to, on all
resources.
To remediate, by hand: ecs:TagResource on the definition.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the Tags tab look for tags whose key does not begin with aws:, or for those that your rules require.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION --query tags

Remediation, console
--------------------
1. Open the revision, choose the Tags tab, and then Manage tags.
2. Add the keys that your rules require, and save.
3. Put the same tags where the next revision comes from: the template or the pipeline.

Remediation, CLI
----------------
    aws ecs tag-resource --resource-arn ARN --tags key=owner,value=payments --region REGION

ARN is that of the revision, with its number. For the next one, pass `--tags` to register-task-definition.

Back-out
--------
    aws ecs untag-resource --resource-arn ARN --tag-keys owner --region REGION

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TagResource.html
https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html

Related controls
----------------
CIS AWS Compute Services 1.1.0: 3.10 (services), 3.11 (clusters). Security Hub: ECS.15 (AWS Resource Tagging Standard),
by its own Config rule tagged-ecs-taskdefinition, on the latest active revision. Prowler, Checkov and Trivy have no rule
of this kind for ECS.
"""

from __future__ import annotations

from auditor.checks.ecs._tags import REPAIRS, WORDS, Parameters, judge_tags
from auditor.domain.check import Severity, Verdict, check
from auditor.domain.ecs.task_definitions import TaskDefinition


@check(
    id="ecs-task-definition-untagged",
    title="Task definitions are tagged",
    severity=Severity.LOW,
    fact_type=TaskDefinition,
    frameworks={
        "cis-compute-1.1": ("3.12",),
        "aws-resource-tagging": ("ECS.15",),
        "aws-config": ("tagged-ecs-taskdefinition",),
    },
    remediation="Tag the revision with ecs:TagResource, and pass the same tags wherever revisions are registered.",
    parameters=Parameters,
    reason_texts=WORDS,
    repairs=REPAIRS,
    reads_tags=True,
)
def task_definition_untagged(task: TaskDefinition, params: Parameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    return judge_tags(task, params)
