r"""What runs must be the latest active revision of its family.

Profile level
-------------
None: no benchmark has this rule, and no other scanner looks. The CIS AWS Compute Services Benchmark 1.1.0 comes near in
a note to each of its rules over task definitions: it takes it for granted that only the latest active revision is in
use, and asks for the audit of the others where that is not so. This check finds where it is not so.

Description
-----------
Looks at a revision that a service (by its own word, a deployment or a task set) or a running task uses, and compares
its number with that of the family's latest ACTIVE revision.

    what runs it            latest ACTIVE revision        verdict         reason
    ----------------------  ----------------------------  --------------  -----------------------
    something               this one                      PASS            -
    something               a higher number               FAIL            older-than-latest
    something               a lower number                FAIL            newer-than-latest
    something               there is none                 FAIL            no-active-revision
    something               not known                     UNKNOWN         latest-revision-unknown
    nothing, or not known   any                           NOT_APPLICABLE  -

`newer-than-latest` is a revision that was deregistered while an older one of its family is still ACTIVE: the next
deployment by the family's name goes backwards. `no-active-revision` is a family of which everything is deregistered:
what runs goes on, and nothing can be deployed. A revision that is itself ACTIVE and newer than the latest one that is
known was registered while the audit read, and passes as the latest.

A service counts while it has no task. Where parts of the region could not be read, more may run than is named
(`complete` is false in the evidence); a revision that nothing is known to run is then still not applicable, and never a
pass. Managed daemons are not looked at: ECS rolls them out itself.

The evidence names services, clusters and the number of running tasks.

Rationale
---------
Every audit that reads the latest revision only (Security Hub, AWS Config, CIS by its letter) says of a family that it
is clean once a clean revision is registered. What serves is the old one until somebody deploys: fixes that were
registered and never rolled out, rollbacks that were forgotten, rollouts that hang, tasks that were started by hand with
a number in the command.

Impact for
----------
What is audited elsewhere is what runs, and a fix is one when it has arrived.

Impact against
--------------
A rollout takes minutes to hours, and a night's audit may fall into one: expect a finding that is gone the next night.
Pipelines that register on every build and deploy by hand, and canaries that keep two revisions on purpose, have this
all the time; give those an exception with an owner.

Default value
-------------
A service stays on the revision that it was last told, whatever is registered afterwards.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies, ecs:ListTaskDefinitions, ecs:DescribeTaskDefinition, ecs:ListClusters,
ecs:ListServices, ecs:DescribeServices, ecs:ListTasks and ecs:DescribeTasks, on all resources.
To remediate, by hand: ecs:UpdateService, ecs:StopTask, ecs:RunTask, and iam:PassRole on the roles of the definition.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions and the family, and note the newest active revision.
2. Choose Clusters, a cluster, and each service: compare the revision under Task definition, and on the Deployments tab.
3. On the cluster's Tasks tab compare the revision of each task.

Audit, CLI
----------
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query taskDefinition.taskDefinitionArn
    aws ecs describe-services --cluster CLUSTER --services SERVICE --region REGION --query \
      "services[].[taskDefinition, deployments[].taskDefinition, taskSets[].taskDefinition]"
    aws ecs list-tasks --cluster CLUSTER --family FAMILY --region REGION
    aws ecs describe-tasks --cluster CLUSTER --tasks TASK --region REGION --query "tasks[].[group, taskDefinitionArn]"

Remediation, console
--------------------
1. See what changed between the two revisions (JSON tab), and that it may go out.
2. Open each service that the finding names, choose Update service, and take the latest revision.
3. Stop tasks that no service owns, and start them again from the latest revision.

Remediation, CLI
----------------
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs stop-task --cluster CLUSTER --task TASK --region REGION

FAMILY without a number is the latest ACTIVE revision. For no-active-revision, register the content again first:
describe-task-definition still shows it.

Back-out
--------
update-service with FAMILY:OLD, as long as that revision is ACTIVE.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-task-definition-console-v2.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-definition-state.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html

Related controls
----------------
None elsewhere. Here: ecs-running-inactive-revision, for what runs although it is deregistered.
"""

from __future__ import annotations

from auditor.checks._verdicts import not_applicable, of_whole
from auditor.checks.ecs._unclear import unclear
from auditor.checks.ecs._usage import told, usage_of
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
    title="What runs is the latest active revision of its family",
    severity=Severity.LOW,
    fact_type=TaskDefinition,
    frameworks={},
    remediation=(
        "Update the named services to the latest active revision, and start tasks that no service owns anew from it; "
        "where the family has none, register the content again first."
    ),
    reason_texts={
        _OLDER: "runs although its family has a newer active revision",
        _NEWER: "runs although its family's latest active revision is an older one",
        _NONE: "runs although its family has no active revision",
        _UNKNOWN: "runs, and which revision of its family is the latest is not known",
    },
    repairs={
        _OLDER: Repair(manual="See that the latest revision may go out, and deploy it; no other one is needed."),
        _NEWER: Repair(manual="Decide which revision is meant, and register its content again where it is this one."),
        _NONE: Repair(manual="Register the content of this revision again, and deploy that."),
        _UNKNOWN: Repair(manual="Let the auditor list the revisions of the family."),
    },
)
def running_non_latest_revision(task: TaskDefinition, _params: NoParameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    usage = usage_of(task)
    if usage is None:
        return not_applicable()
    details = {"latestActive": task.latest_active, "status": task.status, **told(usage)}
    if task.latest_active is None:
        return unclear(_UNKNOWN, **details)
    return of_whole(_reason(task, task.latest_active), **details)


def _reason(task: TaskDefinition, latest: int) -> str | None:
    if task.status == "ACTIVE" and task.revision >= latest:
        return None
    if latest < 1:
        return _NONE
    if task.revision == latest:
        return None
    return _OLDER if task.revision < latest else _NEWER
