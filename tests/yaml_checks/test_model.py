"""Facts as plain data: the data, its shape and the reference page agree for every kind of fact."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.domain.ecs.containers import Container, Variable
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition, TaskDefinition
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.ecs.workloads import Service
from auditor.domain.fact import fact_kinds
from auditor.domain.secret_match import SecretMatch
from auditor.reports.catalogue import fact_reference
from auditor.yaml_checks.file import CheckFile
from auditor.yaml_checks.model import MAYBE_UNREAD, JsonType, Shape, as_document, members_of, parts_of, shape_of
from tests.builders import container, task_definition
from tests.checks.odd_facts import odd_facts

every_kind = pytest.mark.parametrize("kind", fact_kinds().values(), ids=fact_kinds())

HAS_TYPE: dict[JsonType, Callable[[Any], bool]] = {
    JsonType.TEXT: lambda value: isinstance(value, str),
    JsonType.TIME: lambda value: re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value) is not None,
    JsonType.NUMBER: lambda value: isinstance(value, int) and not isinstance(value, bool),
    JsonType.BOOLEAN: lambda value: isinstance(value, bool),
    JsonType.MAP: lambda value: all(isinstance(text, str) for pair in value.items() for text in pair),
}


def mismatches(value: Any, shape: Shape, path: str = "fact") -> list[str]:  # noqa: ANN401 - JSON data
    """Return a message for each part of a value that does not have its documented shape."""
    if value is None:
        return [] if shape.nullable else [f"{path} is null"]
    if shape.json_type is JsonType.LIST:
        assert shape.items
        return [
            mismatch
            for index, item in enumerate(value)
            for mismatch in mismatches(item, shape.items, f"{path}[{index}]")
        ]
    if shape.json_type is JsonType.OBJECT:
        if set(value) != set(shape.names):
            return [f"{path} has {sorted(value)}"]
        return [
            mismatch
            for name, member in value.items()
            for mismatch in mismatches(member, shape.names[name], f"{path}.{name}")
        ]
    return [] if HAS_TYPE[shape.json_type](value) else [f"{path} is {value!r}"]


@every_kind
def test_every_fact_has_its_documented_shape(kind: type[Any]) -> None:
    for fact in odd_facts(kind):
        document = as_document(fact)
        assert mismatches(document, shape_of(type(fact))) == []
        assert set(document) == {member.name for member in members_of(kind)}
        assert json.loads(json.dumps(document)) == document


def test_a_mismatch_is_reported() -> None:
    document = as_document(task_definition())
    shape = shape_of(TaskDefinition)

    assert mismatches(document | {"arn": None}, shape) == ["fact.arn is null"]
    assert mismatches(document | {"revision": True}, shape) == ["fact.revision is True"]
    assert mismatches(document | {"containers": [{}]}, shape) == ["fact.containers[0] has []"]


@every_kind
def test_every_field_and_property_except_resource_is_a_member(kind: type[Any]) -> None:
    for part in parts_of(kind):
        properties = {name for name, _ in inspect.getmembers(part, lambda value: isinstance(value, property))}
        assert {member.name for member in members_of(part)} == (
            {field.name for field in fields(part)} | properties - {"resource"}
        )


@every_kind
def test_every_property_has_a_description(kind: type[Any]) -> None:
    for part in parts_of(kind):
        field_names = {field.name for field in fields(part)}
        properties = [member for member in members_of(part) if member.name not in field_names]
        assert [member.name for member in properties if not member.description.endswith(".")] == []


def test_the_properties_that_checks_use_are_members() -> None:
    document = as_document(task_definition(containers=(container(user="0:1000"),), os_family="WINDOWS_SERVER"))

    assert document["uses_host_network"] is True
    assert document["on_windows"] is True
    assert document["only_fargate"] is False
    assert document["containers"][0]["runs_as_root"] is True
    assert document["containers"][0]["user_unset"] is False


def test_a_daemon_shares_namespaces_by_the_value_shared() -> None:
    daemon = DaemonTaskDefinition("arn", "agent", 1, "ACTIVE", None, (), pid_mode="shared", ipc_mode="shared")

    assert as_document(daemon)["shares_host_processes"] is True
    assert as_document(daemon)["shares_host_memory"] is True


def test_environment_variables_have_names_and_secret_matches_only() -> None:
    variables = (Variable("MODE"), Variable("DB_PASSWORD", SecretMatch("entropy", 24)))
    (shown,) = as_document(task_definition(containers=(container(environment=variables),)))["containers"]

    assert shown["environment"] == [
        {"name": "MODE", "secret_match": None},
        {"name": "DB_PASSWORD", "secret_match": {"detector": "entropy", "length": 24}},
    ]


def test_times_are_text_sets_are_lists_and_unread_tags_are_null() -> None:
    moment = datetime(2026, 11, 23, 2, tzinfo=UTC)
    service = Service("arn", "web", "cluster/default", "ACTIVE", "b", tags=None, created_at=moment)

    assert as_document(service)["created_at"] == "2026-11-23T02:00:00Z"
    assert as_document(service)["definitions"] == ["b"]
    assert as_document(service)["tags"] is None


def test_members_that_may_be_unread_exist_and_are_nullable() -> None:
    shapes: dict[str, Shape] = {}
    for kind in fact_kinds().values():
        shapes |= shape_of(kind).names

    assert set(shapes) >= MAYBE_UNREAD
    assert all(shapes[name].nullable for name in MAYBE_UNREAD)


def test_a_field_that_plain_data_cannot_hold_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="has no counterpart in plain data"):
        members_of(Shape)


def test_the_schema_lists_every_kind_of_fact() -> None:
    assert CheckFile.model_json_schema()["properties"]["resource"]["enum"] == list(fact_kinds())


def test_the_reference_lists_every_member_with_its_type_and_description() -> None:
    page = fact_reference.reference()
    lines = [" ".join(line.split()) for line in page.splitlines()]
    text = " ".join(page.split())

    for name, kind in fact_kinds().items():
        assert f"resource: {name} ({kind.__name__})" in lines
        for part in parts_of(kind):
            for member in members_of(part):
                assert f"{member.name} {member.shape}" in lines
                assert member.description in text
    assert max(map(len, page.splitlines())) <= 100
    assert "None" not in page


def test_the_reference_lists_shared_parts_once() -> None:
    titles = fact_reference.reference().splitlines()

    assert [titles.count(part.__name__) for part in (Container, EcsUsage, Variable)] == [1, 1, 1]
