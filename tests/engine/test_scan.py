"""Scans of many accounts: results, events, errors, and runs that are stopped while calls hang."""

from __future__ import annotations

import gc
import random
import time
import weakref
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from threading import Event as Flag
from threading import Lock, Thread, active_count, get_ident

import pytest

from auditor.domain.check import Status
from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats, CoverageStatus, Gap
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.errors import StorageError
from auditor.domain.events import AccountPlanned, Event, ScopeEnded
from auditor.domain.fact import Fact
from auditor.domain.finding import Finding
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.domain.scope import EVERY_REGION, Account, ExcludedBy, Scope, Target
from auditor.engine import scan as module
from auditor.engine.clock import RunClock
from auditor.engine.ports import Assignment
from auditor.engine.scan import AccountFinished, Scan
from tests.builders import account, assignment, configured_check, finding, gap, target, task_definition
from tests.engine.stubs import REGIONS, StubReader, empty_region, one_definition, three_regions, within

EXAMINED, PARTIAL = CoverageStatus.EXAMINED, CoverageStatus.PARTIAL
NOT_EXAMINED, EXCLUDED = CoverageStatus.NOT_EXAMINED, CoverageStatus.EXCLUDED
TIMEOUT = 30.0
GRACE = 0.4

ScopeKey = tuple[str, str, str]


@dataclass
class HangingCall:
    """A call that does not return until the test sets `release`."""

    started: Flag = field(default_factory=Flag)
    release: Flag = field(default_factory=Flag)

    def call(self) -> None:
        self.started.set()
        self.release.wait(TIMEOUT)


@pytest.fixture
def hanging() -> Iterable[HangingCall]:
    call = HangingCall()
    yield call
    call.release.set()


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE", GRACE)


def new_scan(
    reader: StubReader, clock: RunClock | None = None, assignments: Sequence[Assignment] = (), workers: int = 4
) -> Scan[AccountResult]:
    return Scan(reader, assignments or (assignment(),), lambda result: result, clock or RunClock(), workers)


def results_of(scan: Scan[AccountResult], targets: Sequence[Target]) -> dict[str, AccountResult]:
    """Run a scan to its end; return the results by account ID."""
    events = within(TIMEOUT, lambda: list(scan.run(targets)))
    finished = [event.value for event in events if isinstance(event, AccountFinished)]
    results = {result.account.id: result for result in finished}
    assert len(results) == len(finished)
    return results


def records_per_scope(results: dict[str, AccountResult]) -> Counter[ScopeKey]:
    rows = (row for result in results.values() for row in result.coverage)
    return Counter((row.account.id, row.region, row.collector) for row in rows)


def statuses(result: AccountResult) -> dict[str, CoverageStatus]:
    return {row.region: row.status for row in result.coverage}


def test_every_account_region_and_collector_has_one_record() -> None:
    targets = [target(number) for number in range(1, 61)]
    reader = StubReader(read_scope=one_definition)

    results = results_of(new_scan(reader, assignments=[assignment(collector="a"), assignment(collector="b")]), targets)

    expected = {(target.account.id, region, name): 1 for target in targets for region in REGIONS for name in ("a", "b")}
    assert records_per_scope(results) == expected
    assert Counter(reader.collected) == expected, "no scope is read twice"
    assert sorted(reader.released_accounts) == sorted(results)
    assert all(len(result.findings) == 6 for result in results.values())


def test_without_targets_there_are_no_results() -> None:
    assert results_of(new_scan(StubReader()), []) == {}


