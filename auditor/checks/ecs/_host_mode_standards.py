"""What other rule sets say of host networking, privilege and root, each by its own letter.

They disagree with the benchmark and with one another, so each reading is kept as it is, oddities included: the reader
who compares two tools should find in our row what the other tool shows. Every rule reads the same three fields.
"""

from __future__ import annotations

from auditor.domain.check import Status
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import TaskDefinition


def readings(task: TaskDefinition) -> dict[str, Status]:
    """Rule set to verdict: `aws-config` (once also Security Hub's ECS.1), `powerpipe` (on Steampipe) and `prowler`.

    Sources: the AWS Config developer guide's page of `ecs-task-definition-user-for-host-mode-check`; the query
    `ecs_task_definition_user_for_host_mode_check` of Powerpipe's AWS compliance mod; Prowler's check
    `ecs_task_definitions_host_networking_mode_users`.
    """
    return {"aws-config": _aws_config(task), "powerpipe": _powerpipe(task), "prowler": _prowler(task)}


def _aws_config(task: TaskDefinition) -> Status:
    """Privilege counts as chosen on purpose and so complies; only the words `root` and nothing are root."""
    return _fails_if(task.uses_host_network and any(_unwittingly_root(each) for each in task.containers))


def _prowler(task: TaskDefinition) -> Status:
    """Follows AWS Config, whose documentation it cites, and so looks at the same container in the same way."""
    return _aws_config(task)


def _powerpipe(task: TaskDefinition) -> Status:
    """One container that is privileged and has a user other than the word `root` clears the whole definition."""
    if not task.uses_host_network:
        return Status.NOT_APPLICABLE
    return _fails_if(not any(_privileged_with_user(each) for each in task.containers))


def _unwittingly_root(container: Container) -> bool:
    return not container.privileged and (container.user or "root") == "root"


def _privileged_with_user(container: Container) -> bool:
    return container.privileged and container.user is not None and container.user != "root"


def _fails_if(failing: bool) -> Status:  # noqa: FBT001 - a predicate's value, passed on at once
    return Status.FAIL if failing else Status.PASS
