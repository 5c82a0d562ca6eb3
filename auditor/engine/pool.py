"""The threads. Those that wait for their turn at AWS do not count: another one works meanwhile.

A slow account, whose calls wait for its rate budget, would otherwise hold the threads that all others need.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Lock, Thread
from types import TracebackType

from auditor.domain.errors import AuditorError

Task = Callable[[], None]
Failed = Callable[[BaseException], None]

#: Threads in all, sleepers included, per worker. A sleeping thread costs some tens of kilobytes.
_SLEEPERS_PER_WORKER = 8
#: How long a thread that has slept enough waits for its place (seconds). It may hold a lock that those who are awake
#: wait for, such as the one around an account's keys: then it must go on without a place, or nobody ever would.
_PATIENCE = 1.0


class Pool:
    """Runs tasks on at most `workers` threads that are awake.

    Whatever a task raises is given to `failed`, on the task's thread: a thread that dies in silence would leave the
    run waiting for ever.
    """

    def __init__(self, workers: int, failed: Failed) -> None:
        """Start nothing yet: threads come with the work."""
        self._workers = workers
        self._most = workers * (1 + _SLEEPERS_PER_WORKER)
        self._handing = _YieldedSlot(failed)
        self._first: deque[Task] = deque()
        self._later: deque[Task] = deque()
        self._lock = Lock()
        self._work_waits = Condition(self._lock)
        self._place_is_free = Condition(self._lock)
        self._threads = 0
        self._idle = 0
        self._awake = 0
        self._waking = 0
        self._closed = False

    def submit(self, task: Task, *, first: bool = False) -> None:
        """Queue a task. Those that are `first` go before all others: finishing an account frees its memory.

        A closed pool drops it. Raises AuditorError where the system starts not even one thread.
        """
        with self._lock:
            if not self._closed:
                (self._first if first else self._later).append(task)
                self._wake_next()

    @contextmanager
    def yield_slot(self) -> Iterator[None]:
        """Tell the pool that this thread only waits, so that another one may work. To be entered by tasks only."""
        with self._lock:
            self._awake -= 1
            self._wake_next()
        try:
            yield
        finally:
            with self._lock:
                self._waking += 1
                self._place_is_free.wait_for(lambda: self._closed or self._awake < self._workers, _PATIENCE)
                self._waking -= 1
                self._awake += 1
                self._wake_next()

    def close(self) -> None:
        """Drop what is queued and let the threads go. A thread that hangs in a call is a daemon: it ends with us."""
        with self._lock:
            self._closed = True
            self._first.clear()
            self._later.clear()
            self._work_waits.notify_all()
            self._place_is_free.notify_all()

    def _wake_next(self) -> None:
        """Let somebody have the place that may be free: those who have slept go before new work."""
        if self._awake >= self._workers:
            return
        if self._waking:
            self._place_is_free.notify()
        elif self._first or self._later:
            if self._idle:
                self._work_waits.notify()
            elif self._threads < self._most:
                self._start()

    def _start(self) -> None:
        try:
            Thread(target=self._work, name=f"auditor-{self._threads + 1}", daemon=True).start()
        except RuntimeError as error:
            if not self._threads:
                raise AuditorError("The system starts no thread.", "Raise its limit on processes.") from error
            self._most = self._threads  # what it gave so far has to do
        else:
            self._threads += 1

    def _work(self) -> None:
        task = self._next(0)
        while task is not None:
            with self._handing:
                task()
            task = self._next(1)

    def _next(self, done: int) -> Task | None:
        """Return the next task, once there is one and a place for it; None when the pool is closed."""
        with self._lock:
            self._awake -= done
            while not self._closed:
                if self._awake < self._workers and not self._waking and (self._first or self._later):
                    self._awake += 1
                    task = self._first.popleft() if self._first else self._later.popleft()
                    self._wake_next()
                    return task
                self._wake_next()
                self._idle += 1
                self._work_waits.wait()
                self._idle -= 1
            self._threads -= 1
            return None


@dataclass(frozen=True, slots=True)
class _YieldedSlot:
    """Hands what is raised inside it to somebody who can do something about it."""

    to: Failed

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> bool:
        if error is not None:
            self.to(error)
        return error is not None
