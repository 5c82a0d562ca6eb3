r"""What runs must not be a revision that was deregistered.

Profile level
-------------
None: no benchmark has this rule, and no other scanner looks. The CIS AWS Compute Services Benchmark 1.1.0 asks, in a
note to each of its rules over task definitions, for the audit of older revisions where they are in use.

Description
-----------
Looks at the `status` of a revision that a service (by its own word, a deployment or a task set) or a running task uses.

    what runs it            status               verdict         reason
    ----------------------  -------------------  --------------  ---------------
    something               ACTIVE               PASS            -
    something               INACTIVE             FAIL            deregistered
    something               DELETE_IN_PROGRESS   FAIL            being-deleted
    something               any other, or none   UNKNOWN         status-unclear
    nothing, or not known   any                  NOT_APPLICABLE  -

A service counts while it has no task. Where parts of the region could not be read, more may run than is named
(`complete` is false in the evidence); a revision that nothing is known to run is then still not applicable, and never a
pass. Managed daemons are not looked at.

The evidence names services, clusters and the number of running tasks.

Rationale
---------
Deregistering does not stop anything. Tasks of the revision go on, and a service on it still scales and still replaces
tasks that fail, for years. But no list shows the revision unless asked for what is inactive; Security Hub, AWS Config
and the scanners pass over it; nobody can deploy it again; and AWS says that it may not stay describable for ever. So
the definition that somebody withdrew, often because something was wrong with it, is the one nobody looks at.

Impact for
----------
What runs is listed, audited and can be deployed again after an accident.

Impact against
--------------
The service has to be deployed on another revision, with all that a deployment takes. Clean-up jobs that deregister all
but the newest revisions have to ask first what still runs.

Default value
-------------
A revision is ACTIVE when it is registered, and stays so until somebody deregisters it.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies, ecs:ListTaskDefinitions, ecs:DescribeTaskDefinition, ecs:ListClusters,
ecs:ListServices, ecs:DescribeServices, ecs:ListTasks and ecs:DescribeTasks, on all resources.
To remediate, by hand: ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:StopTask, ecs:RunTask, and iam:PassRole on the
roles of the definition.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and filter by the status Inactive.
2. Choose Clusters, a cluster, and each service, and see whether it, or a deployment of it, names such a revision.
3. On the cluster's Tasks tab do the same for each task.

Audit, CLI
----------
    aws ecs describe-services --cluster CLUSTER --services SERVICE --region REGION --query \
      "services[].[taskDefinition, deployments[].taskDefinition, taskSets[].taskDefinition]"
    aws ecs describe-tasks --cluster CLUSTER --tasks TASK --region REGION --query "tasks[].[group, taskDefinitionArn]"
    aws ecs describe-task-definition --task-definition FAMILY:REVISION --region REGION --query taskDefinition.status

Remediation, console
--------------------
1. Open the family. If it has an active revision that is fit, take that; otherwise create a new one with the JSON of the
   revision that runs, and with what was wrong set right.
2. Open each service that the finding names, choose Update service, and take that revision.
3. Stop tasks that no service owns, and start them again from it.

Remediation, CLI
----------------
A revision cannot be made ACTIVE again; its content can be registered under a new number.

    aws ecs describe-task-definition --task-definition FAMILY:REVISION --region REGION --query taskDefinition > old.json
    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs stop-task --cluster CLUSTER --task TASK --region REGION

new.json is old.json without taskDefinitionArn, revision, status, requiresAttributes, compatibilities, registeredAt,
registeredBy and deregisteredAt.

Back-out
--------
There is no way back to a deregistered revision. Keep old.json: registered again, it is what ran.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-definition-state.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteTaskDefinitions.html

Related controls
----------------
None elsewhere. Here: ecs-running-non-latest-revision, for what runs although a newer revision is there.
"""

from __future__ import annotations

from auditor.checks._verdicts import not_applicable, of_whole
from auditor.checks.ecs._unclear import unclear
from auditor.checks.ecs._usage import told, usage_of
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.repair import Repair

_UNCLEAR = "status-unclear"

#: The API's words for a revision, and what is wrong with it where it runs.
_REASONS = {"ACTIVE": None, "INACTIVE": "deregistered", "DELETE_IN_PROGRESS": "being-deleted"}

_MOVE = Repair(
    manual="Deploy an active revision; where none is fit, register this one's content again and deploy that."
)


@check(
    id="ecs-running-inactive-revision",
    title="What runs is not a deregistered revision",
    severity=Severity.MEDIUM,
    fact_type=TaskDefinition,
    frameworks={},
    remediation=(
        "Register the content again where the family has no active revision that is fit, update the named services to "
        "an active revision, and start tasks that no service owns anew from it."
    ),
    reason_texts={
        "deregistered": "runs although it is deregistered",
        "being-deleted": "runs although it is being deleted",
        _UNCLEAR: "runs, and has a status that is not known",
    },
    repairs={
        "deregistered": _MOVE,
        "being-deleted": _MOVE,
        _UNCLEAR: Repair(manual="See in the console what state the revision is in."),
    },
)
def running_inactive_revision(task: TaskDefinition, _params: NoParameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    usage = usage_of(task)
    if usage is None:
        return not_applicable()
    details = {"status": task.status, **told(usage)}
    if task.status not in _REASONS:
        return unclear(_UNCLEAR, **details)
    return of_whole(_REASONS[task.status], **details)
