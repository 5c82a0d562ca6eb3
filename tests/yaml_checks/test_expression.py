"""JMESPath as YAML checks use it: syntax errors, undecidable expressions and the step limit."""

from __future__ import annotations

import time
from typing import Any

import pytest

from auditor.yaml_checks.expression import MAX_STEPS, Undecidable, evaluate, parse_expression
from auditor.yaml_files import FieldError

FACT: dict[str, Any] = {
    "name": "web",
    "count": 3,
    "memory": None,
    "tags": None,
    "usage": {"running_tasks": 0, "complete": False},
    "latest_active": None,
    "sets": [{"tags": {"owner": "x"}}, {"tags": None}],
    "parts": [{"name": "a", "size": 1}, {"name": "b", "size": None}],
}


def reason_of(text: str, fact: Any = FACT) -> str:  # noqa: ANN401 - JSON data
    with pytest.raises(Undecidable) as raised:
        evaluate(text, fact)
    return raised.value.reason


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "is empty", id="an empty string"),
        pytest.param("parts[?", "is an incomplete JMESPath expression", id="half an expression"),
        pytest.param("a b", "unexpected b at character 3", id="two expressions"),
        pytest.param("a = 'b'", "at character 3", id="a single equals sign"),
        pytest.param("'web", "at character 1", id="an unclosed quote"),
        pytest.param("a" * 2_001, "has 2,001 characters", id="more than 2,000 characters"),
        pytest.param("!" * 41 + "a", "nested deeper than 40 levels", id="more than 40 levels"),
        pytest.param("(" * 1_900, "incomplete|nested deeper", id="deeper than the parser can recurse"),
    ],
)
def test_a_syntax_error_is_reported_with_its_position(text: str, message: str) -> None:
    with pytest.raises(FieldError, match=message):
        parse_expression(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("name == 'web'", True),
        ("count > `2`", True),
        ("memory == `null`", True),
        ("length(parts[?name == 'a']) > `0`", True),
        ("name", "web"),
        ("sets[0].tags.owner", "x"),
        ("memory != `null` && memory > `5`", False),
    ],
)
def test_an_expression_evaluates_to_its_value(text: str, value: object) -> None:
    assert evaluate(text, FACT) == (value, True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("tags.owner == 'x'", "not-read", id="a tag of unread tags"),
        pytest.param("tags == `null`", "not-read", id="a comparison of unread tags with null"),
        pytest.param("name == 'web' && tags.owner != 'x'", "not-read", id="an unread member after a true operand"),
        pytest.param("latest_active == `1`", "not-read", id="an unread latest revision"),
        pytest.param("sets[?tags.owner == 'x']", "not-read", id="unread tags of a part"),
        pytest.param("memory > `5`", "not-comparable", id="null compared with a number"),
        pytest.param(
            "length(parts[?size > `5`]) > `0`", "not-comparable", id="null compared with a number in a filter"
        ),
        pytest.param("name > `5`", "not-comparable", id="a string compared with a number"),
        pytest.param("length(memory) > `0`", "expression-failed", id="a function of null"),
        pytest.param("length(name, name)", "expression-failed", id="one argument too many"),
        pytest.param("nothing(name)", "expression-failed", id="an unknown function"),
    ],
)
def test_unread_members_and_incomparable_values_are_undecidable(text: str, reason: str) -> None:
    assert reason_of(text) == reason


def test_usage_of_a_partially_read_region_is_marked_incomplete() -> None:
    assert evaluate("usage.running_tasks == `0`", FACT) == (True, False)
    assert evaluate("name == 'web'", FACT) == (True, True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(" | ".join(["[@, @]"] * 35), id="pairs of pairs"),
        pytest.param(" | ".join(["{a: @, b: @}"] * 35), id="objects of objects"),
        pytest.param(" | ".join(["[@, @][]"] * 18), id="lists that double"),
        pytest.param(" | ".join(["join('', [@, @])"] * 30), id="strings that double"),
    ],
)
def test_an_expression_with_exponential_cost_is_stopped_early(text: str) -> None:
    began = time.process_time()

    assert reason_of(text, "x" * 100) == "expression-too-costly"
    assert time.process_time() - began < 2


def test_a_large_fact_stays_within_the_step_limit() -> None:
    variables = [{"name": f"V{number}"} for number in range(500)]
    fact = {"containers": [{"environment": variables} for _ in range(10)]}

    assert len(variables) * 10 < MAX_STEPS
    assert evaluate("length(containers[].environment[?starts_with(name, 'V')][]) == `5000`", fact) == (True, True)


def test_an_expression_is_compiled_once() -> None:
    assert parse_expression("a.b.c") is parse_expression("a.b.c")
