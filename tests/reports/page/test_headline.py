"""The headline of a run."""

from __future__ import annotations

import pytest

from auditor.domain.check import Severity, Status
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.reason import Reason
from auditor.domain.result import RunResult
from auditor.domain.scope import EVERY_REGION
from auditor.reports.page.headline import css_class, sentence
from auditor.reports.totals import RunTotals
from tests.builders import account, coverage, finding, run_result, unknown
from tests.reports import scenarios

PASSES = {Status.PASS: 1, Status.NOT_APPLICABLE: 2}


def examined(*numbers: int) -> list[Coverage]:
    return [coverage(account=account(number)) for number in numbers]


def refused(*numbers: int, status: CoverageStatus = CoverageStatus.NOT_EXAMINED) -> list[Coverage]:
    return [coverage(status, account=account(number), reason=Reason.ROLE_DENIED) for number in numbers]


ONE_FAILS = run_result(examined(1, 2), [finding()])
TWO_KINDS = run_result(
    examined(1, 2), [finding(), finding("db", severity=Severity.LOW), finding("db", account=account(2))]
)
ONE_REFUSED = run_result(examined(1, 2) + refused(3), extra={account(1).id: PASSES})
ONE_PARTIAL = run_result(examined(1, 2) + refused(3, status=CoverageStatus.PARTIAL), extra={account(1).id: PASSES})
BOTH = run_result(examined(1) + refused(2) + refused(3, status=CoverageStatus.PARTIAL), extra={account(1).id: PASSES})
INTERRUPTED = run_result(examined(1, 2), extra={account(1).id: PASSES}, interrupted=True)
ALL_EXCLUDED = run_result([coverage(CoverageStatus.EXCLUDED, region=EVERY_REGION, reason=Reason.EXCLUDED_BY_CONFIG)])
ONE_UNKNOWN = run_result(examined(1, 2), [unknown()], {account(2).id: PASSES})
NOT_APPLICABLE = run_result(examined(1, 2), extra={account(1).id: {Status.NOT_APPLICABLE: 9}})


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        pytest.param(
            ONE_FAILS,
            "Complete: all 2 accounts were fully examined. 1 failure in 1 account: 1 high.",
            id="coverage comes before failures",
        ),
        pytest.param(
            TWO_KINDS,
            "Complete: all 2 accounts were fully examined. 3 failures in 2 accounts: 2 high, 1 low.",
            id="severities come worst first",
        ),
        pytest.param(
            ONE_REFUSED,
            "INCOMPLETE: 2 of 3 accounts were fully examined; 1 not at all. No failures: 1 finding is PASS.",
            id="no failures in what was examined",
        ),
        pytest.param(
            ONE_PARTIAL,
            "INCOMPLETE: 2 of 3 accounts were fully examined; 1 only partly. No failures: 1 finding is PASS.",
            id="a partly examined account",
        ),
        pytest.param(
            BOTH,
            "INCOMPLETE: 1 of 3 accounts were fully examined; 1 only partly and 1 not at all. "
            "No failures: 1 finding is PASS.",
            id="partly examined and not examined accounts",
        ),
        pytest.param(
            INTERRUPTED,
            "INCOMPLETE: the run was interrupted; all 2 accounts were fully examined. No failures: 1 finding is PASS.",
            id="an interrupted run is incomplete",
        ),
        pytest.param(
            ALL_EXCLUDED,
            "INCOMPLETE: nothing was expected to be examined because every account is excluded. "
            "Nothing was examined, so nothing is known to be clean.",
            id="every account is excluded",
        ),
        pytest.param(
            ONE_UNKNOWN,
            "Complete: all 2 accounts were fully examined. No failures: 1 finding is PASS. "
            "1 resource could not be read (1 check).",
            id="an unknown resource in a complete run",
        ),
        pytest.param(
            NOT_APPLICABLE,
            "Complete: all 2 accounts were fully examined. "
            "No failures: the checks do not apply to any examined resource.",
            id="checks that apply to no resource",
        ),
        pytest.param(
            scenarios.all_refused(),
            "INCOMPLETE: none of 200 accounts could be examined. "
            "Nothing was examined, so nothing is known to be clean.",
            id="every account is refused",
        ),
        pytest.param(
            scenarios.empty(),
            "Complete: all 2 accounts were fully examined. No resources were found in what was examined.",
            id="accounts without resources",
        ),
        pytest.param(
            scenarios.no_accounts(),
            "INCOMPLETE: nothing was expected to be examined because the inventory has no accounts. "
            "Nothing was examined, so nothing is known to be clean.",
            id="an empty inventory",
        ),
    ],
)
def test_headline_states_coverage_then_failures_then_unknowns(result: RunResult, expected: str) -> None:
    assert sentence(RunTotals(result)) == expected


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (scenarios.nothing_wrong(), "clean"),
        (ONE_FAILS, "failing"),
        (ONE_UNKNOWN, "unknown"),
        (ONE_REFUSED, "incomplete"),
        (INTERRUPTED, "incomplete"),
    ],
    ids=["clean", "failing", "unknown resources", "a gap", "interrupted"],
)
def test_only_a_complete_run_without_failures_or_unknowns_is_styled_clean(result: RunResult, expected: str) -> None:
    assert css_class(RunTotals(result)) == expected


def unknown_findings(*findings: Finding, count: int) -> RunTotals:
    return RunTotals(run_result(examined(1), findings, {account(1).id: {Status.UNKNOWN: count - len(findings)}}))


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        pytest.param(
            unknown_findings(*(unknown(check_id=f"check-{number}") for number in range(23)), count=23),
            "1 resource could not be read (23 checks).",
            id="one resource that many checks examine",
        ),
        pytest.param(
            unknown_findings(unknown("a"), unknown("b"), count=2),
            "2 resources could not be read (1 check).",
            id="two resources",
        ),
        pytest.param(
            unknown_findings(unknown(reason=Reason.INTERNAL_ERROR), count=1),
            "1 resource could not be evaluated (1 check).",
            id="a resource that was read",
        ),
        pytest.param(
            unknown_findings(unknown(), count=9),
            "At least 1 resource could not be read (1 check).",
            id="the result does not hold all findings",
        ),
        pytest.param(unknown_findings(count=9), "9 findings are UNKNOWN.", id="the result holds no findings"),
    ],
)
def test_headline_counts_unknown_resources(totals: RunTotals, expected: str) -> None:
    assert sentence(totals).endswith(f" {expected}")
