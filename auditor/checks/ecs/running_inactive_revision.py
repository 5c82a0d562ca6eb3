r"""Running revisions are active.

## Profile level
None: no benchmark has this rule, and no other scanner checks it. In a note to each of its rules about task definitions,
the CIS AWS Compute Services Benchmark 1.1.0 requires the audit of older revisions that are in use.

## Description
Judges the `status` of a revision that a service (its own setting, a deployment or a task set) or a running task uses.

    used by                 status               verdict         reason
    ----------------------  -------------------  --------------  ---------------
    something               ACTIVE               PASS            -
    something               INACTIVE             FAIL            deregistered
    something               DELETE_IN_PROGRESS   FAIL            being-deleted
    something               any other, or none   UNKNOWN         status-unclear
    nothing, or not known   any                  NOT_APPLICABLE  -

{{task-usage}}
Managed daemons are not judged.

## Rationale
Deregistering a revision stops nothing. Its tasks continue, and a service that uses it still scales and still replaces
failed tasks, for years. But lists show the revision only if inactive ones are requested; Security Hub, AWS Config and
the scanners skip it; it cannot be deployed again; and according to AWS it may not remain describable forever. A
definition that was withdrawn, often because it had a problem, is therefore the one that no audit examines.

## Benefits
Everything that runs is listed, audited and can be deployed again after an accident.

## Drawbacks
The service has to be deployed on another revision, with the usual effort of a deployment. Clean-up jobs that deregister
all but the newest revisions must first check what still runs.

## Default value
A revision is ACTIVE from its registration until it is deregistered.

## Permissions needed
{{permissions-to-audit-usage}}
To remediate by hand: ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:StopTask, ecs:RunTask, and iam:PassRole on the
roles of the definition.

## Audit, console
1. Open Amazon ECS in the region, choose Task definitions, and filter by the status Inactive.
2. Choose Clusters, a cluster, and each service, and check whether it, or one of its deployments, names such a revision.
3. Check each task on the cluster's Tasks tab in the same way.

## Audit, CLI
    aws ecs describe-services --cluster CLUSTER --services SERVICE --region REGION --query \
      "services[].[taskDefinition, deployments[].taskDefinition, taskSets[].taskDefinition]"
    aws ecs describe-tasks --cluster CLUSTER --tasks TASK --region REGION --query "tasks[].[group, taskDefinitionArn]"
    aws ecs describe-task-definition --task-definition FAMILY:REVISION --region REGION --query taskDefinition.status

## Remediation, console
1. Open the family. If it has a suitable active revision, use that; otherwise create a new one from the JSON of the
   running revision, with its problems corrected.
2. Open each service that the finding names, choose Update service, and select that revision.
3. Stop standalone tasks, and start them again from that revision.

## Remediation, CLI
A revision cannot be made ACTIVE again; its content can be registered under a new number.

    aws ecs describe-task-definition --task-definition FAMILY:REVISION --region REGION --query taskDefinition > old.json
    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs stop-task --cluster CLUSTER --task TASK --region REGION

new.json is old.json without taskDefinitionArn, revision, status, requiresAttributes, compatibilities, registeredAt,
registeredBy and deregisteredAt.

## Roll back
A deregistered revision cannot be deployed again. Keep old.json: registering it again restores the same content.

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-definition-state.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteTaskDefinitions.html

## Related controls
No other tool has one. Here: ecs-running-non-latest-revision, for running revisions that have a newer one.
"""

from auditor.checks._verdicts import not_applicable, resource_verdict, unknown_verdict
from auditor.checks.ecs._commands import redeploy_services
from auditor.checks.ecs._common import known_usage, usage_details
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.repair import Repair

_UNCLEAR = "status-unclear"

#: Reasons by the status of a running revision.
_REASONS = {"ACTIVE": None, "INACTIVE": "deregistered", "DELETE_IN_PROGRESS": "being-deleted"}

_DEPLOY_ACTIVE = Repair(
    "Deploy an active revision; if none is suitable, register the content of this one again and deploy that."
)


@check(
    id="ecs-running-inactive-revision",
    title="Running revisions are active",
    problem="Deregistered revision still running",
    severity=Severity.MEDIUM,
    fact_type=TaskDefinition,
    frameworks={},
    remediation=(
        "Register the content again if the family has no suitable active revision, update the named services to an "
        "active revision, and restart standalone tasks from it."
    ),
    reason_texts={
        "deregistered": "is running although it is deregistered",
        "being-deleted": "is running although it is being deleted",
        _UNCLEAR: "is running with an unknown status",
    },
    repairs={
        "deregistered": _DEPLOY_ACTIVE,
        "being-deleted": _DEPLOY_ACTIVE,
        _UNCLEAR: Repair("Look up the status of the revision in the console."),
    },
    manual_steps=redeploy_services,
    reads_state=True,
)
def running_inactive_revision(task: TaskDefinition, _params: NoParameters) -> Verdict:
    usage = known_usage(task)
    if usage is None:
        return not_applicable()
    details = {"status": task.status, **usage_details(usage)}
    if task.status not in _REASONS:
        return unknown_verdict(_UNCLEAR, **details)
    return resource_verdict(_REASONS[task.status], **details)
