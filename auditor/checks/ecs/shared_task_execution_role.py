"""The task role and the execution role are different.

## Profile level
None: Checkov's rule; not a recommendation of the CIS benchmark.

## Description
Fails if a task definition, or a managed daemon's definition, names the same IAM role as `taskRoleArn` and as
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

Both fields accept a short name or an ARN, and both roles are in the account of the definition. If one of them is a
short name, names are compared, without the path and ignoring case, because an account cannot have two roles whose names
differ only in these. Two ARNs are compared as they are. Empty text is not a role.

## Rationale
ECS uses the execution role: it pulls the image, opens the log stream and reads the secrets that the definition names.
The code in the containers uses the task role, whose keys it gets from a link-local address. If one role serves both
purposes, any code in any container of the task, including an attacker's, can read every secret and pull every image
that the execution role can, although each container was given only some of the secrets.

## Benefits
Code in the container has the permissions of the application, without those that ECS needs to start it.

## Drawbacks
There is one more role to maintain. A task that calls no AWS service needs no task role.

## Default value
Neither role is set unless the definition names it.

{{permissions-all-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. Compare Task role with Task execution role.
3. {{repeat-for-older-revisions-and-daemons}}

## Audit, CLI
{{describe-task-definition}}
      "taskDefinition.[taskRoleArn, executionRoleArn]"

## Remediation, console
1. In IAM create a role for ecs-tasks.amazonaws.com with only the permissions that the application itself uses.
2. Remove from the old role the permissions that only the application needed.
3. Open the revision, choose Create new revision, and select the new role as Task role.
4. {{deploy-new-revision}}

{{remediate-by-cli-with-daemons}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-roles.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

## Related controls
Checkov: CKV_AWS_249, which compares the two texts and so does not match a short name with an ARN.
"""

from auditor.checks._verdicts import resource_verdict
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_SHARED = "shared-role"


@check(
    id="ecs-shared-task-execution-role",
    title="The task role and the execution role are different",
    problem="Task role is also the execution role",
    severity=Severity.MEDIUM,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Create a role with the permissions of the code in the containers, and register a revision with it as "
        "`taskRoleArn`, or without one if the code calls no AWS service; update every service or daemon that runs it; "
        "then deregister the old revision."
    ),
    reason_texts={_SHARED: "uses one role for its code and for ECS"},
    repairs={
        _SHARED: DefinitionRepair(
            definition={"taskRoleArn": None},
            manual="Set `taskRoleArn` to a separate role. It is removed here, which is sufficient only if the code "
            "calls no AWS service and ECS Exec is not used.",
        )
    },
)
def shared_task_execution_role(definition: Definition, _: NoParameters) -> Verdict:
    task = definition.task_role_arn or ""
    execution = (definition.execution_role_arn or "") if task else ""
    shared = bool(task) and _is_same_role(task, execution)
    return resource_verdict(_SHARED if shared else None, taskRoleArn=task, executionRoleArn=execution)


def _is_same_role(first: str, second: str) -> bool:
    if first == second:
        return True
    if first.startswith("arn:") and second.startswith("arn:"):
        return False
    return _name(first) == _name(second)


def _name(role: str) -> str:
    return role.rpartition("/")[2].lower()
