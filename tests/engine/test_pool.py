"""The threads: as many as were asked for are awake, all the others may sleep, and none is forgotten."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Event, Lock, Semaphore, Thread

import pytest

from auditor.domain.errors import AuditorError
from auditor.engine import pool as module
from auditor.engine.pool import Pool

SOON = 20.0
A_MOMENT = 0.05


class Gauge:
    """Counts who is inside, and how many that were at most."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = Lock()

    def _add(self, change: int) -> None:
        with self._lock:
            self.now += change
            self.most = max(self.most, self.now)

    @contextmanager
    def inside(self) -> Iterator[None]:
        self._add(1)
        try:
            yield
        finally:
            self._add(-1)


class Held:
    """Work that holds its place until it is told to go."""

    def __init__(self) -> None:
        self.started, self.go = Semaphore(0), Event()

    def hold(self) -> None:
        self.started.release()
        self.go.wait(SOON)


@pytest.fixture
def failures() -> Queue[BaseException]:
    return Queue()


@pytest.fixture
def make(failures: Queue[BaseException]) -> Iterator[Callable[[int], Pool]]:
    pools: list[Pool] = []

    def new(workers: int) -> Pool:
        pools.append(Pool(workers, failures.put))
        return pools[-1]

    yield new
    for each in pools:
        each.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody who has slept runs out of patience: a busy machine must not bring a test to pass, or to fail."""
    monkeypatch.setattr(module, "_PATIENCE", 2 * SOON)


@contextmanager
def unhurried_threads() -> Iterator[None]:
    """Let this thread go on, as long as it does not wait."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def soon(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + SOON
    while not true() and time.monotonic() < until:
        time.sleep(0.001)
    return true()


def all_of(semaphore: Semaphore, count: int) -> bool:
    return all(semaphore.acquire(timeout=SOON) for _ in range(count))


def test_every_task_is_run_once(make: Callable[[int], Pool]) -> None:
    pool, done, seen = make(4), Semaphore(0), list[int]()

    def task(number: int) -> None:
        seen.append(number)
        done.release()

    for number in range(500):
        pool.submit(lambda number=number: task(number))  # type: ignore[misc]

    assert all_of(done, 500)
    assert sorted(seen) == list(range(500))


@pytest.mark.parametrize("workers", [1, 3, 8])
@pytest.mark.usefixtures("patient")
def test_no_more_than_the_workers_are_awake_also_when_sleepers_come_back(
    make: Callable[[int], Pool], workers: int
) -> None:
    pool, awake, done = make(workers), Gauge(), Semaphore(0)

    def task() -> None:
        with awake.inside():
            time.sleep(0.001)
        with pool.yield_slot():
            time.sleep(0.003)
        with awake.inside():
            time.sleep(0.001)
        done.release()

    for _ in range(200):
        pool.submit(task)

    assert all_of(done, 200)
    assert awake.most == workers


def test_while_a_thread_sleeps_another_one_works(make: Callable[[int], Pool]) -> None:
    pool, other_has_worked, done = make(1), Event(), Semaphore(0)

    def sleeper() -> None:
        with pool.yield_slot():
            assert other_has_worked.wait(SOON)
        done.release()

    pool.submit(sleeper)
    pool.submit(other_has_worked.set)

    assert all_of(done, 1)


def test_the_sleepers_are_limited_too(make: Callable[[int], Pool]) -> None:
    pool, sleeping, release, done = make(2), Gauge(), Event(), Semaphore(0)

    def sleeper() -> None:
        with pool.yield_slot(), sleeping.inside():
            release.wait(SOON)
        done.release()

    for _ in range(60):
        pool.submit(sleeper)
    limit = 2 * (1 + module._SLEEPERS_PER_WORKER)
    assert soon(lambda: sleeping.now >= limit)
    time.sleep(A_MOMENT)
    at_once = sleeping.now
    release.set()

    assert at_once == limit
    assert all_of(done, 60)


def test_a_sleeper_that_holds_what_the_others_wait_for_does_not_wait_for_them(make: Callable[[int], Pool]) -> None:
    pool, keys, held, done = make(2), Lock(), Event(), Semaphore(0)

    def renewing() -> None:
        with keys:
            held.set()
            with pool.yield_slot():
                time.sleep(A_MOMENT)
        done.release()

    def waiting() -> None:
        held.wait(SOON)
        with keys:
            done.release()

    pool.submit(renewing)
    for _ in range(6):
        pool.submit(waiting)

    assert all_of(done, 7)


def test_what_is_first_goes_before_all_that_waits(make: Callable[[int], Pool]) -> None:
    pool, started, go, order, done = make(1), Event(), Event(), list[str](), Semaphore(0)

    def hold() -> None:
        started.set()
        go.wait(SOON)

    def note(name: str) -> Callable[[], None]:
        def task() -> None:
            order.append(name)
            done.release()

        return task

    pool.submit(hold)
    started.wait(SOON)
    for name in ("later 1", "later 2"):
        pool.submit(note(name))
    for name in ("first 1", "first 2"):
        pool.submit(note(name), first=True)
    go.set()

    assert all_of(done, 4)
    assert order == ["first 1", "first 2", "later 1", "later 2"]


@pytest.mark.usefixtures("patient")
def test_who_has_slept_goes_before_new_work(make: Callable[[int], Pool]) -> None:
    pool, wake, held, order, done = make(1), Event(), Held(), list[str](), Semaphore(0)

    def note(name: str) -> None:
        order.append(name)
        done.release()

    def sleeper() -> None:
        with pool.yield_slot():
            wake.wait(SOON)
        note("slept")

    pool.submit(sleeper)
    pool.submit(held.hold)
    pool.submit(lambda: note("new"))
    assert all_of(held.started, 1)
    wake.set()
    assert soon(lambda: pool._waking == 1)
    held.go.set()

    assert all_of(done, 2)
    assert order == ["slept", "new"]


