"""The parser of tasks accepts documented answers and raises MalformedValue for all others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from auditor.domain.ecs.workloads import Task
from auditor.parsers.ecs.tasks import MalformedValue, parse
from tests.parsers.ecs.answers import (
    ANY_VALUE,
    ARN_PREFIX,
    MISSING,
    OTHER_ACCOUNT,
    OTHER_REGION,
    case_id,
    damaged,
    unmodelled_members,
    with_value,
)

WHOLE: dict[str, Any] = {
    "taskArn": f"{ARN_PREFIX}:task/prod/0123456789abcdef",
    "clusterArn": f"{ARN_PREFIX}:cluster/prod",
    "taskDefinitionArn": f"{ARN_PREFIX}:task-definition/web:7",
    "group": "service:web",
    "launchType": "FARGATE",
    "lastStatus": "RUNNING",
    "desiredStatus": "RUNNING",
    "enableExecuteCommand": True,
    "overrides": {"containerOverrides": [{"name": "app", "environment": [{"name": "TOKEN", "value": "hunter2"}]}]},
}

#: The parser, typed to accept any argument.
parse_anything: Callable[..., Task] = parse


def test_a_complete_answer_is_parsed_completely() -> None:
    assert parse(WHOLE) == Task(
        arn=f"{ARN_PREFIX}:task/prod/0123456789abcdef",
        cluster_arn=f"{ARN_PREFIX}:cluster/prod",
        task_definition=f"{ARN_PREFIX}:task-definition/web:7",
        group="service:web",
        launch_type="FARGATE",
        last_status="RUNNING",
        exec_enabled=True,
    )


def test_botocore_models_every_member_of_the_example() -> None:
    assert unmodelled_members("Task", WHOLE) == []


def test_a_minimal_task_has_arn_cluster_and_revision() -> None:
    names = ("taskArn", "clusterArn", "taskDefinitionArn")

    assert parse({name: WHOLE[name] for name in names}) == Task(*(WHOLE[name] for name in names))


def test_overrides_of_a_task_are_dropped() -> None:
    assert "hunter2" not in repr(parse(WHOLE))


def test_an_arn_of_the_old_format_does_not_contain_the_cluster() -> None:
    assert parse({**WHOLE, "taskArn": f"{ARN_PREFIX}:task/0123"}).arn == f"{ARN_PREFIX}:task/0123"


REFUSED: list[tuple[str, object]] = [
    ("taskArn", MISSING),
    ("taskArn", ""),
    ("taskArn", 7),
    ("taskArn", f"{ARN_PREFIX}:task/staging/0123456789abcdef"),
    ("taskArn", f"{ARN_PREFIX}:task/prod/prod/0123456789abcdef"),
    ("taskArn", f"{ARN_PREFIX}:task-definition/web:7"),
    ("taskArn", "0123456789abcdef"),
    ("clusterArn", MISSING),
    ("clusterArn", None),
    ("clusterArn", "prod"),
    ("clusterArn", f"{OTHER_REGION}:cluster/prod"),
    ("clusterArn", f"{OTHER_ACCOUNT}:cluster/prod"),
    ("taskDefinitionArn", MISSING),
    ("taskDefinitionArn", None),
    ("taskDefinitionArn", ""),
    ("taskDefinitionArn", "web:7"),
    ("taskDefinitionArn", f"{ARN_PREFIX}:task-definition/web"),
    ("taskDefinitionArn", f"{ARN_PREFIX}:task-definition/web:0"),
    ("taskDefinitionArn", f"{ARN_PREFIX}:task-definition/web:07"),
    ("taskDefinitionArn", f"{ARN_PREFIX}:task-definition/web:latest"),
    ("taskDefinitionArn", f"{ARN_PREFIX}:task-definition/a/web:7"),
    ("taskDefinitionArn", f"{ARN_PREFIX}:daemon-task-definition/web:7"),
    ("taskDefinitionArn", f"{OTHER_REGION}:task-definition/web:7"),
    ("taskDefinitionArn", f"{OTHER_ACCOUNT}:task-definition/web:7"),
    ("group", 1),
    ("launchType", ["FARGATE"]),
    ("lastStatus", False),
    ("enableExecuteCommand", "maybe"),
    ("enableExecuteCommand", 1),
]


@pytest.mark.parametrize(("path", "value"), REFUSED, ids=map(case_id, REFUSED))
def test_an_undocumented_value_is_malformed_and_named_by_its_path(path: str, value: object) -> None:
    with pytest.raises(MalformedValue) as refusal:
        parse(with_value(WHOLE, path, value))

    assert refusal.value.path == path


@pytest.mark.parametrize("raw", [None, [], "{}", 1], ids=repr)
def test_an_answer_that_is_not_an_object_is_malformed(raw: object) -> None:
    with pytest.raises(MalformedValue, match="task: expected an object, got"):
        parse_anything(raw)


@given(raw=damaged(WHOLE) | ANY_VALUE)
def test_the_parser_raises_only_malformed_value(raw: object) -> None:
    try:
        task = parse_anything(raw)
    except MalformedValue:
        return

    assert isinstance(task, Task)
    assert ":task-definition/" in task.task_definition
