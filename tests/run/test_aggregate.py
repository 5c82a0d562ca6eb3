"""The sum over accounts: independent of their order; the worst findings are kept and all are counted."""

from __future__ import annotations

import gc
from types import FunctionType, ModuleType

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

METADATA = RunMetadata("20261123T020000Z-1a2b3c", NOW, NOW, "0.1.0", [check_info()])

HIGH, LOW = Severity.HIGH, Severity.LOW


def result(number: int, *findings: Finding, gaps: int = 0) -> AccountResult:
    """Return an account with one examined region, these findings, and this number of gaps."""
    owner = account(number)
    rows = [coverage(account=owner, region="eu-west-1")]
    rows += [
        coverage(CoverageStatus.NOT_EXAMINED, account=owner, region=f"us-west-{gap}", reason=Reason.TIMEOUT)
        for gap in range(gaps)
    ]
    return AccountResult(owner, findings, tuple(rows), {CHECK: number}, CallStats(calls=2))


def aggregate_all(*results: AccountResult) -> RunResult:
    aggregator = RunAggregator()
    for account_result in results:
        aggregator.add(digest(account_result))
    return aggregator.result(METADATA)


def failing(number: int, severity: Severity, families: int = 1) -> list[Finding]:
    return [finding(f"{severity}-{family}", account=account(number), severity=severity) for family in range(families)]


def test_everything_is_counted() -> None:
    owner = account(2)
    passed = finding("fine", account=owner, status=Status.PASS)

    run = aggregate_all(
        result(1, *failing(1, HIGH, 2), gaps=1), result(2, *failing(2, LOW), unknown(account=owner), passed)
    )

    counts = {status: run.count(status) for status in Status}
    assert counts == {Status.FAIL: 3, Status.UNKNOWN: 1, Status.PASS: 1, Status.NOT_APPLICABLE: 3}
    assert (run.failures_total, run.unknowns_total) == (3, 1)
    assert [summary.account.id for summary in run.accounts] == [account(1).id, account(2).id]
    assert [(gap.account.id, gap.regions) for gap in run.gaps] == [(account(1).id, ("us-west-0",))]
    assert run.checks == (check_info(),)
    assert (run.run_id, run.version, run.interrupted) == (METADATA.run_id, "0.1.0", False)


def test_the_worst_findings_come_first() -> None:
    run = aggregate_all(result(1, *failing(1, LOW)), result(3, *failing(3, HIGH)), result(2, *failing(2, HIGH)))

    assert [(failure.severity, failure.account.id) for failure in run.failures] == [
        (HIGH, account(2).id),
        (HIGH, account(3).id),
        (LOW, account(1).id),
    ]


def test_only_the_worst_findings_of_an_account_and_of_the_run_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregate, "MOST_FAILURES", 4)
    monkeypatch.setattr(aggregate, "MOST_UNKNOWNS", 2)
    lows = [result(number, *failing(number, LOW, 9), unknown(account=account(number))) for number in range(1, 9)]

    run = aggregate_all(*lows, result(9, *failing(9, HIGH, 3)))

    assert [failure.severity for failure in run.failures] == [HIGH, HIGH, HIGH, LOW]
    assert run.failures[3].account == account(1)
    assert (len(run.unknowns), run.unknowns_total) == (2, 8)
    assert run.failures_total == 8 * 9 + 3


def test_at_most_twice_as_many_findings_are_held_as_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregate, "MOST_FAILURES", 5)
    aggregator = RunAggregator()

    for number in range(1, 40):
        aggregator.add(digest(result(number, *failing(number, HIGH, 7))))
        assert len(aggregator._failures) <= 10


def test_a_digest_keeps_the_gaps_but_no_passed_findings() -> None:
    passed = finding("fine", status=Status.PASS)

    digested = digest(result(1, passed, *failing(1, LOW), gaps=2))

    assert [failure.status for failure in (*digested.failures, *digested.unknowns)] == [Status.FAIL]
    assert [(gap.status, gap.scopes) for gap in digested.gaps] == [(CoverageStatus.NOT_EXAMINED, 2)]


def denied_account(number: int, regions: int, collectors: int) -> AccountResult:
    """Return an account in which a service control policy denies every collector in every region."""
    owner = account(number)
    records = [
        coverage(
            CoverageStatus.NOT_EXAMINED,
            account=owner,
            region=f"us-west-{region}",
            collector=f"collector-{collector}",
            reason=Reason.SCP_DENIED,
            detail=f"{owner.id} is not authorized to perform: ecs:List{collector} on us-west-{region}",
        )
        for region in range(regions)
        for collector in range(collectors)
    ]
    return AccountResult(owner, (), tuple(records))


def held_objects(root: object) -> int:
    """Count the objects that `root` refers to, itself included."""
    seen, queue = set(), [root]
    while queue:
        current = queue.pop()
        if id(current) not in seen and not isinstance(current, type | ModuleType | FunctionType):
            seen.add(id(current))
            queue += gc.get_referents(current)
    return len(seen)


def held_for(accounts: int, regions: int, collectors: int) -> int:
    aggregator = RunAggregator()
    for number in range(1, accounts + 1):
        aggregator.add(digest(denied_account(number, regions, collectors)))
    return held_objects(aggregator._gaps)


def test_one_cause_does_not_hold_an_object_for_each_region_and_collector() -> None:
    names_of_regions, names_of_collectors, actions, larger_count = 30 - 1, 10 - 1, 10 - 1, 1
    more = held_for(1, regions=30, collectors=10) - held_for(1, regions=1, collectors=1)
    assert more <= names_of_regions + names_of_collectors + actions + larger_count


def test_accounts_with_the_same_cause_share_the_names_of_their_regions_and_collectors() -> None:
    one_scope, many_scopes = (held_for(20, size, size) - held_for(10, size, size) for size in (1, 8))
    assert one_scope == many_scopes


def test_the_scopes_of_folded_gaps_are_counted() -> None:
    run = aggregate_all(*(denied_account(number, regions=30, collectors=7) for number in (1, 2)))

    assert [gap.scopes for gap in run.gaps] == [210, 210]
    assert run.gaps[0].regions is run.gaps[1].regions


@given(st.permutations(range(1, 9)))
def test_the_order_of_the_accounts_does_not_matter(order: list[int]) -> None:
    def account_result(number: int) -> AccountResult:
        severity = list(Severity)[number % 4]
        return result(number, *failing(number, severity, number), unknown(account=account(number)), gaps=number % 3)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aggregate, "MOST_FAILURES", 7)
        patch.setattr(aggregate, "MOST_UNKNOWNS", 3)

        assert aggregate_all(*map(account_result, order)) == aggregate_all(*map(account_result, range(1, 9)))


def test_an_interrupted_run_is_not_complete() -> None:
    metadata = RunMetadata(METADATA.run_id, NOW, NOW, "0.1.0", [], interrupted=True)
    aggregator = RunAggregator()
    aggregator.add(digest(result(1)))

    run = aggregator.result(metadata)

    assert run.interrupted
    assert not run.complete