def test_two_that_come_at_once_for_one_idle_thread_are_both_begun(make: Callable[[int], Pool]) -> None:
    for _ in range(20):
        pool, second, held = make(2), Event(), Held()
        pool.submit(lambda: None)
        assert soon(lambda pool=pool: pool._idle == 1)  # type: ignore[misc]

        with unhurried_threads():
            pool.submit(held.hold)
            pool.submit(second.set)

        assert second.wait(SOON)
        held.go.set()


@pytest.mark.usefixtures("patient")
def test_places_that_come_free_while_somebody_wakes_are_all_used(make: Callable[[int], Pool]) -> None:
    for _ in range(20):
        pool, wake, held, others, done = make(3), Event(), Held(), Event(), Semaphore(0)
        pool.submit(sleeping_until(pool, wake, others, done))
        for _ in range(3):
            pool.submit(held.hold)
        assert all_of(held.started, 3)
        pool.submit(others.set)
        wake.set()
        assert soon(lambda pool=pool: pool._waking == 1)  # type: ignore[misc]

        with pool._lock:  # all three are about to come back when the sleeper hears of the first
            held.go.set()
            time.sleep(0.01)

        assert all_of(done, 1)


def sleeping_until(pool: Pool, wake: Event, others: Event, done: Semaphore) -> Callable[[], None]:
    """Build a task that sleeps, and once awake holds its place until another task has run."""

    def task() -> None:
        with pool.yield_slot():
            wake.wait(SOON)
        if others.wait(SOON):
            done.release()

    return task


def test_closing_does_not_wait_for_a_thread_that_hangs(make: Callable[[int], Pool]) -> None:
    pool, hanging, release, ran = make(1), Event(), Event(), Event()

    def hang() -> None:
        hanging.set()
        release.wait(SOON)

    pool.submit(hang)
    hanging.wait(SOON)
    pool.submit(ran.set)
    before = time.monotonic()
    pool.close()

    assert time.monotonic() - before < 1
    release.set()
    assert not ran.wait(A_MOMENT), "what was queued is dropped"


def test_a_closed_pool_takes_no_more_work(make: Callable[[int], Pool]) -> None:
    pool, ran = make(2), Event()
    pool.close()

    pool.submit(ran.set)

    assert not ran.wait(A_MOMENT)
    assert not pool._later, "nor does it keep it"


@pytest.mark.usefixtures("patient")
def test_closing_lets_idle_sleeping_and_waking_threads_go(make: Callable[[int], Pool]) -> None:
    pool, wake, later, held, done = make(1), Event(), Event(), Held(), Semaphore(0)

    def sleeper(until: Event) -> Callable[[], None]:
        def task() -> None:
            with pool.yield_slot():
                until.wait(SOON)
            done.release()

        return task

    pool.submit(sleeper(wake))
    pool.submit(sleeper(later))
    pool.submit(held.hold)
    assert all_of(held.started, 1)
    wake.set()
    assert soon(lambda: pool._waking == 1)
    pool.close()

    assert all_of(done, 1), "who waits for a place waits no more"
    later.set()
    assert all_of(done, 1)
    held.go.set()
    assert soon(lambda: pool._threads == 0)


def test_what_a_task_raises_is_handed_over_and_its_thread_works_on(
    make: Callable[[int], Pool], failures: Queue[BaseException]
) -> None:
    pool, done = make(1), Semaphore(0)

    def fail(error: BaseException) -> Callable[[], None]:
        def task() -> None:
            raise error

        return task

    errors = [ValueError("a bug"), SystemExit(3)]
    for error in errors:
        pool.submit(fail(error))
    pool.submit(done.release)

    assert all_of(done, 1)
    assert [failures.get(timeout=SOON) for _ in errors] == errors


def test_a_system_that_starts_no_thread_is_an_error_that_says_so(
    make: Callable[[int], Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "Thread", NoThread)

    with pytest.raises(AuditorError, match="starts no thread") as caught:
        make(2).submit(lambda: None)

    assert caught.value.advice


def test_a_system_that_starts_few_threads_is_made_do_with(
    make: Callable[[int], Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, started, go, done = make(8), Event(), Event(), Semaphore(0)

    def hold() -> None:
        started.set()
        go.wait(SOON)

    pool.submit(hold)
    started.wait(SOON)
    monkeypatch.setattr(module, "Thread", NoThread)
    for _ in range(5):
        pool.submit(done.release)
    go.set()

    assert all_of(done, 5)


@pytest.mark.usefixtures("patient")
def test_no_wake_up_is_lost_in_thousands_of_small_tasks_that_sleep_and_bring_forth_others(
    make: Callable[[int], Pool], failures: Queue[BaseException]
) -> None:
    pool, awake, done, dice = make(6), Gauge(), Semaphore(0), random.Random(7)
    naps = [dice.choice((0, 0, 0.0005, 0.002)) for _ in range(1_000)]

    def child(nap: float) -> None:
        with awake.inside():
            pass
        with pool.yield_slot():
            time.sleep(nap)
        with awake.inside():
            done.release()

    def parent(nap: float) -> None:
        with awake.inside():
            for _ in range(3):
                pool.submit(lambda: child(nap), first=True)
        with pool.yield_slot():
            time.sleep(nap)
        done.release()

    for nap in naps:
        pool.submit(lambda nap=nap: parent(nap))  # type: ignore[misc]

    assert all_of(done, 4_000)
    assert awake.most <= 6
    assert failures.empty()


class NoThread(Thread):
    def start(self) -> None:
        message = "can't start new thread"
        raise RuntimeError(message)