def test_an_error_in_one_scope_affects_no_other_scope() -> None:
    def list_regions(target: Target, stats: CallStats) -> frozenset[str]:
        stats.calls += 1
        if target.account == account(2):
            raise ReadError("assume-role", Reason.ROLE_DENIED, "AccessDenied")
        if target.account == account(3):
            raise RuntimeError
        return REGIONS

    def read_scope(scope: Scope, _collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
        stats.calls += 1
        if scope == Scope(account(4), "us-east-1"):
            raise ReadError("list", Reason.SCP_DENIED, "explicit deny")
        if scope == Scope(account(4), "eu-west-1"):
            raise ZeroDivisionError
        yield task_definition()
        if scope == Scope(account(5), "us-east-1"):
            yield gap(scope=scope)

    excluded = target(6, excluded=ExcludedBy(Reason.EXCLUDED_BY_CONFIG, "sandbox"))
    results = results_of(new_scan(StubReader(list_regions, read_scope)), [*map(target, range(1, 6)), excluded])

    assert {number: statuses(results[account(number).id]) for number in range(1, 7)} == {
        1: dict.fromkeys(REGIONS, EXAMINED),
        2: {EVERY_REGION: NOT_EXAMINED},
        3: {EVERY_REGION: NOT_EXAMINED},
        4: {"eu-central-1": EXAMINED, "eu-west-1": NOT_EXAMINED, "us-east-1": NOT_EXAMINED},
        5: {"eu-central-1": EXAMINED, "eu-west-1": EXAMINED, "us-east-1": PARTIAL},
        6: {EVERY_REGION: EXCLUDED},
    }
    reasons = Counter(row.reason for result in results.values() for row in result.coverage if row.reason)
    assert reasons == {
        Reason.ROLE_DENIED: 1,
        Reason.INTERNAL_ERROR: 2,
        Reason.SCP_DENIED: 1,
        Reason.SERVICE_ERROR: 1,
        Reason.EXCLUDED_BY_CONFIG: 1,
    }


def test_a_refused_account_counts_the_calls_that_were_made() -> None:
    def list_regions(_target: Target, stats: CallStats) -> frozenset[str]:
        stats.calls, stats.throttled, stats.retried = 3, 2, 2
        raise ReadError("assume-role", Reason.THROTTLED, "Rate exceeded")

    (result,) = results_of(new_scan(StubReader(list_regions)), [target(1)]).values()

    (row,) = result.coverage
    assert (row.calls, row.throttled, row.retried) == (3, 2, 2)
    assert result.summary().calls == 3


def test_an_account_whose_planning_crashes_records_the_crash_site() -> None:
    def list_regions(_target: Target, _stats: CallStats) -> frozenset[str]:
        raise KeyError("hunter2")

    (result,) = results_of(new_scan(StubReader(list_regions)), [target(1)]).values()

    (row,) = result.coverage
    assert row.detail.startswith("Planning this account raised KeyError in list_regions (test_scan.py:")
    assert "hunter2" not in row.detail


def test_an_excluded_account_is_not_called() -> None:
    called: list[str] = []

    def list_regions(target: Target, _stats: CallStats) -> frozenset[str]:
        called.append(target.account.id)
        return REGIONS

    excluded = target(1, excluded=ExcludedBy(Reason.ACCOUNT_SUSPENDED, "SUSPENDED"))

    results = results_of(new_scan(StubReader(list_regions)), [excluded, target(2)])

    assert called == [account(2).id]
    (row,) = results[account(1).id].coverage
    assert (row.status, row.reason) == (EXCLUDED, Reason.ACCOUNT_SUSPENDED)


def test_the_results_do_not_depend_on_the_order_of_answers() -> None:
    def run(seed: int) -> dict[str, AccountResult]:
        dice = random.Random(seed)

        def read_scope(scope: Scope, collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
            time.sleep(dice.random() / 300)
            yield from one_definition(scope, collector, stats)

        targets = [target(number) for number in range(1, 9)]
        dice.shuffle(targets)
        works = [assignment(collector="b"), assignment(collector="a")]
        return results_of(new_scan(StubReader(read_scope=read_scope), assignments=works, workers=6), targets)

    def without_times(results: dict[str, AccountResult]) -> list[object]:
        return [
            (
                key,
                [replace(finding, observed_at=finding.observed_at.min) for finding in results[key].findings],
                [replace(row, duration_s=0.0, observed_at=None) for row in results[key].coverage],
            )
            for key in sorted(results)
        ]

    assert without_times(run(1)) == without_times(run(2)) == without_times(run(3))


def test_the_events_of_an_account_are_in_order() -> None:
    scan = new_scan(StubReader(read_scope=one_definition))

    events = within(TIMEOUT, lambda: list(scan.run([target(1), target(2)])))

    for number in (1, 2):
        own = [event for event in events if account_of(event) == account(number)]
        assert [type(event) for event in own] == [AccountPlanned, ScopeEnded, ScopeEnded, ScopeEnded, AccountFinished]
        planned = own[0]
        assert isinstance(planned, AccountPlanned)
        assert planned.scopes == 3
        assert [event.fails for event in own if isinstance(event, ScopeEnded)] == [1, 1, 1]


def account_of(event: Event | AccountFinished[AccountResult]) -> Account:
    if isinstance(event, AccountFinished):
        return event.value.account
    if isinstance(event, ScopeEnded):
        return event.coverage.account
    assert isinstance(event, AccountPlanned)
    return event.account


def test_an_account_that_hangs_does_not_delay_the_others(hanging: HangingCall) -> None:
    def read_scope(scope: Scope, collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
        if scope == Scope(account(1), "eu-west-1"):
            hanging.call()
        yield from one_definition(scope, collector, stats)

    scan = new_scan(StubReader(read_scope=read_scope), workers=2)

    def finish_others_first() -> list[str]:
        finished: list[str] = []
        for event in scan.run([target(number) for number in range(1, 21)]):
            if isinstance(event, AccountFinished):
                finished.append(event.value.account.id)
                if len(finished) == 19:
                    hanging.release.set()
        return finished

    finished = within(TIMEOUT, finish_others_first)

    assert finished[-1] == account(1).id
    assert len(finished) == 20


def test_accounts_that_wait_for_a_rate_limit_do_not_delay_the_others() -> None:
    clock, others_finished = RunClock(), Flag()

    def read_scope(scope: Scope, collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
        if scope.account == account(1):
            until = time.monotonic() + TIMEOUT
            while not others_finished.is_set() and time.monotonic() < until:
                clock.sleep(0.03)
        yield from empty_region(scope, collector, stats)

    scan = new_scan(StubReader(read_scope=read_scope), clock, workers=1)

    def run() -> str:
        last, left = "", 6
        for event in scan.run([target(number) for number in range(1, 7)]):
            if isinstance(event, AccountFinished):
                last, left = event.value.account.id, left - 1
                if left == 1:
                    others_finished.set()
        return last

    assert within(TIMEOUT, run) == account(1).id


@contextmanager
def interrupting(clock: RunClock, started: Flag) -> Generator[None, None, None]:
    """Interrupt the run as soon as a call hangs."""

    def interrupt() -> None:
        started.wait(TIMEOUT)
        clock.interrupt()

    thread = Thread(target=interrupt, daemon=True)
    thread.start()
    yield
    thread.join(TIMEOUT)


@pytest.mark.parametrize("workers", [1, 2, 16])
def test_an_interrupted_run_abandons_hanging_scopes_and_every_scope_has_one_record(
    hanging: HangingCall, workers: int
) -> None:
    def list_regions(target: Target, stats: CallStats) -> frozenset[str]:
        if target.account == account(3):
            hanging.call()
        return three_regions(target, stats)

    def read_scope(scope: Scope, collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
        if scope.account == account(2) and scope.region == "us-east-1":
            hanging.call()
        yield from one_definition(scope, collector, stats)

    clock = RunClock()
    targets = [target(number, "eu-west-1", "us-east-1") for number in range(1, 31)]
    started_at = time.monotonic()

    with interrupting(clock, hanging.started):
        results = results_of(new_scan(StubReader(list_regions, read_scope), clock, workers=workers), targets)

    assert time.monotonic() - started_at < GRACE + 10
    assert records_per_scope(results) == {
        (target.account.id, region, assignment().collector): 1
        for target in targets
        for region in ("eu-west-1", "us-east-1")
    }
    rows = [row for result in results.values() for row in result.coverage]
    assert {row.reason for row in rows if row.status is not EXAMINED} == {Reason.INTERRUPTED}
    assert sum(len(result.findings) for result in results.values()) == sum(row.status is EXAMINED for row in rows)


def test_an_account_whose_planning_hangs_is_abandoned(hanging: HangingCall) -> None:
    def list_regions(_target: Target, stats: CallStats) -> frozenset[str]:
        stats.calls += 1
        hanging.call()
        return REGIONS

    clock = RunClock()

    with interrupting(clock, hanging.started):
        (result,) = results_of(new_scan(StubReader(list_regions), clock), [target(1)]).values()

    (row,) = result.coverage
    assert (row.region, row.status, row.reason, row.calls) == (EVERY_REGION, NOT_EXAMINED, Reason.INTERRUPTED, 1)


def test_an_answer_after_abandoning_is_dropped(hanging: HangingCall) -> None:
    late = Flag()

    def read_scope(scope: Scope, collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
        hanging.call()
        yield from one_definition(scope, collector, stats)
        late.set()

    finished: list[AccountResult] = []
    clock = RunClock()
    scan = Scan(StubReader(read_scope=read_scope), [assignment()], finished.append, clock, 1)

    with interrupting(clock, hanging.started):
        events = within(TIMEOUT, lambda: list(scan.run([target(1, "eu-west-1")])))
    hanging.release.set()
    assert late.wait(TIMEOUT)
    time.sleep(0.1)

    (result,) = finished
    assert [row.status for row in result.coverage] == [NOT_EXAMINED]
    assert result.findings == ()
    assert len([event for event in events if isinstance(event, ScopeEnded)]) == 1


def test_accounts_are_abandoned_in_parallel_even_if_every_thread_hangs(hanging: HangingCall) -> None:
    def list_regions(_target: Target, _stats: CallStats) -> frozenset[str]:
        hanging.call()
        return REGIONS

    def finish_slowly(result: AccountResult) -> AccountResult:
        time.sleep(0.05)
        return result

    clock = RunClock()
    scan = Scan(StubReader(list_regions), [assignment()], finish_slowly, clock, 16)
    targets = [target(number) for number in range(1, 161)]

    with interrupting(clock, hanging.started):
        started_at = time.monotonic()
        results = results_of(scan, targets)

    assert len(results) == 160
    assert time.monotonic() - started_at < GRACE + 5, "in sequence they would take 8 seconds"


def test_nothing_is_read_after_an_interruption() -> None:
    clock, called = RunClock(), list[str]()
    clock.interrupt()

    def list_regions(target: Target, _stats: CallStats) -> frozenset[str]:
        called.append(target.account.id)
        return REGIONS

    reader = StubReader(list_regions)

    results = results_of(new_scan(reader, clock), [target(1), target(2)])

    assert called == []
    assert reader.collected == []
    assert {row.reason for result in results.values() for row in result.coverage} == {Reason.INTERRUPTED}


def test_a_deadline_ends_the_run_with_records_that_say_so(hanging: HangingCall) -> None:
    def read_scope(scope: Scope, collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
        if scope.account == account(2):
            hanging.call()
        yield from one_definition(scope, collector, stats)

    targets = [target(number, "eu-west-1") for number in (1, 2)]

    results = results_of(new_scan(StubReader(read_scope=read_scope), RunClock(deadline=0.5)), targets)

    assert statuses(results[account(1).id]) == {"eu-west-1": EXAMINED}
    (row,) = results[account(2).id].coverage
    assert (row.status, row.reason) == (NOT_EXAMINED, Reason.DEADLINE)


def test_many_events_do_not_delay_abandoning(hanging: HangingCall) -> None:
    clock, abandoned = RunClock(), Flag()

    def list_regions(target: Target, stats: CallStats) -> frozenset[str]:
        if target.account == account(1):
            hanging.call()
        return three_regions(target, stats)

    def finish(result: AccountResult) -> None:
        {account(1): abandoned.set}.get(result.account, lambda: None)()

    scan = Scan(StubReader(list_regions), [assignment()], finish, clock, 2)

    def events_after_the_interruption() -> int:
        count = 0
        for _ in scan.run([target(number) for number in range(1, 3_001)]):
            if abandoned.is_set():
                return count
            if hanging.started.is_set():
                clock.interrupt()
                count += 1
                time.sleep(0.002)  # events arrive faster than they are consumed
        return count

    assert within(TIMEOUT * 2, events_after_the_interruption) < 3 * GRACE / 0.002


def test_an_error_in_finish_ends_the_run() -> None:
    def finish(_result: AccountResult) -> None:
        raise StorageError("The bucket refuses.", "Allow it.")

    scan = Scan(StubReader(), [assignment()], finish, RunClock(), 2)

    with pytest.raises(StorageError, match="The bucket refuses"):
        within(TIMEOUT, lambda: list(scan.run([target(1), target(2)])))


@pytest.mark.parametrize("raises_in", ["finish", "release_account", "regions"])
def test_an_unexpected_error_on_a_pool_thread_ends_the_run(raises_in: str) -> None:
    class Bug(BaseException):
        pass

    def crash(*_: object) -> None:
        raise Bug

    class FailingReader(StubReader):
        def release_account(self, account: Account) -> None:
            if raises_in == "release_account":
                raise Bug

    def list_regions(_target: Target, _stats: CallStats) -> frozenset[str]:
        if raises_in == "regions":
            raise Bug
        return REGIONS

    finish: Callable[[AccountResult], None] = crash if raises_in == "finish" else lambda _: None
    scan = Scan(FailingReader(list_regions), [assignment()], finish, RunClock(), 2)

    with pytest.raises(Bug):
        within(TIMEOUT, lambda: list(scan.run([target(number) for number in range(1, 9)])))


def test_finish_is_called_once_for_every_account_on_a_pool_thread() -> None:
    seen, lock = list[tuple[str, int]](), Lock()

    def finish(result: AccountResult) -> int:
        with lock:
            seen.append((result.account.id, get_ident()))
        return get_ident()

    scan = Scan(StubReader(), [assignment()], finish, RunClock(), 4)

    def run() -> int:
        assert all(
            isinstance(event, AccountFinished | AccountPlanned | ScopeEnded)
            for event in scan.run(map(target, range(1, 31)))
        )
        return get_ident()

    caller = within(TIMEOUT, run)

    assert Counter(key for key, _ in seen) == {account(number).id: 1 for number in range(1, 31)}
    assert caller not in {thread for _, thread in seen}


def test_closing_the_generator_stops_the_pool(hanging: HangingCall) -> None:
    def read_scope(_scope: Scope, _collector: str, _stats: CallStats) -> Iterable[Fact | Gap]:
        hanging.call()
        return ()

    reader, clock = StubReader(read_scope=read_scope), RunClock()
    threads = active_count()

    def run() -> None:
        with closing(new_scan(reader, clock, workers=2).run([target(number) for number in range(1, 50)])) as events:
            for _ in events:
                hanging.started.wait(TIMEOUT)
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        within(TIMEOUT, run)
    hanging.release.set()
    until = time.monotonic() + TIMEOUT
    while active_count() > threads and time.monotonic() < until:
        time.sleep(0.01)

    assert active_count() <= threads
    assert len(reader.collected) <= 4, "queued tasks are dropped"


@pytest.mark.usefixtures("small_heap")
def test_facts_and_the_findings_of_finished_accounts_are_not_kept() -> None:
    class CountedFact(TaskDefinition):
        __slots__ = ("__weakref__",)

    facts: weakref.WeakSet[CountedFact] = weakref.WeakSet()
    lock = Lock()

    def read_scope(scope: Scope, _collector: str, _stats: CallStats) -> Iterable[Fact | Gap]:
        for number in range(20):
            fact = CountedFact(f"arn:counted:{scope.region}:{number}:1", "web", 1, "ACTIVE", "host", ())
            with lock:
                facts.add(fact)
            yield fact

    scan = Scan(StubReader(read_scope=read_scope), [assignment()], lambda result: len(result.findings), RunClock(), 3)

    def run() -> tuple[int, int, int]:
        total = most_facts = most_findings = 0
        for event in scan.run([target(number) for number in range(1, 41)]):
            if isinstance(event, AccountFinished):
                total += event.value
                most_findings = max(most_findings, count_findings())
                most_facts = max(most_facts, len(facts))
        return total, most_facts, most_findings

    total, most_facts, most_findings = within(TIMEOUT * 2, run)

    assert total == 40 * 3 * 20
    assert most_facts <= 3 * 2, "one that is judged and one that is next, for each thread"
    assert most_findings <= 8 * 3 * 20, "those of the unfinished accounts, not of all forty"


def count_findings() -> int:
    gc.collect()
    findings = (item for item in gc.get_objects() if isinstance(item, Finding))
    # A finding that another thread is constructing at this moment has no resource yet.
    resources = (getattr(finding, "resource", None) for finding in findings)
    return sum(1 for resource in resources if resource and resource.arn.startswith("arn:counted:"))


def test_findings_are_watched_in_their_own_account_and_region() -> None:
    watched = {finding(account=target(1).account, region="eu-west-1").key}
    scan = Scan(
        StubReader(read_scope=one_definition),
        [assignment(configured_check(Status.NOT_APPLICABLE))],
        lambda result: (result.account.id, result.watched_not_applicable),
        RunClock(),
        2,
        watch=lambda account: {"eu-west-1": watched} if account == target(1).account else {},
    )

    ended = [event.value for event in scan.run([target(1), target(2)]) if isinstance(event, AccountFinished)]

    assert dict(ended) == {target(1).account.id: watched, target(2).account.id: frozenset()}
