"""Which variables are reported as secrets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.domain.secret_match import SecretMatch
from auditor.secret_detection import detect_secret
from tests.secret_detection.cases_harmless import HARMLESS_CASES
from tests.secret_detection.cases_realistic import FALSE_ALARMS, HARMLESS, MISSED, SECRET
from tests.secret_detection.cases_secret import SECRETS

CORPUS = Path(__file__).parents[1] / "corpus" / "environments.jsonl"
VARIABLES: list[dict[str, Any]] = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("name", "value", "detector"),
    [pytest.param(name, value, detector, id=description) for description, name, value, detector in SECRETS],
)
def test_a_secret_is_found(name: str, value: str, detector: str) -> None:
    assert detect_secret(name, value) == SecretMatch(detector, len(value))


@pytest.mark.parametrize(
    ("name", "value"), [pytest.param(name, value, id=description) for description, name, value in HARMLESS_CASES]
)
def test_a_harmless_variable_is_not_reported(name: str, value: str) -> None:
    assert detect_secret(name, value) is None


@pytest.mark.parametrize(("name", "value"), SECRET)
def test_a_realistic_secret_is_found(name: str, value: str) -> None:
    assert detect_secret(name, value) is not None


@pytest.mark.parametrize(("name", "value"), HARMLESS)
def test_a_realistic_harmless_variable_is_not_reported(name: str, value: str) -> None:
    assert detect_secret(name, value) is None


def test_the_known_errors_are_as_documented() -> None:
    assert [detect_secret(*variable) is not None for variable in MISSED] == [False] * 5
    assert [detect_secret(*variable) is not None for variable in FALSE_ALARMS] == [True] * 2


@pytest.mark.parametrize("line", VARIABLES, ids=lambda line: f"{line['id']} {line['name']}")
def test_variables_of_published_definitions_are_judged_as_labelled(line: dict[str, Any]) -> None:
    assert (detect_secret(line["name"], line["value"]) is not None) == (line["label"] == "literal")


def test_the_published_definitions_have_every_label() -> None:
    labels = [line["label"] for line in VARIABLES]

    assert {label: labels.count(label) for label in set(labels)} == {
        "literal": 4, "placeholder": 18, "empty": 1, "none": 305,
    }  # fmt: skip # a table, in columns
