"""The run over many accounts: fan out, fan in, and an end that comes whatever happens."""

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
from tests.builders import account, gap, target, task_definition, work
from tests.engine.stubs import REGIONS, StubReader, enabled, nothing, one_definition, within

EXAMINED, PARTIAL = CoverageStatus.EXAMINED, CoverageStatus.PARTIAL
NOT_EXAMINED, EXCLUDED = CoverageStatus.NOT_EXAMINED, CoverageStatus.EXCLUDED
SOON = 30.0
GRACE = 0.4

Cell = tuple[str, str, str]


@dataclass
class Hanging:
    """Calls that never come back, until the test is over."""

    started: Flag = field(default_factory=Flag)
    release: Flag = field(default_factory=Flag)

    def hang(self) -> None:
        self.started.set()
        self.release.wait(SOON)


@pytest.fixture
def hanging() -> Iterable[Hanging]:
    calls = Hanging()
    yield calls
    calls.release.set()


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE", GRACE)


def scanning(
    cloud: StubReader, clock: RunClock | None = None, works: Sequence[Assignment] = (), workers: int = 4
) -> Scan[AccountResult]:
    return Scan(cloud, works or (work(),), lambda result: result, clock or RunClock(), workers)


def results_of(scan: Scan[AccountResult], targets: Sequence[Target], seconds: float = SOON) -> dict[str, AccountResult]:
    """Run to the end; each account's result by its id, each of them once."""
    news = within(seconds, lambda: list(scan.run(targets)))
    ended = [each.value for each in news if isinstance(each, AccountFinished)]
    results = {result.account.id: result for result in ended}
    assert len(results) == len(ended)
    return results


def cells(results: dict[str, AccountResult]) -> Counter[Cell]:
    rows = (row for result in results.values() for row in result.coverage)
    return Counter((row.account.id, row.region, row.collector) for row in rows)


def statuses(result: AccountResult) -> dict[str, CoverageStatus]:
    return {row.region: row.status for row in result.coverage}


def test_every_account_region_and_collector_has_its_row() -> None:
    targets = [target(number) for number in range(1, 61)]
    cloud = StubReader(look=one_definition)

    results = results_of(scanning(cloud, works=[work(collector="a"), work(collector="b")]), targets)

    expected = {(each.account.id, region, name): 1 for each in targets for region in REGIONS for name in ("a", "b")}
    assert cells(results) == expected
    assert Counter(cloud.collected) == expected, "nothing is read twice"
    assert sorted(cloud.closed) == sorted(results)
    assert all(len(result.findings) == 6 for result in results.values())


def test_no_account_at_all_is_no_news() -> None:
    assert results_of(scanning(StubReader()), []) == {}


def test_what_goes_wrong_in_one_place_hides_nothing_elsewhere() -> None:
    def ask(wanted: Target, meter: CallStats) -> frozenset[str]:
        meter.calls += 1
        if wanted.account == account(2):
            raise ReadError("assume-role", Reason.ROLE_DENIED, "AccessDenied")
        if wanted.account == account(3):
            raise RuntimeError
        return REGIONS

    def look(scope: Scope, _collector: str, meter: CallStats) -> Iterable[Fact | Gap]:
        meter.calls += 1
        if scope == Scope(account(4), "us-east-1"):
            raise ReadError("list", Reason.SCP_DENIED, "explicit deny")
        if scope == Scope(account(4), "eu-west-1"):
            raise ZeroDivisionError
        yield task_definition()
        if scope == Scope(account(5), "us-east-1"):
            yield gap(scope=scope)

    out = target(6, excluded=ExcludedBy(Reason.EXCLUDED_BY_CONFIG, "sandbox"))
    results = results_of(scanning(StubReader(ask, look)), [*map(target, range(1, 6)), out])

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


def test_a_refused_account_says_what_the_refusal_cost() -> None:
    def ask(_wanted: Target, meter: CallStats) -> frozenset[str]:
        meter.calls, meter.throttled, meter.retried = 3, 2, 2
        raise ReadError("assume-role", Reason.THROTTLED, "Rate exceeded")

    (result,) = results_of(scanning(StubReader(ask)), [target(1)]).values()

    (row,) = result.coverage
    assert (row.calls, row.throttled, row.retried) == (3, 2, 2)
    assert result.summary().calls == 3


def test_an_account_whose_planning_crashes_names_where() -> None:
    def ask(_wanted: Target, _meter: CallStats) -> frozenset[str]:
        raise KeyError("hunter2")

    (result,) = results_of(scanning(StubReader(ask)), [target(1)]).values()

    (row,) = result.coverage
    assert row.detail.startswith("Planning this account raised KeyError in ask (test_scan.py:")
    assert "hunter2" not in row.detail


