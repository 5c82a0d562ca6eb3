"""The threads. Those that wait for their turn at AWS do not count: another one works meanwhile.

A slow account, whose calls wait for its rate budget, would otherwise hold the threads that all others need.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Thread

Task = Callable[[], None]

#: Threads in all, sleepers included, per worker. A sleeping thread costs some tens of kilobytes.
_SLEEPERS_PER_WORKER = 8


class Pool:
    """Runs tasks on at most `workers` threads that are awake. Tasks must not raise."""

    def __init__(self, workers: int) -> None:
        """Start nothing yet: threads come with the work."""
        self._workers = workers
        self._most = workers * (1 + _SLEEPERS_PER_WORKER)
        self._first: deque[Task] = deque()
        self._later: deque[Task] = deque()
        self._changed = Condition()
        self._threads = 0
        self._idle = 0
        self._awake = 0
        self._closed = False

    def submit(self, task: Task, *, first: bool = False) -> None:
        """Queue a task. Those that are `first` go before all others: finishing an account frees its memory."""
        with self._changed:
            (self._first if first else self._later).append(task)
            self._wake()

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """Tell the pool that this thread only waits, so that another one may work."""
        with self._changed:
            self._awake -= 1
            self._wake()
        try:
            yield
        finally:
            with self._changed:
                self._awake += 1

    def close(self) -> None:
        """Drop what is queued and let the threads go. A thread that hangs in a call is a daemon: it ends with us."""
        with self._changed:
            self._closed = True
            self._first.clear()
            self._later.clear()
            self._changed.notify_all()

    def _wake(self) -> None:
        if self._awake >= self._workers or not (self._first or self._later):
            return
        if self._idle:
            self._changed.notify()
        elif self._threads < self._most:
            self._threads += 1
            Thread(target=self._work, name=f"auditor-{self._threads}", daemon=True).start()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            task()
            with self._changed:
                self._awake -= 1

    def _next(self) -> Task | None:
        with self._changed:
            while not self._closed:
                if self._awake < self._workers and (self._first or self._later):
                    self._awake += 1
                    task = self._first.popleft() if self._first else self._later.popleft()
                    self._wake()
                    return task
                self._idle += 1
                self._changed.wait()
                self._idle -= 1
            self._threads -= 1
            return None
