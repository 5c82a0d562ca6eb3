"""Which items of the exceptions file need attention."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auditor.domain.exception_review import ExceptionProblem as Problem
from auditor.exceptions import ExceptionItem, ExceptionsFileContent, Policy, Tally, lint_all, review
from tests import builders
from tests.exceptions.builders import TODAY, item

POLICY = Policy(max_days=365, warn_days=14, max_findings=3)


def problems(one: ExceptionItem, tally: Tally, *, whole_organization: bool = True) -> list[Problem]:
    content = ExceptionsFileContent((one,), "exceptions.yaml")
    reviewed = review(
        content, tally, checks=[builders.CHECK], whole_organization=whole_organization, today=TODAY, policy=POLICY
    )
    return list(reviewed.items[0].problems)


def tally(findings: int = 1, unchecked: tuple[str, ...] = ()) -> Tally:
    counted = Tally(met={"one"}, unchecked=set(unchecked))
    counted.findings["one"] = findings
    return counted


def test_an_item_that_covers_a_finding_and_lasts_needs_no_attention() -> None:
    assert problems(item(), tally()) == []


@pytest.mark.parametrize(
    ("expires", "expected"),
    [
        (date(2026, 11, 22), [Problem.EXPIRED]),
        (date(2026, 11, 23), [Problem.EXPIRING]),
        (date(2026, 12, 7), [Problem.EXPIRING]),
        (date(2026, 12, 8), []),
    ],
)
def test_expiry_is_reported_two_weeks_before_and_ever_after(expires: date, expected: list[Problem]) -> None:
    assert problems(item(expires=expires), tally()) == expected


@pytest.mark.parametrize(
    ("fields", "counted", "whole_organization", "expected"),
    [
        pytest.param({}, tally(0), True, Problem.MATCHES_NOTHING, id="everything was examined"),
        pytest.param({}, tally(0, unchecked=("one",)), True, Problem.NOT_CHECKED, id="something was not examined"),
        pytest.param({"check": "ecs-other"}, tally(0), True, Problem.NOT_CHECKED, id="its check did not run"),
        pytest.param({"account": "x"}, Tally(), True, Problem.MATCHES_NOTHING, id="an account that does not exist"),
        pytest.param({"account": "x"}, Tally(), False, Problem.NOT_CHECKED, id="an account that may exist elsewhere"),
        pytest.param({"region": "eu-west-1"}, Tally(), True, Problem.NOT_CHECKED, id="a region that was not looked at"),
    ],
)
def test_an_item_without_findings_matches_nothing_only_if_all_of_it_was_examined(
    fields: dict[str, Any],
    counted: Tally,
    whole_organization: bool,  # noqa: FBT001 - a table
    expected: Problem,
) -> None:
    assert problems(item(**fields), counted, whole_organization=whole_organization) == [expected]


def test_an_item_that_matches_more_findings_than_allowed_is_too_broad() -> None:
    assert problems(item(), tally(3)) == []
    assert problems(item(), tally(4)) == [Problem.TOO_BROAD]


def test_an_item_that_reopen_on_has_ended_for_a_finding_is_reported() -> None:
    counted = tally()
    counted.reopened["one"] = 1

    assert problems(item(), counted) == [Problem.REOPENED]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"check": "*"}, [Problem.TOO_BROAD]),
        ({"check": "ecs-*", "region": "eu-*"}, [Problem.TOO_BROAD]),
        ({"check": "*", "account": "111122223333"}, []),
        ({"check": "*", "ou": "/Sandbox"}, []),
        ({"check": "*", "resource": "web"}, []),
        ({}, []),
        ({"check": "*", "expires": date(2026, 1, 1)}, [Problem.EXPIRED, Problem.TOO_BROAD]),
    ],
)
def test_some_problems_can_be_told_without_a_run(fields: dict[str, Any], expected: list[Problem]) -> None:
    content = ExceptionsFileContent((item(**fields),), "exceptions.yaml")

    assert list(lint_all(content, TODAY, POLICY).items[0].problems) == expected
