"""Values of environment variables are checked for secrets when they are parsed, and dropped."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.aws.collectors.ecs.revisions import CODEC
from auditor.domain.ecs.containers import Variable
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.secret_match import SecretMatch
from auditor.parsers.ecs.task_definitions import MalformedValue, parse

ARN = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7"
CANARY = "Uktiorlstp8kEVslKtHns"


def read(*variables: object) -> TaskDefinition:
    container = {"name": "app", "environment": list(variables)}
    return parse({"taskDefinitionArn": ARN, "family": "web", "revision": 7, "containerDefinitions": [container]})


def variable(**members: object) -> Variable:
    (parsed,) = read(members).containers[0].environment
    return parsed


@pytest.mark.parametrize(
    ("name", "value", "match"),
    [
        pytest.param("DB_PASSWORD", CANARY, SecretMatch("secret-name", 21), id="a password"),
        pytest.param("URL", f"postgres://app:{CANARY}@db/app", SecretMatch("url-password", 43), id="one in a URL"),
        pytest.param("DB_PASSWORD", "${DB_PASSWORD}", None, id="a placeholder for a password"),
        pytest.param("PORT", "5432", None, id="a setting"),
        pytest.param("DB_PASSWORD", "", None, id="no text"),
        pytest.param("DB_PASSWORD", None, None, id="null"),
        pytest.param("DB_PASSWORD", 20261123, SecretMatch("secret-name", 8), id="a number, as templates contain it"),
        pytest.param("DB_PASSWORD", True, None, id="a boolean, as templates contain it"),
        pytest.param("DB_PASSWORD", 1.5, None, id="a fraction, as templates contain it"),
    ],
)
def test_a_value_is_checked_for_secrets_when_it_is_parsed(name: str, value: object, match: SecretMatch | None) -> None:
    assert variable(name=name, value=value) == Variable(name, match)


def test_each_variable_is_checked_separately() -> None:
    task = read({"name": "A_TOKEN", "value": CANARY}, {"name": "B"}, {"name": "C_TOKEN", "value": "none"})

    assert [variable.secret_match is not None for variable in task.containers[0].environment] == [True, False, False]


def test_no_part_of_a_value_is_kept() -> None:
    task = read({"name": "DB_PASSWORD", "value": CANARY})

    assert CANARY not in repr(task)
    assert CANARY not in json.dumps(CODEC.encode(task))


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"value": [CANARY]}, "value"),
        ({"value": {"x": CANARY}}, "value"),
        ({"value": 10**400}, "value"),
        ({"value": CANARY.encode()}, "value"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_malformed_value_is_named_by_its_path_and_not_quoted(members: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedValue) as refusal:
        variable(name="PASSWORD", **members)

    assert refusal.value.path == f"containerDefinitions[0].environment[0].{path}"
    assert CANARY not in str(refusal.value)


ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary(max_size=4)
    | st.lists(st.text() | st.integers(), max_size=3)
)


@given(name=st.text(), value=ANYTHING)
def test_any_variable_is_parsed_or_malformed(name: str, value: object) -> None:
    try:
        parsed = variable(name=name, value=value)
    except MalformedValue:
        return

    assert parsed.name == name