def test_an_excluded_account_is_not_asked() -> None:
    asked: list[str] = []

    def ask(wanted: Target, _meter: CallStats) -> frozenset[str]:
        asked.append(wanted.account.id)
        return REGIONS

    out = target(1, excluded=ExcludedBy(Reason.ACCOUNT_SUSPENDED, "SUSPENDED"))

    results = results_of(scanning(StubReader(ask)), [out, target(2)])

    assert asked == [account(2).id]
    (row,) = results[account(1).id].coverage
    assert (row.status, row.reason) == (EXCLUDED, Reason.ACCOUNT_SUSPENDED)


def test_the_result_does_not_depend_on_who_answers_first() -> None:
    def once(seed: int) -> dict[str, AccountResult]:
        dice = random.Random(seed)

        def look(scope: Scope, collector: str, meter: CallStats) -> Iterable[Fact | Gap]:
            time.sleep(dice.random() / 300)
            yield from one_definition(scope, collector, meter)

        targets = [target(number) for number in range(1, 9)]
        dice.shuffle(targets)
        works = [work(collector="b"), work(collector="a")]
        return results_of(scanning(StubReader(look=look), works=works, workers=6), targets)

    def timeless(results: dict[str, AccountResult]) -> list[object]:
        return [
            (
                key,
                [replace(each, observed_at=each.observed_at.min) for each in results[key].findings],
                [replace(row, duration_s=0.0) for row in results[key].coverage],
            )
            for key in sorted(results)
        ]

    assert timeless(once(1)) == timeless(once(2)) == timeless(once(3))


def test_events_tell_the_story_in_order() -> None:
    scan = scanning(StubReader(look=one_definition))

    news = within(SOON, lambda: list(scan.run([target(1), target(2)])))

    for number in (1, 2):
        own = [each for each in news if owner(each) == account(number)]
        assert [type(each) for each in own] == [AccountPlanned, ScopeEnded, ScopeEnded, ScopeEnded, AccountFinished]
        planned = own[0]
        assert isinstance(planned, AccountPlanned)
        assert planned.scopes == 3
        assert [each.fails for each in own if isinstance(each, ScopeEnded)] == [1, 1, 1]


def owner(news: Event | AccountFinished[AccountResult]) -> Account:
    if isinstance(news, AccountFinished):
        return news.value.account
    if isinstance(news, ScopeEnded):
        return news.coverage.account
    assert isinstance(news, AccountPlanned)
    return news.account


def test_an_account_that_hangs_does_not_hold_the_others(hanging: Hanging) -> None:
    def look(scope: Scope, collector: str, meter: CallStats) -> Iterable[Fact | Gap]:
        if scope == Scope(account(1), "eu-west-1"):
            hanging.hang()
        yield from one_definition(scope, collector, meter)

    scan = scanning(StubReader(look=look), workers=2)

    def others_then_the_last() -> list[str]:
        ended: list[str] = []
        for news in scan.run([target(number) for number in range(1, 21)]):
            if isinstance(news, AccountFinished):
                ended.append(news.value.account.id)
                if len(ended) == 19:
                    hanging.release.set()
        return ended

    ended = within(SOON, others_then_the_last)

    assert ended[-1] == account(1).id
    assert len(ended) == 20


def test_accounts_that_wait_for_their_turn_do_not_hold_the_others() -> None:
    clock, others_are_done = RunClock(), Flag()

    def look(scope: Scope, collector: str, meter: CallStats) -> Iterable[Fact | Gap]:
        if scope.account == account(1):
            until = time.monotonic() + SOON
            while not others_are_done.is_set() and time.monotonic() < until:
                clock.sleep(0.03)
        yield from nothing(scope, collector, meter)

    scan = scanning(StubReader(look=look), clock, workers=1)

    def run() -> str:
        last, left = "", 6
        for news in scan.run([target(number) for number in range(1, 7)]):
            if isinstance(news, AccountFinished):
                last, left = news.value.account.id, left - 1
                if left == 1:
                    others_are_done.set()
        return last

    assert within(SOON, run) == account(1).id


@contextmanager
def interrupting(clock: RunClock, started: Flag) -> Generator[None, None, None]:
    """Order the run to end as soon as something hangs."""

    def order() -> None:
        started.wait(SOON)
        clock.interrupt()

    thread = Thread(target=order, daemon=True)
    thread.start()
    yield
    thread.join(SOON)


