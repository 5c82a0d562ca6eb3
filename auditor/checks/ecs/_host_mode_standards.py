"""Verdicts of other rule sets on host networking, privilege and root.

They disagree with the benchmark and with one another. Each is implemented exactly as it is, including its quirks, so
that a finding shows what the other tool shows. All of them read the same three fields.
"""

from auditor.domain.check import Status
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import TaskDefinition


def other_standards(task: TaskDefinition) -> dict[str, Status]:
    """Return the status by rule set: `aws-config` (formerly also Security Hub's ECS.1), `powerpipe` and `prowler`.

    Sources: the AWS Config developer guide's page of `ecs-task-definition-user-for-host-mode-check`; the query
    `ecs_task_definition_user_for_host_mode_check` of Powerpipe's AWS compliance mod (on Steampipe); Prowler's check
    `ecs_task_definitions_host_networking_mode_users`.
    """
    return {"aws-config": _aws_config(task), "powerpipe": _powerpipe(task), "prowler": _prowler(task)}


def _aws_config(task: TaskDefinition) -> Status:
    """Privilege counts as a deliberate choice and complies; only the word `root` and an absent user are root."""
    return _fail_if(task.uses_host_network and any(map(_root_by_default, task.containers)))


def _prowler(task: TaskDefinition) -> Status:
    """Prowler implements the AWS Config rule, whose documentation it cites."""
    return _aws_config(task)


def _powerpipe(task: TaskDefinition) -> Status:
    """One privileged container with a user other than the word `root` clears the whole definition."""
    if not task.uses_host_network:
        return Status.NOT_APPLICABLE
    return _fail_if(not any(map(_privileged_with_user, task.containers)))


def _root_by_default(container: Container) -> bool:
    return not container.privileged and (container.user or "root") == "root"


def _privileged_with_user(container: Container) -> bool:
    return container.privileged and container.user is not None and container.user != "root"


def _fail_if(failing: bool) -> Status:  # noqa: FBT001 - the value of a predicate
    return Status.FAIL if failing else Status.PASS
