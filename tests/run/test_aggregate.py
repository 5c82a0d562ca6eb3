"""The sum over accounts: the same in any order, the worst rows kept, all rows counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.domain.check import Severity, Status
from auditor.domain.coverage import CallStats, CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult, RunResult
from auditor.run import aggregate
from auditor.run.aggregate import RunAggregator, RunMetadata, digest
from tests.builders import CHECK, NOW, account, check_info, coverage, finding, unknown

ABOUT = RunMetadata("20261123T020000Z-1a2b3c", NOW, NOW, "0.1.0", [check_info()])

HIGH, LOW = Severity.HIGH, Severity.LOW


def result(number: int, *findings: Finding, gaps: int = 0) -> AccountResult:
    """Sum up an account with one examined region, these findings, and so many gaps."""
    owner = account(number)
    rows = [coverage(account=owner, region="eu-west-1")]
    rows += [
        coverage(CoverageStatus.NOT_EXAMINED, account=owner, region=f"us-west-{gap}", reason=Reason.TIMEOUT)
        for gap in range(gaps)
    ]
    return AccountResult(owner, findings, tuple(rows), {CHECK: number}, CallStats(calls=2))


def gathered(*results: AccountResult) -> RunResult:
    gathering = RunAggregator()
    for each in results:
        gathering.add(digest(each))
    return gathering.result(ABOUT)


def failing(number: int, severity: Severity, families: int = 1) -> list[Finding]:
    return [finding(f"{severity}-{each}", account=account(number), severity=severity) for each in range(families)]


def test_everything_is_counted() -> None:
    owner = account(2)
    passed = finding("fine", account=owner, status=Status.PASS)

    run = gathered(result(1, *failing(1, HIGH, 2), gaps=1), result(2, *failing(2, LOW), unknown(account=owner), passed))

    counts = {status: run.count(status) for status in Status}
    assert counts == {Status.FAIL: 3, Status.UNKNOWN: 1, Status.PASS: 1, Status.NOT_APPLICABLE: 3}
    assert (run.failures_total, run.unknowns_total) == (3, 1)
    assert [each.account.id for each in run.accounts] == [account(1).id, account(2).id]
    assert [(row.account.id, row.region) for row in run.gaps] == [(account(1).id, "us-west-0")]
    assert run.checks == (check_info(),)
    assert (run.run_id, run.version, run.interrupted) == (ABOUT.run_id, "0.1.0", False)


def test_the_worst_come_first() -> None:
    run = gathered(result(1, *failing(1, LOW)), result(3, *failing(3, HIGH)), result(2, *failing(2, HIGH)))

    assert [(each.severity, each.account.id) for each in run.failures] == [
        (HIGH, account(2).id),
        (HIGH, account(3).id),
        (LOW, account(1).id),
    ]


def test_only_the_worst_are_kept_of_one_account_and_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregate, "MOST_FAILURES", 4)
    monkeypatch.setattr(aggregate, "MOST_UNKNOWNS", 2)
    lows = [result(number, *failing(number, LOW, 9), unknown(account=account(number))) for number in range(1, 9)]

    run = gathered(*lows, result(9, *failing(9, HIGH, 3)))

    assert [each.severity for each in run.failures] == [HIGH, HIGH, HIGH, LOW]
    assert run.failures[3].account == account(1)
    assert (len(run.unknowns), run.unknowns_total) == (2, 8)
    assert run.failures_total == 8 * 9 + 3


def test_no_more_is_held_meanwhile_than_twice_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregate, "MOST_FAILURES", 5)
    gathering = RunAggregator()

    for number in range(1, 40):
        gathering.add(digest(result(number, *failing(number, HIGH, 7))))
        assert len(gathering._failures) <= 10


def test_a_digest_keeps_the_gaps_and_nothing_that_passed() -> None:
    passed = finding("fine", status=Status.PASS)

    kept = digest(result(1, passed, *failing(1, LOW), gaps=2))

    assert [each.status for each in (*kept.failures, *kept.unknowns)] == [Status.FAIL]
    assert [row.status for row in kept.gaps] == [CoverageStatus.NOT_EXAMINED] * 2


@given(st.permutations(range(1, 9)))
def test_the_order_in_which_accounts_end_does_not_matter(order: list[int]) -> None:
    def one(number: int) -> AccountResult:
        severity = list(Severity)[number % 4]
        return result(number, *failing(number, severity, number), unknown(account=account(number)), gaps=number % 3)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aggregate, "MOST_FAILURES", 7)
        patch.setattr(aggregate, "MOST_UNKNOWNS", 3)

        assert gathered(*map(one, order)) == gathered(*map(one, range(1, 9)))


def test_an_interruption_is_passed_on() -> None:
    about = RunMetadata(ABOUT.run_id, NOW, NOW, "0.1.0", [], interrupted=True)
    gathering = RunAggregator()
    gathering.add(digest(result(1)))

    run = gathering.result(about)

    assert run.interrupted
    assert not run.complete