@pytest.mark.parametrize("workers", [1, 2, 16])
def test_an_interrupted_run_writes_off_what_hangs_and_every_scope_still_has_one_row(
    hanging: Hanging, workers: int
) -> None:
    def ask(wanted: Target, meter: CallStats) -> frozenset[str]:
        if wanted.account == account(3):
            hanging.hang()
        return enabled(wanted, meter)

    def look(scope: Scope, collector: str, meter: CallStats) -> Iterable[Fact | Gap]:
        if scope.account == account(2) and scope.region == "us-east-1":
            hanging.hang()
        yield from one_definition(scope, collector, meter)

    clock = RunClock()
    targets = [target(number, "eu-west-1", "us-east-1") for number in range(1, 31)]
    before = time.monotonic()

    with interrupting(clock, hanging.started):
        results = results_of(scanning(StubReader(ask, look), clock, workers=workers), targets)

    assert time.monotonic() - before < GRACE + 10
    assert cells(results) == {
        (each.account.id, region, work().collector): 1 for each in targets for region in ("eu-west-1", "us-east-1")
    }
    rows = [row for result in results.values() for row in result.coverage]
    assert {row.reason for row in rows if row.status is not EXAMINED} == {Reason.INTERRUPTED}
    assert sum(len(result.findings) for result in results.values()) == sum(row.status is EXAMINED for row in rows)


def test_an_account_whose_planning_hangs_is_written_off(hanging: Hanging) -> None:
    def ask(_wanted: Target, meter: CallStats) -> frozenset[str]:
        meter.calls += 1
        hanging.hang()
        return REGIONS

    clock = RunClock()

    with interrupting(clock, hanging.started):
        (result,) = results_of(scanning(StubReader(ask), clock), [target(1)]).values()

    (row,) = result.coverage
    assert (row.region, row.status, row.reason, row.calls) == (EVERY_REGION, NOT_EXAMINED, Reason.INTERRUPTED, 1)


def test_what_answers_after_it_was_written_off_is_dropped(hanging: Hanging) -> None:
    late = Flag()

    def look(scope: Scope, collector: str, meter: CallStats) -> Iterable[Fact | Gap]:
        hanging.hang()
        yield from one_definition(scope, collector, meter)
        late.set()

    finished: list[AccountResult] = []
    clock = RunClock()
    scan = Scan(StubReader(look=look), [work()], finished.append, clock, 1)

    with interrupting(clock, hanging.started):
        news = within(SOON, lambda: list(scan.run([target(1, "eu-west-1")])))
    hanging.release.set()
    assert late.wait(SOON)
    time.sleep(0.1)

    (result,) = finished
    assert [row.status for row in result.coverage] == [NOT_EXAMINED]
    assert result.findings == ()
    assert len([each for each in news if isinstance(each, ScopeEnded)]) == 1


def test_accounts_are_written_off_side_by_side_also_when_every_thread_hangs(hanging: Hanging) -> None:
    def ask(_wanted: Target, _meter: CallStats) -> frozenset[str]:
        hanging.hang()
        return REGIONS

    def slowly(result: AccountResult) -> AccountResult:
        time.sleep(0.05)
        return result

    clock = RunClock()
    scan = Scan(StubReader(ask), [work()], slowly, clock, 16)
    targets = [target(number) for number in range(1, 161)]

    with interrupting(clock, hanging.started):
        before = time.monotonic()
        results = results_of(scan, targets)

    assert len(results) == 160
    assert time.monotonic() - before < GRACE + 5, "one after the other they would take 8 seconds"


def test_after_the_order_nothing_new_is_read() -> None:
    clock, asked = RunClock(), list[str]()
    clock.interrupt()

    def ask(wanted: Target, _meter: CallStats) -> frozenset[str]:
        asked.append(wanted.account.id)
        return REGIONS

    cloud = StubReader(ask)

    results = results_of(scanning(cloud, clock), [target(1), target(2)])

    assert asked == []
    assert cloud.collected == []
    assert {row.reason for result in results.values() for row in result.coverage} == {Reason.INTERRUPTED}


def test_a_deadline_ends_the_run_with_deadline_gaps(hanging: Hanging) -> None:
    def look(scope: Scope, collector: str, meter: CallStats) -> Iterable[Fact | Gap]:
        if scope.account == account(2):
            hanging.hang()
        yield from one_definition(scope, collector, meter)

    targets = [target(number, "eu-west-1") for number in (1, 2)]

    results = results_of(scanning(StubReader(look=look), RunClock(deadline=0.5)), targets)

    assert statuses(results[account(1).id]) == {"eu-west-1": EXAMINED}
    (row,) = results[account(2).id].coverage
    assert (row.status, row.reason) == (NOT_EXAMINED, Reason.DEADLINE)


def test_a_stream_of_news_does_not_put_off_the_writing_off(hanging: Hanging) -> None:
    clock, written_off = RunClock(), Flag()

    def ask(wanted: Target, meter: CallStats) -> frozenset[str]:
        if wanted.account == account(1):
            hanging.hang()
        return enabled(wanted, meter)

    def finish(result: AccountResult) -> None:
        {account(1): written_off.set}.get(result.account, lambda: None)()

    scan = Scan(StubReader(ask), [work()], finish, clock, 2)

    def news_after_the_order() -> int:
        count = 0
        for _ in scan.run([target(number) for number in range(1, 3_001)]):
            if written_off.is_set():
                return count
            if hanging.started.is_set():
                clock.interrupt()
                count += 1
                time.sleep(0.002)  # news come in faster than they are taken
        return count

    assert within(SOON * 2, news_after_the_order) < 3 * GRACE / 0.002


