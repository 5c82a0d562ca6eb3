"""Facts as plain data: the data, its documented shape and the reference page say the same, for every kind there is."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from auditor.domain.ecs.containers import Container, Variable
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition, TaskDefinition
from auditor.domain.ecs.usage import Usage
from auditor.domain.ecs.workloads import Service
from auditor.domain.secret_match import SecretMatch
from auditor.reports.catalogue import fact_reference
from auditor.yaml_checks import file
from auditor.yaml_checks.model import KINDS, MAYBE_UNREAD, JsonType, Shape, as_document, members_of, parts_of, shape_of
from tests.builders import container, task_definition
from tests.checks.odd_facts import odd_facts

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)

FITS: dict[JsonType, Callable[[Any], bool]] = {
    JsonType.TEXT: lambda value: isinstance(value, str),
    JsonType.TIME: lambda value: re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value) is not None,
    JsonType.NUMBER: lambda value: isinstance(value, int) and not isinstance(value, bool),
    JsonType.BOOLEAN: lambda value: isinstance(value, bool),
    JsonType.MAP: lambda value: all(isinstance(each, str) for pair in value.items() for each in pair),
}


def misfits(value: Any, shape: Shape, path: str = "fact") -> list[str]:  # noqa: ANN401 - plain data
    """Where a value has another shape than it should."""
    if value is None:
        return [] if shape.nullable else [f"{path} is null"]
    if shape.word is JsonType.LIST:
        assert shape.of
        return [each for n, item in enumerate(value) for each in misfits(item, shape.of, f"{path}[{n}]")]
    if shape.word is JsonType.OBJECT:
        if set(value) != set(shape.names):
            return [f"{path} has {sorted(value)}"]
        return [each for name, item in value.items() for each in misfits(item, shape.names[name], f"{path}.{name}")]
    return [] if FITS[shape.word](value) else [f"{path} is {value!r}"]


@every_kind
def test_every_fact_has_the_shape_that_is_documented(kind: type[Any]) -> None:
    for fact in odd_facts(kind):
        document = as_document(fact)
        assert misfits(document, shape_of(type(fact))) == []
        assert set(document) == {each.name for each in members_of(kind)}
        assert json.loads(json.dumps(document)) == document


def test_a_misfit_would_be_noticed() -> None:
    document = as_document(task_definition())
    shape = shape_of(TaskDefinition)

    assert misfits(document | {"arn": None}, shape) == ["fact.arn is null"]
    assert misfits(document | {"revision": True}, shape) == ["fact.revision is True"]
    assert misfits(document | {"containers": [{}]}, shape) == ["fact.containers[0] has []"]


@every_kind
def test_every_field_and_every_derived_truth_is_there_but_what_a_finding_calls_the_resource(kind: type[Any]) -> None:
    for part in parts_of(kind):
        derived = {name for name, _ in inspect.getmembers(part, lambda each: isinstance(each, property))}
        assert {each.name for each in members_of(part)} == {f.name for f in fields(part)} | derived - {"resource"}


@every_kind
def test_every_derived_truth_has_its_sentence(kind: type[Any]) -> None:
    for part in parts_of(kind):
        read = {each.name for each in fields(part)}
        assert [each.name for each in members_of(part) if each.name not in read and not each.says.endswith(".")] == []


def test_the_truths_that_checks_use_are_told() -> None:
    document = as_document(task_definition(containers=(container(user="0:1000"),), os_family="WINDOWS_SERVER"))

    assert document["uses_host_network"] is True
    assert document["on_windows"] is True
    assert document["only_fargate"] is False
    assert document["containers"][0]["runs_as_root"] is True
    assert document["containers"][0]["user_unset"] is False


def test_a_daemon_has_its_own_word_for_the_namespaces_of_the_host() -> None:
    daemon = DaemonTaskDefinition("arn", "agent", 1, "ACTIVE", None, (), pid_mode="shared", ipc_mode="shared")

    assert as_document(daemon)["shares_host_processes"] is True
    assert as_document(daemon)["shares_host_memory"] is True


def test_of_an_environment_there_are_names_and_suspicions_only() -> None:
    variables = (Variable("MODE"), Variable("DB_PASSWORD", SecretMatch("entropy", 24)))
    (shown,) = as_document(task_definition(containers=(container(environment=variables),)))["containers"]

    assert shown["environment"] == [
        {"name": "MODE", "secret_match": None},
        {"name": "DB_PASSWORD", "secret_match": {"detector": "entropy", "length": 24}},
    ]


def test_times_sets_and_what_was_not_looked_at_have_one_form() -> None:
    moment = datetime(2026, 11, 23, 2, tzinfo=UTC)
    service = Service("arn", "web", "cluster/default", "ACTIVE", "b", tags=None, created_at=moment)

    assert as_document(service)["created_at"] == "2026-11-23T02:00:00Z"
    assert as_document(service)["definitions"] == ["b"]
    assert as_document(service)["tags"] is None


def test_what_may_not_have_been_looked_at_exists_and_may_be_null() -> None:
    shapes = {name: members[name] for kind in KINDS.values() for members in [shape_of(kind).names] for name in members}

    assert set(shapes) >= MAYBE_UNREAD
    assert all(shapes[name].nullable for name in MAYBE_UNREAD)


def test_a_field_that_plain_data_cannot_hold_is_an_error_of_ours() -> None:
    with pytest.raises(TypeError, match="has no place in plain data"):
        members_of(Shape)


def test_a_check_may_be_over_every_kind_that_has_a_word() -> None:
    assert get_args(file._Kind) == tuple(KINDS)


def test_the_reference_names_every_member_with_its_type_and_its_sentence() -> None:
    page = fact_reference.reference()
    lines = [" ".join(line.split()) for line in page.splitlines()]
    sentences = " ".join(page.split())

    for word, kind in KINDS.items():
        assert f"over: {word} ({kind.__name__})" in lines
        for part in parts_of(kind):
            for each in members_of(part):
                assert f"{each.name} {each.shape}" in lines
                assert each.says in sentences
    assert max(map(len, page.splitlines())) <= 100
    assert "None" not in page


def test_the_reference_says_once_what_several_kinds_are_made_of() -> None:
    titles = fact_reference.reference().splitlines()

    assert [titles.count(each.__name__) for each in (Container, Usage, Variable)] == [1, 1, 1]
