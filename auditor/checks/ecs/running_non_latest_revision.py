r"""Running revisions are the latest active ones of their families.

## Profile level
None: no benchmark has this rule, and no other scanner checks it. In a note to each of its rules about task definitions,
the CIS AWS Compute Services Benchmark 1.1.0 assumes that only the latest active revision is in use, and requires the
audit of the others if that is not so. This check finds those cases.

## Description
Judges a revision that a service (its own setting, a deployment or a task set) or a running task uses. It compares the
revision's number with that of the family's latest ACTIVE revision.

    used by                 latest ACTIVE revision        verdict         reason
    ----------------------  ----------------------------  --------------  -----------------------
    something               this one                      PASS            -
    something               a higher number               FAIL            older-than-latest
    something               a lower number                FAIL            newer-than-latest
    something               none                          FAIL            no-active-revision
    something               not known                     UNKNOWN         latest-revision-unknown
    nothing, or not known   any                           NOT_APPLICABLE  -

`newer-than-latest` is a revision that was deregistered while an older one of its family is still ACTIVE: the next
deployment by the family's name would go back to that one. `no-active-revision` is a family whose revisions are all
deregistered: running tasks continue, but nothing can be deployed. A revision that is itself ACTIVE and newer than the
latest known one was registered during the audit, and passes as the latest.

{{task-usage}}
Managed daemons are not judged: ECS rolls them out itself.

## Rationale
An audit that reads only the latest revision (Security Hub, AWS Config, CIS as written) reports a family as clean as
soon as a clean revision is registered. Until the next deployment the old one keeps running: fixes that were registered
and never rolled out, forgotten rollbacks, stuck rollouts, tasks that were started by hand with a number in the command.

## Benefits
Audits of the latest revision describe what actually runs, and a fix counts only after its deployment.

## Drawbacks
A rollout takes minutes to hours, and a nightly audit may coincide with one: the finding then disappears the next night.
Pipelines that register on every build and deploy by hand, and canaries that keep two revisions deliberately, always
have this finding; record an exception with an owner for them.

## Default value
A service stays on the revision that it was last updated to, regardless of later registrations.

## Permissions needed
{{permissions-to-audit-usage}}
To remediate by hand: ecs:UpdateService, ecs:StopTask, ecs:RunTask, and iam:PassRole on the roles of the definition.

## Audit, console
1. Open Amazon ECS in the region, choose Task definitions and the family, and note the newest active revision.
2. Choose Clusters, a cluster, and each service: compare the revision under Task definition, and on the Deployments tab.
3. On the cluster's Tasks tab compare the revision of each task.

## Audit, CLI
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query taskDefinition.taskDefinitionArn
    aws ecs describe-services --cluster CLUSTER --services SERVICE --region REGION --query \
      "services[].[taskDefinition, deployments[].taskDefinition, taskSets[].taskDefinition]"
    aws ecs list-tasks --cluster CLUSTER --family FAMILY --region REGION
    aws ecs describe-tasks --cluster CLUSTER --tasks TASK --region REGION --query "tasks[].[group, taskDefinitionArn]"

## Remediation, console
1. Compare the two revisions (JSON tab), and make sure that the latest one is ready for deployment.
2. Open each service that the finding names, choose Update service, and select the latest revision.
3. Stop standalone tasks, and start them again from the latest revision.

## Remediation, CLI
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs stop-task --cluster CLUSTER --task TASK --region REGION

FAMILY without a number is the latest ACTIVE revision. For no-active-revision, first register the content again:
describe-task-definition still shows it.

## Roll back
Use update-service with FAMILY:OLD, as long as that revision is ACTIVE.

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-task-definition-console-v2.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-definition-state.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html

## Related controls
No other tool has one. Here: ecs-running-inactive-revision, for running revisions that are deregistered.
"""

from auditor.checks._verdicts import not_applicable, resource_verdict, unknown_verdict
from auditor.checks.ecs._commands import redeploy_services
from auditor.checks.ecs._common import known_usage, usage_details
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.repair import Repair

_OLDER, _NEWER, _NONE, _UNKNOWN = (
    "older-than-latest",
    "newer-than-latest",
    "no-active-revision",
    "latest-revision-unknown",
)


@check(
    id="ecs-running-non-latest-revision",
    title="Running revisions are the latest active ones of their families",
    problem="Running revision is not the latest active one",
    severity=Severity.LOW,
    fact_type=TaskDefinition,
    frameworks={},
    remediation=(
        "Update the named services to the latest active revision, and restart standalone tasks from it; if the family "
        "has none, register the content again first."
    ),
    reason_texts={
        _OLDER: "is running although its family has a newer active revision",
        _NEWER: "is running although the latest active revision of its family is older",
        _NONE: "is running although its family has no active revision",
        _UNKNOWN: "is running, and the latest revision of its family is not known",
    },
    repairs={
        _OLDER: Repair("Make sure that the latest revision is ready, and deploy it; no new revision is needed."),
        _NEWER: Repair("Decide which revision is the right one; if it is this one, register its content again."),
        _NONE: Repair("Register the content of this revision again, and deploy that."),
        _UNKNOWN: Repair("Allow the auditor to list the revisions of the family."),
    },
    manual_steps=redeploy_services,
    reads_state=True,
)
def running_non_latest_revision(task: TaskDefinition, _params: NoParameters) -> Verdict:
    usage = known_usage(task)
    if usage is None:
        return not_applicable()
    details = {"latestActive": task.latest_active, "status": task.status, **usage_details(usage)}
    if task.latest_active is None:
        return unknown_verdict(_UNKNOWN, **details)
    return resource_verdict(_reason(task, task.latest_active), **details)


def _reason(task: TaskDefinition, latest: int) -> str | None:
    if task.status == "ACTIVE" and task.revision >= latest:
        return None
    if latest < 1:
        return _NONE
    if task.revision == latest:
        return None
    return _OLDER if task.revision < latest else _NEWER