def test_what_finish_raises_ends_the_run() -> None:
    def finish(_result: AccountResult) -> None:
        raise StorageError("The bucket refuses.", "Allow it.")

    scan = Scan(StubReader(), [work()], finish, RunClock(), 2)

    with pytest.raises(StorageError, match="The bucket refuses"):
        within(SOON, lambda: list(scan.run([target(1), target(2)])))


@pytest.mark.parametrize("place", ["finish", "close", "regions"])
def test_a_bug_on_a_thread_ends_the_run_in_place_of_hanging_it(place: str) -> None:
    class Bug(BaseException):
        pass

    def crash(*_: object) -> None:
        raise Bug

    class Cloud(StubReader):
        def release_account(self, account: Account) -> None:
            if place == "close":
                raise Bug

    def ask(_wanted: Target, _meter: CallStats) -> frozenset[str]:
        if place == "regions":
            raise Bug
        return REGIONS

    finish: Callable[[AccountResult], None] = crash if place == "finish" else lambda _: None
    scan = Scan(Cloud(ask), [work()], finish, RunClock(), 2)

    with pytest.raises(Bug):
        within(SOON, lambda: list(scan.run([target(number) for number in range(1, 9)])))


def test_finish_is_called_once_for_every_account_and_not_on_the_callers_thread() -> None:
    seen, lock = list[tuple[str, int]](), Lock()

    def finish(result: AccountResult) -> int:
        with lock:
            seen.append((result.account.id, get_ident()))
        return get_ident()

    scan = Scan(StubReader(), [work()], finish, RunClock(), 4)

    def run() -> int:
        assert all(
            isinstance(each, AccountFinished | AccountPlanned | ScopeEnded)
            for each in scan.run(map(target, range(1, 31)))
        )
        return get_ident()

    caller = within(SOON, run)

    assert Counter(key for key, _ in seen) == {account(number).id: 1 for number in range(1, 31)}
    assert caller not in {thread for _, thread in seen}


def test_a_consumer_that_walks_away_stops_the_pool(hanging: Hanging) -> None:
    def look(_scope: Scope, _collector: str, _meter: CallStats) -> Iterable[Fact | Gap]:
        hanging.hang()
        return ()

    cloud, clock = StubReader(look=look), RunClock()
    threads = active_count()

    def run() -> None:
        with closing(scanning(cloud, clock, workers=2).run([target(number) for number in range(1, 50)])) as news:
            for _ in news:
                hanging.started.wait(SOON)
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        within(SOON, run)
    hanging.release.set()
    until = time.monotonic() + SOON
    while active_count() > threads and time.monotonic() < until:
        time.sleep(0.01)

    assert active_count() <= threads
    assert len(cloud.collected) <= 4, "what was queued has been dropped"


@pytest.mark.usefixtures("small_heap")
def test_memory_keeps_neither_facts_nor_the_findings_of_accounts_that_have_ended() -> None:
    class Watched(TaskDefinition):
        __slots__ = ("__weakref__",)

    facts: weakref.WeakSet[Watched] = weakref.WeakSet()
    lock = Lock()

    def look(scope: Scope, _collector: str, _meter: CallStats) -> Iterable[Fact | Gap]:
        for number in range(20):
            fact = Watched(f"arn:weighed:{scope.region}:{number}:1", "web", 1, "ACTIVE", "host", ())
            with lock:
                facts.add(fact)
            yield fact

    scan = Scan(StubReader(look=look), [work()], lambda result: len(result.findings), RunClock(), 3)

    def run() -> tuple[int, int, int]:
        total = most_facts = most_findings = 0
        for news in scan.run([target(number) for number in range(1, 41)]):
            if isinstance(news, AccountFinished):
                total += news.value
                most_findings = max(most_findings, weighed_findings())
                most_facts = max(most_facts, len(facts))
        return total, most_facts, most_findings

    total, most_facts, most_findings = within(SOON * 2, run)

    assert total == 40 * 3 * 20
    assert most_facts <= 3 * 2, "one that is judged and one that comes, for each thread"
    assert most_findings <= 8 * 3 * 20, "those of the accounts under way, not of all forty"


def weighed_findings() -> int:
    gc.collect()
    found = (each for each in gc.get_objects() if isinstance(each, Finding))
    # One that another thread is making at this moment has no resource yet.
    return sum(1 for each in found if (made := getattr(each, "resource", None)) and made.arn.startswith("arn:weighed:"))
