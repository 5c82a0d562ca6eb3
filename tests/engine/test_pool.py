"""The thread pool: the workers are awake, other threads may sleep, and every task runs."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from queue import Queue
from threading import Event, Lock, Semaphore, Thread

import pytest

from auditor.domain.errors import AuditorError
from auditor.engine import pool as module
from auditor.engine.pool import Pool, yield_slot

TIMEOUT = 20.0
SHORT_WAIT = 0.05

NewPool = Callable[[int], Pool]


class Gauge:
    """Counts the threads inside a block, and their maximum."""

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


class BlockingTask:
    """A task that keeps its slot until the test sets `release`. `started` counts the threads that run it."""

    def __init__(self) -> None:
        self.started, self.release = Semaphore(0), Event()

    def __call__(self) -> None:
        self.started.release()
        self.release.wait(TIMEOUT)


class BrokenThread(Thread):
    def start(self) -> None:
        message = "can't start new thread"
        raise RuntimeError(message)


@pytest.fixture
def errors() -> Queue[BaseException]:
    return Queue()


@pytest.fixture
def new_pool(errors: Queue[BaseException]) -> Iterator[NewPool]:
    pools: list[Pool] = []

    def new(workers: int) -> Pool:
        pools.append(Pool(workers, errors.put))
        return pools[-1]

    yield new
    for pool in pools:
        pool.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let waking threads wait for a slot without limit, so the result does not depend on the load of the machine."""
    monkeypatch.setattr(module, "_PATIENCE", 2 * TIMEOUT)


