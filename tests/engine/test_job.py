"""The state of one account, for every order of planning, completing scopes and abandoning."""

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
from tests.builders import COLLECTOR, assignment, coverage, finding, target
from tests.engine.stubs import REGIONS

EXAMINED, NOT_EXAMINED = CoverageStatus.EXAMINED, CoverageStatus.NOT_EXAMINED
REFUSED = ReadError("assume-role", Reason.ROLE_DENIED, "AccessDenied")

Steps = dict[str, Callable[[], object]]


def new_job(target_: Target | None = None, events: list[Event] | None = None, *assignments: Assignment) -> Job:
    received = [] if events is None else events
    return Job(target_ or target(1), assignments or (assignment(),), received.append)


def scope_result(scope: Scope, collector: str = COLLECTOR) -> ScopeResult:
    failure = finding(account=scope.account, region=scope.region)
    row = coverage(account=scope.account, region=scope.region, collector=collector)
    return ScopeResult(row, (failure,), {"a-check": 2})


def result_of(job: Job) -> AccountResult:
    result = job.pop_result()
    assert result is not None
    return result


def test_the_result_can_be_popped_once_after_the_last_scope() -> None:
    job = new_job()
    taken = []

    for scope, (only,) in job.plan(REGIONS):
        taken.append(job.pop_result())
        job.complete_scope(scope, only, scope_result(scope))
    result = result_of(job)

    assert taken == [None] * 3
    assert job.pop_result() is None
    assert [row.region for row in result.coverage] == sorted(REGIONS)
    assert [finding.region for finding in result.findings] == sorted(REGIONS)
    assert result.not_applicable == {"a-check": 6}


def test_there_is_no_result_before_planning() -> None:
    assert new_job().pop_result() is None


def test_every_region_is_scanned_with_every_collector() -> None:
    tasks = new_job(None, None, assignment(collector="a"), assignment(collector="b")).plan(
        frozenset({"eu-west-1", "us-east-1"})
    )

    assert [(scope.region, [assignment.collector for assignment in assignments]) for scope, assignments in tasks] == [
        ("eu-west-1", ["a", "b"]),
        ("us-east-1", ["a", "b"]),
    ]


def test_events_are_announced_in_their_order() -> None:
    events: list[Event] = []
    job = new_job(target(1, "eu-west-1", "af-south-1"), events)

    ((scope, (only,)),) = job.plan(REGIONS)
    job.complete_scope(scope, only, scope_result(scope))

    planned, disabled, ended = events
    assert planned == AccountPlanned(target(1).account, 2)
    assert isinstance(disabled, ScopeEnded)
    assert (disabled.coverage.region, disabled.fails) == ("af-south-1", 0)
    assert isinstance(ended, ScopeEnded)
    assert (ended.coverage.region, ended.fails) == ("eu-west-1", 1)


def test_abandoning_keeps_complete_scopes_and_closes_open_ones() -> None:
    job = new_job()
    (scope, (only,)), *late = job.plan(REGIONS)
    job.complete_scope(scope, only, scope_result(scope))

    job.abandon(Reason.DEADLINE)
    result = result_of(job)

    assert {row.region: (row.status, row.reason) for row in result.coverage} == {
        scope.region: (EXAMINED, None),
        **{scope.region: (NOT_EXAMINED, Reason.DEADLINE) for scope, _ in late},
    }
    assert [finding.region for finding in result.findings] == [scope.region]


def test_a_result_after_abandoning_is_ignored() -> None:
    events: list[Event] = []
    job = new_job(None, events)
    tasks = job.plan(REGIONS)
    job.abandon(Reason.INTERRUPTED)
    before = len(events)

    for scope, (only,) in tasks:
        job.complete_scope(scope, only, scope_result(scope))

    assert len(events) == before
    assert result_of(job).findings == ()


def test_a_scope_that_is_completed_twice_counts_once() -> None:
    job = new_job()
    ((scope, (only,)),) = job.plan(frozenset({"eu-west-1"}))

    job.complete_scope(scope, only, scope_result(scope))
    job.complete_scope(scope, only, scope_result(scope))

    assert len(result_of(job).findings) == 1


def test_an_account_that_is_abandoned_before_planning_has_its_records() -> None:
    events: list[Event] = []
    job = new_job(target(1, "eu-west-1", "us-*"), events)

    job.abandon(Reason.INTERRUPTED)
    late = job.plan(REGIONS)
    result = result_of(job)

    assert late == ()
    assert [(row.region, row.status, row.reason) for row in result.coverage] == [
        (EVERY_REGION, NOT_EXAMINED, Reason.INTERRUPTED),
        ("eu-west-1", NOT_EXAMINED, Reason.INTERRUPTED),
    ]
    assert len([event for event in events if isinstance(event, ScopeEnded)]) == 2


