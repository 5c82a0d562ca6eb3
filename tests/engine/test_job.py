"""One account under way, in whatever order its planning, its scopes and its writing off come together."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.domain.check import Status
from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats, CoverageStatus
from auditor.domain.events import AccountPlanned, Event, ScopeEnded
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.domain.scope import EVERY_REGION, ExcludedBy, Scope, Target
from auditor.engine.job import Job
from auditor.engine.ports import Assignment
from auditor.engine.scan_scope import ScopeResult
from tests.builders import COLLECTOR, coverage, finding, target, work
from tests.engine.stubs import REGIONS

EXAMINED, NOT_EXAMINED = CoverageStatus.EXAMINED, CoverageStatus.NOT_EXAMINED
REFUSED = ReadError("assume-role", Reason.ROLE_DENIED, "AccessDenied")

Steps = dict[str, Callable[[], object]]


def job(wanted: Target | None = None, heard: list[Event] | None = None, *works: Assignment) -> Job:
    events = [] if heard is None else heard
    return Job(wanted or target(1), works or (work(),), events.append)


def examined(scope: Scope, collector: str = COLLECTOR) -> ScopeResult:
    found = finding(account=scope.account, region=scope.region)
    row = coverage(account=scope.account, region=scope.region, collector=collector)
    return ScopeResult(row, (found,), {"a-check": 2})


def result_of(under_way: Job) -> AccountResult:
    result = under_way.pop_result()
    assert result is not None
    return result


def test_an_account_ends_with_its_last_scope_and_is_given_away_once() -> None:
    account = job()
    taken = []

    for scope, (task,) in account.plan(REGIONS):
        taken.append(account.pop_result())
        account.complete_scope(scope, task, examined(scope))
    result = result_of(account)

    assert taken == [None] * 3
    assert account.pop_result() is None
    assert [row.region for row in result.coverage] == sorted(REGIONS)
    assert [each.region for each in result.findings] == sorted(REGIONS)
    assert result.not_applicable == {"a-check": 6}


def test_nothing_ends_before_it_is_planned() -> None:
    assert job().pop_result() is None


def test_every_collector_looks_at_every_region() -> None:
    tasks = job(None, None, work(collector="a"), work(collector="b")).plan(frozenset({"eu-west-1", "us-east-1"}))

    assert [(scope.region, [each.collector for each in works]) for scope, works in tasks] == [
        ("eu-west-1", ["a", "b"]),
        ("us-east-1", ["a", "b"]),
    ]


def test_what_happens_is_announced_as_it_happens() -> None:
    heard: list[Event] = []
    account = job(target(1, "eu-west-1", "af-south-1"), heard)

    ((scope, (task,)),) = account.plan(REGIONS)
    account.complete_scope(scope, task, examined(scope))

    planned, disabled, ended = heard
    assert planned == AccountPlanned(target(1).account, 2)
    assert isinstance(disabled, ScopeEnded)
    assert (disabled.coverage.region, disabled.fails) == ("af-south-1", 0)
    assert isinstance(ended, ScopeEnded)
    assert (ended.coverage.region, ended.fails) == ("eu-west-1", 1)


def test_what_has_not_come_back_is_written_off_and_what_has_is_kept() -> None:
    account = job()
    (scope, (task,)), *late = account.plan(REGIONS)
    account.complete_scope(scope, task, examined(scope))

    account.abandon(Reason.DEADLINE)
    result = result_of(account)

    assert {row.region: (row.status, row.reason) for row in result.coverage} == {
        scope.region: (EXAMINED, None),
        **{each.region: (NOT_EXAMINED, Reason.DEADLINE) for each, _ in late},
    }
    assert [each.region for each in result.findings] == [scope.region]


def test_what_comes_back_too_late_changes_nothing() -> None:
    heard: list[Event] = []
    account = job(None, heard)
    tasks = account.plan(REGIONS)
    account.abandon(Reason.INTERRUPTED)
    before = len(heard)

    for scope, (task,) in tasks:
        account.complete_scope(scope, task, examined(scope))

    assert len(heard) == before
    assert result_of(account).findings == ()


def test_a_scope_that_comes_back_twice_counts_once() -> None:
    account = job()
    ((scope, (task,)),) = account.plan(frozenset({"eu-west-1"}))

    account.complete_scope(scope, task, examined(scope))
    account.complete_scope(scope, task, examined(scope))

    assert len(result_of(account).findings) == 1


def test_an_account_that_is_written_off_before_it_is_planned_has_its_rows() -> None:
    heard: list[Event] = []
    account = job(target(1, "eu-west-1", "us-*"), heard)

    account.abandon(Reason.INTERRUPTED)
    late = account.plan(REGIONS)
    result = result_of(account)

    assert late == ()
    assert [(row.region, row.status, row.reason) for row in result.coverage] == [
        (EVERY_REGION, NOT_EXAMINED, Reason.INTERRUPTED),
        ("eu-west-1", NOT_EXAMINED, Reason.INTERRUPTED),
    ]
    assert len([event for event in heard if isinstance(event, ScopeEnded)]) == 2


def test_an_excluded_account_that_is_written_off_stays_excluded() -> None:
    account = job(target(1, excluded=ExcludedBy(Reason.EXCLUDED_BY_CONFIG, "sandbox")))

    account.abandon(Reason.INTERRUPTED)

    assert [(row.status, row.detail) for row in result_of(account).coverage] == [(CoverageStatus.EXCLUDED, "sandbox")]


def test_writing_off_twice_writes_off_once() -> None:
    account = job()
    account.plan(REGIONS)

    account.abandon(Reason.DEADLINE)
    account.abandon(Reason.INTERRUPTED)

    assert {row.reason for row in result_of(account).coverage} == {Reason.DEADLINE}


def test_the_calls_of_a_failed_planning_stand_on_a_row_and_count_once() -> None:
    heard: list[Event] = []
    account = job(target(1, "eu-west-1", "us-east-1"), heard)
    account.planning.calls, account.planning.throttled, account.planning.retried = 5, 1, 4

    account.plan(REFUSED)
    result = result_of(account)
    summary = result.summary()

    assert [(row.calls, row.throttled, row.retried) for row in result.coverage] == [(5, 1, 4), (0, 0, 0)]
    assert (summary.calls, summary.throttled, summary.retried) == (5, 1, 4)
    assert sum(event.coverage.calls for event in heard if isinstance(event, ScopeEnded)) == 5


def test_the_calls_of_a_planning_that_worked_stand_in_the_sum_only() -> None:
    account = job(target(1, "eu-west-1", "af-south-1"))
    account.planning.calls = 2
    ((scope, (task,)),) = account.plan(REGIONS)
    account.complete_scope(scope, task, examined(scope))

    result = result_of(account)

    assert [(row.region, row.calls) for row in result.coverage] == [("af-south-1", 0), ("eu-west-1", 3)]
    assert result.summary().calls == 5


def test_a_role_that_is_renewed_after_a_failed_planning_counts_too() -> None:
    account = job(target(1, "eu-west-1", "us-*"))
    account.planning.calls = 4
    ((scope, (task,)),) = account.plan(ReadError("regions", Reason.PERMISSION_DENIED, "UnauthorizedOperation"))
    account.planning.calls += 1
    account.complete_scope(scope, task, examined(scope))

    result = result_of(account)

    assert [(row.region, row.calls) for row in result.coverage] == [(EVERY_REGION, 4), ("eu-west-1", 3)]
    assert result.planning == CallStats(calls=1)
    assert result.summary().calls == 8


def test_what_was_given_away_is_not_kept() -> None:
    account = job()
    for scope, (task,) in account.plan(REGIONS):
        account.complete_scope(scope, task, examined(scope))

    account.pop_result()

    assert (account._records, account._results, account._open) == ([], [], {})


def all_steps(account: Job, results: list[AccountResult]) -> Steps:
    """Build every step that may befall an account with three regions, each followed by an attempt to end it."""
    tasks = {scope.region: (scope, works) for scope, works in job().plan(REGIONS)}

    def take() -> None:
        result = account.pop_result()
        if result is not None:
            results.append(result)

    def step(act: Callable[[], object]) -> Callable[[], None]:
        def both() -> None:
            act()
            take()

        return both

    def settle(region: str) -> Callable[[], None]:
        scope, (task,) = tasks[region]
        return step(lambda: account.complete_scope(scope, task, examined(scope)))

    steps: Steps = {region: settle(region) for region in tasks}
    return steps | {
        "plan": step(lambda: account.plan(REGIONS)),
        "write off": step(lambda: account.abandon(Reason.INTERRUPTED)),
    }


def assert_whole(results: list[AccountResult]) -> None:
    (result,) = results
    regions = sorted(row.region for row in result.coverage)
    assert regions in (sorted(REGIONS), [EVERY_REGION])
    assert {row.status for row in result.coverage} <= {EXAMINED, NOT_EXAMINED}
    seen = {row.region for row in result.coverage if row.status is EXAMINED}
    assert sorted(each.region for each in result.findings) == sorted(seen), "a row that says EXAMINED has its findings"
    assert all(each.status is Status.FAIL for each in result.findings)


@given(st.permutations(["plan", "write off", *sorted(REGIONS)]))
def test_in_any_order_an_account_ends_once_and_every_region_has_one_row(order: list[str]) -> None:
    results: list[AccountResult] = []
    steps = all_steps(job(), results)

    for name in order:
        steps[name]()

    assert_whole(results)


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_threads_that_come_all_at_once_end_an_account_once_and_every_region_has_one_row() -> None:
    dice = random.Random(11)
    for _ in range(150):
        results: list[AccountResult] = []
        account = job()
        steps = all_steps(account, results)
        if dice.random() < 0.5:
            steps.pop("plan")()
        barrier = Barrier(len(steps))

        def arrive(act: Callable[[], object], barrier: Barrier = barrier) -> None:
            barrier.wait()
            act()

        threads = [Thread(target=arrive, args=(act,)) for act in steps.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)

        assert_whole(results)
