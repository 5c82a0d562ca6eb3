"""The accounts table and the coverage bar."""

from __future__ import annotations

from auditor.domain.check import Severity
from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason
from auditor.reports.page.accounts_table import coverage_bar, rows, sections
from tests.builders import account, coverage, finding, run_result

EXAMINED, PARTIAL, NOT_EXAMINED, EXCLUDED = CoverageStatus


def test_accounts_are_grouped_by_what_they_need() -> None:
    records = [
        coverage(account=account(1)),
        coverage(account=account(2)),
        coverage(NOT_EXAMINED, account=account(3), reason=Reason.ROLE_DENIED),
        coverage(EXCLUDED, account=account(4), reason=Reason.EXCLUDED_BY_CONFIG, detail="sandbox"),
    ]
    groups = sections(rows(run_result(records, [finding(account=account(1))])))
    assert [(group.title, [row.summary.account for row in group.rows]) for group in groups] == [
        ("With failures", [account(1)]),
        ("No known failures (partly or not examined)", [account(3)]),
        ("Fully examined, no failures", [account(2)]),
        ("Excluded", [account(4)]),
    ]


def test_a_partly_examined_account_with_failures_is_listed_with_failures() -> None:
    record = coverage(PARTIAL, account=account(1), reason=Reason.TIMEOUT)
    (group,) = sections(rows(run_result([record], [finding(account=account(1))])))
    assert group.title == "With failures"


def test_accounts_beyond_fifty_are_folded_in_a_group_of_their_own() -> None:
    numbers = range(1, 61)
    findings = [finding(account=account(number)) for number in numbers]
    groups = sections(rows(run_result([coverage(account=account(number)) for number in numbers], findings)))
    assert [(group.title, len(group.rows), group.folded) for group in groups] == [
        ("With failures: the worst", 50, False),
        ("With failures: the others", 10, True),
    ]


def test_accounts_with_the_worst_failures_come_first() -> None:
    many = [finding(str(number), account=account(1)) for number in range(3)]
    worst = finding(account=account(2), severity=Severity.CRITICAL)
    records = [coverage(account=account(1)), coverage(account=account(2))]
    assert [row.summary.account for row in rows(run_result(records, [*many, worst]))] == [account(2), account(1)]


def test_an_account_shows_three_reasons_and_the_number_of_the_others() -> None:
    reasons = (Reason.TIMEOUT, Reason.THROTTLED, Reason.SCP_DENIED, Reason.DEADLINE, Reason.DEADLINE)
    records = [coverage(NOT_EXAMINED, region=f"r-{number}", reason=reason) for number, reason in enumerate(reasons)]
    (row,) = rows(run_result(records))
    assert (len(row.reasons), row.omitted) == (3, 1)


def test_an_excluded_account_shows_the_detail_of_its_exclusion() -> None:
    record = coverage(EXCLUDED, reason=Reason.EXCLUDED_BY_CONFIG, detail="sandbox, ticket SEC-12")
    (row,) = rows(run_result([record]))
    assert row.reasons == ("sandbox, ticket SEC-12",)


def test_every_status_is_visible_in_the_coverage_bar() -> None:
    segments = coverage_bar({EXAMINED: 9_999, PARTIAL: 0, NOT_EXAMINED: 1, EXCLUDED: 0})
    assert [segment.status for segment in segments] == [EXAMINED, NOT_EXAMINED]
    assert segments[1].width >= 1
    assert sum(segment.width for segment in segments) == 100
