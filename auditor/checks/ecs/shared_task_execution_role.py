r"""The task role and the execution role are different roles.

Profile level
-------------
Level 1, automated. Checkov's; no recommendation of the CIS benchmark.

Description
-----------
Fails when a task definition, or a managed daemon's definition, names the same IAM role as `taskRoleArn` and as
`executionRoleArn` (reason `shared-role`).

    taskRoleArn                executionRoleArn           verdict
    -------------------------  -------------------------  -------
    -                          -                          PASS
    set                        -                          PASS
    -                          set                        PASS
    arn:...:role/a             arn:...:role/b             PASS
    arn:...:role/a             arn:...:role/a             FAIL
    arn:...:role/path/a        a                          FAIL
    a                          A                          FAIL

Both members take a short name as well as an ARN, and both are of the account that the definition is in. So where one of
them is a short name, names are compared, without the path and without regard to case, because IAM itself knows no two
roles in an account whose names differ only by these. Two ARNs are compared whole. Empty text is no role.

Rationale
---------
The execution role is for ECS: it pulls the image, opens the log stream and reads the secrets that the definition names.
The task role is for the code in the containers, which gets its keys from an address on the link-local network. With one
role for both, any code in any container of the task, an intruder's too, can read every secret that the execution role
can read and pull every image, although the containers were handed only some of the secrets.

Impact for
----------
Code in the container can do what the application needs, and not what ECS needs to start it.

Impact against
--------------
One more role to keep. A task that calls no AWS service needs no task role at all.

Default value
-------------
Neither role is set unless the definition says so.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources. To remediate, by hand:
ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:DeregisterTaskDefinition (for daemons
ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon), and iam:PassRole on the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. Compare Task role with Task execution role.
3. Where services still run on older revisions, do the same for those.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
      "taskDefinition.[taskRoleArn, executionRoleArn]"

Remediation, console
--------------------
1. In IAM create a role for ecs-tasks.amazonaws.com with what the application itself calls, and nothing else.
2. Take from the old role what only the application needed.
3. Open the revision, choose Create new revision, and choose the new role as Task role.
4. Create the revision, update every service that uses the family, and wait until the deployment is stable.
5. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; set `taskRoleArn` to a role of the task's own, or
take it out where the code calls no AWS service, and save it as new.json.

    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs deregister-task-definition --task-definition FAMILY:OLD --region REGION

For a managed daemon: describe-daemon-task-definition, correct it alike, register-daemon-task-definition, and then
update-daemon with the new ARN and the daemon's capacity providers.

Back-out
--------
Until the old revision is deregistered, point the service back at it: update-service with FAMILY:OLD. A deregistered
revision cannot be used by a deployment; register its content again (old.json has it) and deploy the new number.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-roles.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

Related controls
----------------
Checkov: CKV_AWS_249, which compares the two texts and so misses a short name beside an ARN.
"""

from __future__ import annotations

from auditor.checks._verdicts import of_whole
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_SHARED = "shared-role"


@check(
    id="ecs-shared-task-execution-role",
    title="The task role and the execution role are different roles",
    severity=Severity.MEDIUM,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Create a role with what the code in the containers needs, and register a revision with it as `taskRoleArn`, "
        "or without one where the code calls no AWS service; update what uses the family; then deregister the old "
        "revision."
    ),
    reason_texts={_SHARED: "has one role for its code and for ECS"},
    repairs={
        _SHARED: DefinitionRepair(
            definition={"taskRoleArn": None},
            manual="Name a role of the task's own as `taskRoleArn`; it has none now, which is enough only where the "
            "code calls no AWS service and nobody uses ECS Exec.",
        )
    },
)
def shared_task_execution_role(definition: Definition, _: NoParameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    task, execution = definition.task_role_arn or "", definition.execution_role_arn or ""
    shared = bool(task) and _same(task, execution)
    return of_whole(_SHARED if shared else None, taskRoleArn=task, executionRoleArn=execution)


def _same(one: str, other: str) -> bool:
    if one.startswith("arn:") and other.startswith("arn:"):
        return one == other
    return _name(one) == _name(other)


def _name(role: str) -> str:
    return role.rpartition("/")[2].lower()
