"""The threads: as many as were asked for are awake, all the others may sleep, and none is forgotten."""

from __future__ import annotations

import random
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
def test_no_more_than_the_workers_are_awake_also_when_sleepers_come_back(
    make: Callable[[int], Pool], workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", SOON)  # a busy machine must not make it run out
    pool, awake, done = make(workers), Gauge(), Semaphore(0)

    def task() -> None:
        with awake.inside():
            time.sleep(0.001)
        with pool.asleep():
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
        with pool.asleep():
            assert other_has_worked.wait(SOON)
        done.release()

    pool.submit(sleeper)
    pool.submit(other_has_worked.set)

    assert all_of(done, 1)


def test_the_sleepers_are_limited_too(make: Callable[[int], Pool]) -> None:
    pool, sleeping, release, done = make(2), Gauge(), Event(), Semaphore(0)

    def sleeper() -> None:
        with pool.asleep(), sleeping.inside():
            release.wait(SOON)
        done.release()

    for _ in range(60):
        pool.submit(sleeper)
    limit = 2 * (1 + module._SLEEPERS_PER_WORKER)
    until = time.monotonic() + SOON
    while sleeping.now < limit and time.monotonic() < until:
        time.sleep(A_MOMENT)
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
            with pool.asleep():
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


def test_closing_lets_idle_and_waking_threads_go(make: Callable[[int], Pool]) -> None:
    pool, woken, done = make(1), Event(), Semaphore(0)

    def sleeper() -> None:
        with pool.asleep():
            woken.wait(SOON)
        done.release()

    for _ in range(3):
        pool.submit(sleeper)
    time.sleep(A_MOMENT)
    pool.close()
    woken.set()

    assert all_of(done, 3)
    until = time.monotonic() + SOON
    while pool._threads and time.monotonic() < until:
        time.sleep(0.01)
    assert pool._threads == 0


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


def test_no_wake_up_is_lost_in_thousands_of_small_tasks_that_sleep_and_bring_forth_others(
    make: Callable[[int], Pool], failures: Queue[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", SOON)
    pool, awake, done, dice = make(6), Gauge(), Semaphore(0), random.Random(7)
    naps = [dice.choice((0, 0, 0.0005, 0.002)) for _ in range(1_000)]

    def child(nap: float) -> None:
        with awake.inside():
            pass
        with pool.asleep():
            time.sleep(nap)
        with awake.inside():
            done.release()

    def parent(nap: float) -> None:
        with awake.inside():
            for _ in range(3):
                pool.submit(lambda: child(nap), first=True)
        with pool.asleep():
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