@contextmanager
def no_thread_switches() -> Iterator[None]:
    """Keep the interpreter from switching to another thread while this one does not wait."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + TIMEOUT
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.001)
    return condition()


def has_one_idle_thread(pool: Pool) -> bool:
    return pool._idle == 1


def has_one_waking_thread(pool: Pool) -> bool:
    return pool._waking == 1


def acquire(semaphore: Semaphore, count: int) -> bool:
    return all(semaphore.acquire(timeout=TIMEOUT) for _ in range(count))


def appending(names: list[str], name: str, done: Semaphore) -> Callable[[], None]:
    def task() -> None:
        names.append(name)
        done.release()

    return task


def test_runs_every_task_once(new_pool: NewPool) -> None:
    pool, done, seen = new_pool(4), Semaphore(0), list[int]()

    def task(number: int) -> None:
        seen.append(number)
        done.release()

    for number in range(500):
        pool.submit(partial(task, number))

    assert acquire(done, 500)
    assert sorted(seen) == list(range(500))


@pytest.mark.parametrize("workers", [1, 3, 8])
@pytest.mark.usefixtures("patient")
def test_never_more_threads_are_awake_than_workers(new_pool: NewPool, workers: int) -> None:
    pool, awake, done = new_pool(workers), Gauge(), Semaphore(0)

    def task() -> None:
        with awake.inside():
            time.sleep(0.001)
        with yield_slot():
            time.sleep(0.003)
        with awake.inside():
            time.sleep(0.001)
        done.release()

    for _ in range(200):
        pool.submit(task)

    assert acquire(done, 200)
    assert awake.most == workers


def test_another_thread_works_while_one_sleeps(new_pool: NewPool) -> None:
    pool, other_ran, done = new_pool(1), Event(), Semaphore(0)

    def sleeper() -> None:
        with yield_slot():
            assert other_ran.wait(TIMEOUT)
        done.release()

    pool.submit(sleeper)
    pool.submit(other_ran.set)

    assert acquire(done, 1)


def test_a_thread_outside_a_pool_has_no_slot_to_yield(new_pool: NewPool) -> None:
    pool = new_pool(1)
    blocking = BlockingTask()
    pool.submit(blocking)
    assert acquire(blocking.started, 1)

    with yield_slot():
        awake = pool._awake

    assert awake == 1
    blocking.release.set()


def test_the_number_of_sleeping_threads_is_limited(new_pool: NewPool) -> None:
    pool, sleeping, release, done = new_pool(2), Gauge(), Event(), Semaphore(0)

    def sleeper() -> None:
        with yield_slot(), sleeping.inside():
            release.wait(TIMEOUT)
        done.release()

    for _ in range(60):
        pool.submit(sleeper)
    limit = 2 * (1 + module._SLEEPERS_PER_WORKER)
    assert wait_until(lambda: sleeping.now >= limit)
    time.sleep(SHORT_WAIT)
    at_once = sleeping.now
    release.set()

    assert at_once == limit
    assert acquire(done, 60)


def test_a_sleeper_that_holds_a_lock_continues_although_all_workers_wait_for_it(new_pool: NewPool) -> None:
    pool, lock, locked, done = new_pool(2), Lock(), Event(), Semaphore(0)

    def sleeper() -> None:
        with lock:
            locked.set()
            with yield_slot():
                time.sleep(SHORT_WAIT)
        done.release()

    def waiting() -> None:
        locked.wait(TIMEOUT)
        with lock:
            done.release()

    pool.submit(sleeper)
    for _ in range(6):
        pool.submit(waiting)

    assert acquire(done, 7)


def test_first_tasks_run_before_all_others(new_pool: NewPool) -> None:
    pool, blocking, order, done = new_pool(1), BlockingTask(), list[str](), Semaphore(0)

    pool.submit(blocking)
    assert acquire(blocking.started, 1)
    for name in ("later 1", "later 2"):
        pool.submit(appending(order, name, done))
    for name in ("first 1", "first 2"):
        pool.submit(appending(order, name, done), first=True)
    blocking.release.set()

    assert acquire(done, 4)
    assert order == ["first 1", "first 2", "later 1", "later 2"]


@pytest.mark.usefixtures("patient")
def test_a_thread_that_wakes_up_runs_before_new_tasks(new_pool: NewPool) -> None:
    pool, wake, blocking, order, done = new_pool(1), Event(), BlockingTask(), list[str](), Semaphore(0)

    def sleeper() -> None:
        with yield_slot():
            wake.wait(TIMEOUT)
        appending(order, "woken", done)()

    pool.submit(sleeper)
    pool.submit(blocking)
    pool.submit(appending(order, "new", done))
    assert acquire(blocking.started, 1)
    wake.set()
    assert wait_until(partial(has_one_waking_thread, pool))
    blocking.release.set()

    assert acquire(done, 2)
    assert order == ["woken", "new"]


def test_two_tasks_submitted_while_one_thread_is_idle_both_start(new_pool: NewPool) -> None:
    for _ in range(20):
        pool, second_ran, blocking = new_pool(2), Event(), BlockingTask()
        pool.submit(lambda: None)
        assert wait_until(partial(has_one_idle_thread, pool))

        with no_thread_switches():
            pool.submit(blocking)
            pool.submit(second_ran.set)

        assert second_ran.wait(TIMEOUT)
        blocking.release.set()


@pytest.mark.usefixtures("patient")
def test_all_slots_that_are_freed_while_a_thread_wakes_up_are_used(new_pool: NewPool) -> None:
    for _ in range(20):
        pool, wake, blocking, other_ran, done = new_pool(3), Event(), BlockingTask(), Event(), Semaphore(0)
        pool.submit(sleeping_until(wake, other_ran, done))
        for _ in range(3):
            pool.submit(blocking)
        assert acquire(blocking.started, 3)
        pool.submit(other_ran.set)
        wake.set()
        assert wait_until(partial(has_one_waking_thread, pool))

        with pool._lock:  # all three tasks end before the sleeper is notified of the first free slot
            blocking.release.set()
            time.sleep(0.01)

        assert acquire(done, 1)


def sleeping_until(wake: Event, other_ran: Event, done: Semaphore) -> Callable[[], None]:
    """Return a task that sleeps, and then keeps its slot until another task has run."""

    def task() -> None:
        with yield_slot():
            wake.wait(TIMEOUT)
        if other_ran.wait(TIMEOUT):
            done.release()

    return task


def test_closing_does_not_wait_for_a_thread_that_hangs(new_pool: NewPool) -> None:
    pool, blocking, ran = new_pool(1), BlockingTask(), Event()

    pool.submit(blocking)
    assert acquire(blocking.started, 1)
    pool.submit(ran.set)
    started_at = time.monotonic()
    pool.close()

    assert time.monotonic() - started_at < 1
    blocking.release.set()
    assert not ran.wait(SHORT_WAIT), "queued tasks are dropped"


def test_a_closed_pool_drops_new_tasks(new_pool: NewPool) -> None:
    pool, ran = new_pool(2), Event()
    pool.close()

    pool.submit(ran.set)

    assert not ran.wait(SHORT_WAIT)
    assert not pool._tasks, "the task is not kept either"


@pytest.mark.usefixtures("patient")
def test_closing_ends_idle_sleeping_and_waking_threads(new_pool: NewPool) -> None:
    pool, wake, wake_later, blocking, done = new_pool(1), Event(), Event(), BlockingTask(), Semaphore(0)

    def sleeper(until: Event) -> Callable[[], None]:
        def task() -> None:
            with yield_slot():
                until.wait(TIMEOUT)
            done.release()

        return task

    pool.submit(sleeper(wake))
    pool.submit(sleeper(wake_later))
    pool.submit(blocking)
    assert acquire(blocking.started, 1)
    wake.set()
    assert wait_until(partial(has_one_waking_thread, pool))
    pool.close()

    assert acquire(done, 1), "a waking thread does not wait for a slot any more"
    wake_later.set()
    assert acquire(done, 1)
    blocking.release.set()
    assert wait_until(lambda: pool._threads == 0)


def test_errors_of_tasks_are_reported_and_the_thread_continues(new_pool: NewPool, errors: Queue[BaseException]) -> None:
    pool, done = new_pool(1), Semaphore(0)

    def failing(error: BaseException) -> Callable[[], None]:
        def task() -> None:
            raise error

        return task

    raised = [ValueError("a bug"), SystemExit(3)]
    for error in raised:
        pool.submit(failing(error))
    pool.submit(done.release)

    assert acquire(done, 1)
    assert [errors.get(timeout=TIMEOUT) for _ in raised] == raised


def test_raises_an_error_with_advice_if_no_thread_can_be_started(
    new_pool: NewPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "Thread", BrokenThread)

    with pytest.raises(AuditorError, match="could not start a thread") as caught:
        new_pool(2).submit(lambda: None)

    assert caught.value.advice


def test_continues_with_the_threads_that_could_be_started(new_pool: NewPool, monkeypatch: pytest.MonkeyPatch) -> None:
    pool, blocking, done = new_pool(8), BlockingTask(), Semaphore(0)

    pool.submit(blocking)
    assert acquire(blocking.started, 1)
    monkeypatch.setattr(module, "Thread", BrokenThread)
    for _ in range(5):
        pool.submit(done.release)
    blocking.release.set()

    assert acquire(done, 5)


@pytest.mark.usefixtures("patient")
def test_no_notification_is_lost_among_thousands_of_tasks_that_sleep_and_submit_tasks(
    new_pool: NewPool, errors: Queue[BaseException]
) -> None:
    pool, awake, done, dice = new_pool(6), Gauge(), Semaphore(0), random.Random(7)
    sleeps = [dice.choice((0, 0, 0.0005, 0.002)) for _ in range(1_000)]

    def child(seconds: float) -> None:
        with awake.inside():
            pass
        with yield_slot():
            time.sleep(seconds)
        with awake.inside():
            done.release()

    def parent(seconds: float) -> None:
        with awake.inside():
            for _ in range(3):
                pool.submit(partial(child, seconds), first=True)
        with yield_slot():
            time.sleep(seconds)
        done.release()

    for seconds in sleeps:
        pool.submit(partial(parent, seconds))

    assert acquire(done, 4_000)
    assert awake.most <= 6
    assert errors.empty()
