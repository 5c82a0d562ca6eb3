"""What is taken for a secret and what is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.domain.secret_match import SecretMatch
from auditor.secret_detection import detect_secret
from tests.secret_detection.cases_plain import PLAIN
from tests.secret_detection.cases_secret import SECRETS
from tests.secret_detection.cases_wild import HARMLESS, NOT_NOTICED, NOTICED_IN_VAIN, SECRET

CORPUS = Path(__file__).parents[1] / "corpus" / "environments.jsonl"
VARIABLES: list[dict[str, Any]] = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("name", "value", "detector"),
    [pytest.param(name, value, detector, id=sentence) for sentence, name, value, detector in SECRETS],
)
def test_is_noticed(name: str, value: str, detector: str) -> None:
    assert detect_secret(name, value) == SecretMatch(detector, len(value))


@pytest.mark.parametrize(("name", "value"), [pytest.param(name, value, id=sentence) for sentence, name, value in PLAIN])
def test_is_left_alone(name: str, value: str) -> None:
    assert detect_secret(name, value) is None


@pytest.mark.parametrize(("name", "value"), SECRET)
def test_a_secret_as_met_in_the_wild_is_noticed(name: str, value: str) -> None:
    assert detect_secret(name, value) is not None


@pytest.mark.parametrize(("name", "value"), HARMLESS)
def test_a_harmless_variable_as_met_in_the_wild_is_left_alone(name: str, value: str) -> None:
    assert detect_secret(name, value) is None


def test_the_known_limits_are_no_wider_and_no_narrower_than_told() -> None:
    assert [detect_secret(*each) is not None for each in NOT_NOTICED] == [False] * 5
    assert [detect_secret(*each) is not None for each in NOTICED_IN_VAIN] == [True] * 2


@pytest.mark.parametrize("line", VARIABLES, ids=lambda line: f"{line['id']} {line['name']}")
def test_a_variable_of_a_published_definition_is_judged_as_labelled(line: dict[str, Any]) -> None:
    assert (detect_secret(line["name"], line["value"]) is not None) == (line["label"] == "literal")


def test_the_published_definitions_hold_every_label() -> None:
    labels = [line["label"] for line in VARIABLES]

    assert {label: labels.count(label) for label in set(labels)} == {
        "literal": 4, "placeholder": 18, "empty": 1, "none": 305,
    }  # fmt: skip