def test_an_excluded_account_stays_excluded_when_abandoned() -> None:
    job = new_job(target(1, excluded=ExcludedBy(Reason.EXCLUDED_BY_CONFIG, "sandbox")))

    job.abandon(Reason.INTERRUPTED)

    assert [(row.status, row.detail) for row in result_of(job).coverage] == [(CoverageStatus.EXCLUDED, "sandbox")]


def test_abandoning_twice_has_no_further_effect() -> None:
    job = new_job()
    job.plan(REGIONS)

    job.abandon(Reason.DEADLINE)
    job.abandon(Reason.INTERRUPTED)

    assert {row.reason for row in result_of(job).coverage} == {Reason.DEADLINE}


def test_the_calls_of_a_failed_planning_are_on_one_record_and_count_once() -> None:
    events: list[Event] = []
    job = new_job(target(1, "eu-west-1", "us-east-1"), events)
    job.planning.calls, job.planning.throttled, job.planning.retried = 5, 1, 4

    job.plan(REFUSED)
    result = result_of(job)
    summary = result.summary()

    assert [(row.calls, row.throttled, row.retried) for row in result.coverage] == [(5, 1, 4), (0, 0, 0)]
    assert (summary.calls, summary.throttled, summary.retried) == (5, 1, 4)
    assert sum(event.coverage.calls for event in events if isinstance(event, ScopeEnded)) == 5


def test_the_calls_of_a_successful_planning_are_only_in_the_total() -> None:
    job = new_job(target(1, "eu-west-1", "af-south-1"))
    job.planning.calls = 2
    ((scope, (only,)),) = job.plan(REGIONS)
    job.complete_scope(scope, only, scope_result(scope))

    result = result_of(job)

    assert [(row.region, row.calls) for row in result.coverage] == [("af-south-1", 0), ("eu-west-1", 3)]
    assert result.summary().calls == 5


def test_a_role_session_refreshed_after_a_failed_planning_counts_too() -> None:
    job = new_job(target(1, "eu-west-1", "us-*"))
    job.planning.calls = 4
    ((scope, (only,)),) = job.plan(ReadError("regions", Reason.PERMISSION_DENIED, "UnauthorizedOperation"))
    job.planning.calls += 1
    job.complete_scope(scope, only, scope_result(scope))

    result = result_of(job)

    assert [(row.region, row.calls) for row in result.coverage] == [(EVERY_REGION, 4), ("eu-west-1", 3)]
    assert result.planning == CallStats(calls=1)
    assert result.summary().calls == 8


def test_a_popped_result_is_not_kept() -> None:
    job = new_job()
    for scope, (only,) in job.plan(REGIONS):
        job.complete_scope(scope, only, scope_result(scope))

    job.pop_result()

    assert (job._records, job._results, job._open) == ([], [], {})


def all_steps(job: Job, results: list[AccountResult]) -> Steps:
    """Return every step of an account with three regions, each followed by an attempt to pop the result."""
    tasks = {scope.region: (scope, assignments) for scope, assignments in new_job().plan(REGIONS)}

    def pop() -> None:
        result = job.pop_result()
        if result is not None:
            results.append(result)

    def step(function: Callable[[], object]) -> Callable[[], None]:
        def both() -> None:
            function()
            pop()

        return both

    def complete(region: str) -> Callable[[], None]:
        scope, (only,) = tasks[region]
        return step(lambda: job.complete_scope(scope, only, scope_result(scope)))

    steps: Steps = {region: complete(region) for region in tasks}
    return steps | {
        "plan": step(lambda: job.plan(REGIONS)),
        "abandon": step(lambda: job.abandon(Reason.INTERRUPTED)),
    }


def assert_complete(results: list[AccountResult]) -> None:
    (result,) = results
    regions = sorted(row.region for row in result.coverage)
    assert regions in (sorted(REGIONS), [EVERY_REGION])
    assert {row.status for row in result.coverage} <= {EXAMINED, NOT_EXAMINED}
    seen = {row.region for row in result.coverage if row.status is EXAMINED}
    assert sorted(finding.region for finding in result.findings) == sorted(seen), "an EXAMINED record has its findings"
    assert all(finding.status is Status.FAIL for finding in result.findings)


@given(st.permutations(["plan", "abandon", *sorted(REGIONS)]))
def test_in_any_order_the_account_ends_once_and_every_region_has_one_record(order: list[str]) -> None:
    results: list[AccountResult] = []
    steps = all_steps(new_job(), results)

    for name in order:
        steps[name]()

    assert_complete(results)


@pytest.fixture
def frequent_thread_switches() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("frequent_thread_switches")
def test_with_concurrent_threads_the_account_ends_once_and_every_region_has_one_record() -> None:
    dice = random.Random(11)
    for _ in range(150):
        results: list[AccountResult] = []
        job = new_job()
        steps = all_steps(job, results)
        if dice.random() < 0.5:
            steps.pop("plan")()
        barrier = Barrier(len(steps))

        def run(step: Callable[[], object], barrier: Barrier = barrier) -> None:
            barrier.wait()
            step()

        threads = [Thread(target=run, args=(step,)) for step in steps.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)

        assert_complete(results)
