"""JMESPath as checks use it: what is no expression, what has no answer, and what it may cost."""

from __future__ import annotations

import time
from typing import Any

import pytest

from auditor.yaml_checks.expression import MOST_STEPS, Undecidable, evaluate, parsed
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


def unanswered(text: str, fact: Any = FACT) -> str:  # noqa: ANN401 - plain data
    with pytest.raises(Undecidable) as raised:
        evaluate(text, fact)
    return raised.value.reason


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "is empty", id="nothing"),
        pytest.param("parts[?", "ends too early", id="half an expression"),
        pytest.param("a b", "b does not fit at character 3", id="two expressions"),
        pytest.param("a = 'b'", "does not fit at character 3", id="one equals sign"),
        pytest.param("'web", "does not fit at character 1", id="an open quote"),
        pytest.param("a" * 2_001, "has 2,001 characters", id="more than anybody reads"),
        pytest.param("!" * 41 + "a", "nested deeper than 40 levels", id="too deep"),
        pytest.param("(" * 1_900, "ends too early|nested deeper", id="deeper than the parser can go"),
    ],
)
def test_what_is_no_expression_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(FieldError, match=said):
        parsed(text)


@pytest.mark.parametrize(
    ("text", "answer"),
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
def test_what_can_be_answered_is(text: str, answer: object) -> None:
    assert evaluate(text, FACT) == (answer, True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("tags.owner == 'x'", "not-read", id="a tag where tags were not read"),
        pytest.param("tags == `null`", "not-read", id="whether tags were read"),
        pytest.param("name == 'web' && tags.owner != 'x'", "not-read", id="behind something else"),
        pytest.param("latest_active == `1`", "not-read", id="the latest revision"),
        pytest.param("sets[?tags.owner == 'x']", "not-read", id="the tags of a part"),
        pytest.param("memory > `5`", "not-comparable", id="nothing against a number"),
        pytest.param("length(parts[?size > `5`]) > `0`", "not-comparable", id="nothing against a number, in a part"),
        pytest.param("name > `5`", "not-comparable", id="a text against a number"),
        pytest.param("length(memory) > `0`", "expression-failed", id="a function of nothing"),
        pytest.param("length(name, name)", "expression-failed", id="one argument too many"),
        pytest.param("nothing(name)", "expression-failed", id="no such function"),
    ],
)
def test_what_was_not_read_or_cannot_be_compared_has_no_answer(text: str, reason: str) -> None:
    assert unanswered(text) == reason


def test_what_runs_in_a_region_that_was_read_in_part_is_answered_with_a_doubt() -> None:
    assert evaluate("usage.running_tasks == `0`", FACT) == (True, False)
    assert evaluate("name == 'web'", FACT) == (True, True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(" | ".join(["[@, @]"] * 35), id="pairs of pairs"),
        pytest.param(" | ".join(["{a: @, b: @}"] * 35), id="objects of objects"),
        pytest.param(" | ".join(["[@, @][]"] * 18), id="lists that double"),
        pytest.param(" | ".join(["join('', [@, @])"] * 30), id="texts that double"),
    ],
)
def test_what_would_take_for_ever_is_given_up_soon(text: str) -> None:
    began = time.process_time()

    assert unanswered(text, "x" * 100) == "expression-too-costly"
    assert time.process_time() - began < 2


def test_a_large_fact_is_well_within_the_bounds() -> None:
    variables = [{"name": f"V{number}"} for number in range(500)]
    fact = {"containers": [{"environment": variables} for _ in range(10)]}

    assert len(variables) * 10 < MOST_STEPS
    assert evaluate("length(containers[].environment[?starts_with(name, 'V')][]) == `5000`", fact) == (True, True)


def test_an_expression_is_compiled_once() -> None:
    assert parsed("a.b.c") is parsed("a.b.c")
