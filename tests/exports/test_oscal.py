"""OSCAL assessment results: valid by NIST's schema, and never satisfied if something was not examined."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason
from auditor.exports import oscal
from auditor.exports.model import AccountExport
from tests import builders
from tests.exports import accounts

oscal_bindings = pytest.importorskip("oscal_bindings", reason="needs the extra `test`")

ACCOUNTS = [
    pytest.param(accounts.everyday, id="everyday"),
    pytest.param(accounts.unexamined, id="unexamined"),
    pytest.param(accounts.hostile, id="hostile"),
    pytest.param(lambda: accounts.export(checks=()), id="without controls"),
    pytest.param(accounts.export, id="without findings"),
]
PASSES = builders.finding("fine", status=Status.PASS)


def document(account: AccountExport) -> dict[str, Any]:
    (file,) = oscal.files(account)
    data: dict[str, Any] = json.loads(file.body)
    return data


def result(account: AccountExport) -> dict[str, Any]:
    found: dict[str, Any] = document(account)["assessment-results"]["results"][0]
    return found


def statuses(account: AccountExport) -> list[tuple[str, str]]:
    targets = [finding["target"]["status"] for finding in result(account).get("findings", [])]
    return [(target["state"], target["reason"]) for target in targets]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_document_is_valid(account: Callable[[], AccountExport]) -> None:
    oscal_bindings.AssessmentResultsDocument.model_validate_json(json.dumps(document(account())))


@pytest.mark.parametrize("fault", [{"uuid": "1"}, {"observations": []}, {"unknown": 1}, {"title": None}])
def test_the_schema_refuses_an_invalid_document(fault: dict[str, Any]) -> None:
    data = document(accounts.everyday())
    data["assessment-results"]["results"][0] |= fault

    with pytest.raises(ValidationError):
        oscal_bindings.AssessmentResultsDocument.model_validate_json(json.dumps(data))


def test_the_document_does_not_name_a_later_version_than_that_of_the_schema() -> None:
    version, schema = (text.split(".") for text in (oscal.VERSION, oscal_bindings.__oscal_schema_version__))

    assert list(map(int, version)) <= list(map(int, schema))


def test_a_control_is_satisfied_if_all_of_it_was_examined_and_passes() -> None:
    assert statuses(accounts.export((PASSES,))) == [("satisfied", "pass")] * 2


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        pytest.param(
            accounts.export((PASSES, builders.finding("bad"))), ("not-satisfied", "fail"), id="a failure among passes"
        ),
        pytest.param(
            accounts.export((PASSES, builders.unknown())), ("not-satisfied", "other"), id="an unknown among passes"
        ),
        pytest.param(
            accounts.export((PASSES,), (builders.coverage(CoverageStatus.PARTIAL, reason=Reason.THROTTLED),)),
            ("not-satisfied", "other"),
            id="a gap next to passes",
        ),
        pytest.param(accounts.unexamined(), ("not-satisfied", "other"), id="nothing examined"),
        pytest.param(
            accounts.export((builders.finding("bad", exception=accounts.EXCEPTION),)),
            ("not-satisfied", "fail"),
            id="an accepted failure",
        ),
    ],
)
def test_a_control_is_not_satisfied(account: AccountExport, expected: tuple[str, str]) -> None:
    assert statuses(account) == [expected] * 2


def test_a_control_without_anything_to_judge_has_an_observation_only() -> None:
    found = result(accounts.export())

    assert "findings" not in found
    assert len(found["observations"]) == 3


def test_there_is_one_observation_per_control_however_many_findings() -> None:
    many = tuple(builders.finding(f"f{number}") for number in range(50))
    (coverage, first, second) = result(accounts.export(many))["observations"]

    assert coverage["description"] == "Everything expected was examined."
    assert {item["value"] for item in first["props"] if item["name"] == "failing"} == {"50"}
    assert first["uuid"] != second["uuid"]


def test_gaps_are_named_in_the_observation_of_coverage() -> None:
    description = result(accounts.everyday())["observations"][0]["description"]

    assert "eu-central-1 ecs-services: ecs:ListClusters was denied" in description
    assert "us-west-2" not in description


def test_a_gap_of_another_collector_leaves_a_control_alone() -> None:
    gap = builders.coverage(CoverageStatus.PARTIAL, reason=Reason.THROTTLED, collector="ecs-services")

    assert statuses(accounts.export((PASSES,), (gap,))) == [("satisfied", "pass")] * 2


def test_an_excluded_account_is_not_called_examined() -> None:
    excluded = builders.coverage(CoverageStatus.EXCLUDED, reason=Reason.EXCLUDED_BY_CONFIG)
    found = result(accounts.export((), (excluded,)))

    assert found["observations"][0]["description"].startswith("The account is excluded")
    assert "findings" not in found


def test_an_account_that_is_not_part_of_the_run_has_no_document() -> None:
    assert list(oscal.files(accounts.export((), ()))) == []


def test_uuids_follow_from_the_run_the_account_and_the_control() -> None:
    first, again = document(accounts.everyday()), document(accounts.everyday())
    other = document(accounts.export((PASSES,), account=builders.account(2)))

    assert first == again
    assert first["assessment-results"]["uuid"] != other["assessment-results"]["uuid"]
