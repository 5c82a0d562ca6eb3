"""The sentence that people read first, and perhaps only."""

from __future__ import annotations

import pytest

from auditor.domain.check import Severity, Status
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.reason import Reason
from auditor.domain.result import RunResult
from auditor.domain.scope import EVERY_REGION
from auditor.reports.page.headline import css_class, sentence
from tests.builders import account, coverage, finding, run_result, unknown
from tests.reports import scenarios

SEEN = {Status.PASS: 1, Status.NOT_APPLICABLE: 2}


def examined(*numbers: int) -> list[Coverage]:
    return [coverage(account=account(number)) for number in numbers]


def refused(*numbers: int, status: CoverageStatus = CoverageStatus.NOT_EXAMINED) -> list[Coverage]:
    return [coverage(status, account=account(number), reason=Reason.ROLE_DENIED) for number in numbers]


ONE_FAILS = run_result(examined(1, 2), [finding()])
TWO_KINDS = run_result(
    examined(1, 2), [finding(), finding("db", severity=Severity.LOW), finding("db", account=account(2))]
)
SOME_BLIND = run_result(examined(1, 2) + refused(3), extra={account(1).id: SEEN})
SOME_PARTIAL = run_result(examined(1, 2) + refused(3, status=CoverageStatus.PARTIAL), extra={account(1).id: SEEN})
BOTH = run_result(examined(1) + refused(2) + refused(3, status=CoverageStatus.PARTIAL), extra={account(1).id: SEEN})
STOPPED = run_result(examined(1, 2), extra={account(1).id: SEEN}, interrupted=True)
ALL_EXCLUDED = run_result([coverage(CoverageStatus.EXCLUDED, region=EVERY_REGION, reason=Reason.EXCLUDED_BY_CONFIG)])
UNJUDGED = run_result(examined(1, 2), [unknown()], {account(2).id: SEEN})
UNCONCERNED = run_result(examined(1, 2), extra={account(1).id: {Status.NOT_APPLICABLE: 9}})


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        pytest.param(
            ONE_FAILS,
            "Complete: all 2 accounts were fully examined. 1 high-severity failure in 1 account.",
            id="a complete run says so before it says what failed",
        ),
        pytest.param(
            TWO_KINDS,
            "Complete: all 2 accounts were fully examined. 2 high-severity and 1 low-severity failures in 2 accounts.",
            id="severities come worst first",
        ),
        pytest.param(
            SOME_BLIND,
            "INCOMPLETE: 2 of 3 accounts were fully examined; 1 could not be. No failures: 1 verdict is PASS.",
            id="no failures are claimed for what was examined only",
        ),
        pytest.param(
            SOME_PARTIAL,
            "INCOMPLETE: 2 of 3 accounts were fully examined; 1 only in part. No failures: 1 verdict is PASS.",
            id="in part is not in full",
        ),
        pytest.param(
            BOTH,
            "INCOMPLETE: 1 of 3 accounts were fully examined; 1 only in part and 1 not at all. "
            "No failures: 1 verdict is PASS.",
            id="in part and not at all are told apart",
        ),
        pytest.param(
            STOPPED,
            "INCOMPLETE: the run was interrupted; all 2 accounts were fully examined. No failures: 1 verdict is PASS.",
            id="an interrupted run is incomplete whatever was done",
        ),
        pytest.param(
            ALL_EXCLUDED,
            "INCOMPLETE: no account was to be examined, every one is excluded. "
            "Nothing was examined, so nothing is known to be clean.",
            id="a run that expected nothing saw nothing",
        ),
        pytest.param(
            UNJUDGED,
            "Complete: all 2 accounts were fully examined. No failures: 1 verdict is PASS. 1 verdict is UNKNOWN.",
            id="an unknown verdict is told even when every scope was examined",
        ),
        pytest.param(
            UNCONCERNED,
            "Complete: all 2 accounts were fully examined. No failures: the checks apply to nothing that was examined.",
            id="checks that apply to nothing have passed nothing",
        ),
        pytest.param(
            scenarios.all_refused(),
            "INCOMPLETE: none of 200 accounts could be examined. "
            "Nothing was examined, so nothing is known to be clean.",
            id="all refused",
        ),
        pytest.param(
            scenarios.empty(),
            "Complete: all 2 accounts were fully examined. Nothing to judge was found in what was examined.",
            id="nothing there is not the same as nothing wrong",
        ),
        pytest.param(
            scenarios.no_accounts(),
            "INCOMPLETE: no account was to be examined, the inventory names none. "
            "Nothing was examined, so nothing is known to be clean.",
            id="an empty inventory",
        ),
    ],
)
def test_the_sentence(result: RunResult, expected: str) -> None:
    assert sentence(result) == expected


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (scenarios.nothing_wrong(), "clean"),
        (ONE_FAILS, "failing"),
        (UNJUDGED, "unknown"),
        (SOME_BLIND, "incomplete"),
        (STOPPED, "incomplete"),
    ],
    ids=["clean", "failing", "unknown verdicts", "a gap", "interrupted"],
)
def test_only_a_complete_run_without_failures_or_unknowns_feels_clean(result: RunResult, expected: str) -> None:
    assert css_class(result) == expected
