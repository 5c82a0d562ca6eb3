"""A thread pool in which sleeping threads do not count: while one waits for a rate limit, another one works.

Without that, one slow account whose calls wait for their rate limit would hold the threads that all others need.
`ThreadPoolExecutor` does not fit: it has no priorities, and at exit it waits for threads that hang in a call.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Lock, Thread, local
from types import TracebackType

from auditor.domain.errors import AuditorError

Task = Callable[[], None]
OnError = Callable[[BaseException], None]

#: Threads per worker in addition to the worker itself, all of them asleep. Each costs some tens of kilobytes.
_SLEEPERS_PER_WORKER = 8
#: How long a thread that wakes up waits for a slot (seconds). It may hold a lock that all running threads wait for,
#: such as the lock of an account's credentials: it must then continue without a slot, or the run would deadlock.
_PATIENCE = 1.0


class _CurrentThread(local):
    """The pool that the calling thread belongs to, None for threads of other origin."""

    pool: Pool | None = None


_current_thread = _CurrentThread()


@contextmanager
def yield_slot() -> Iterator[None]:
    """Let another thread of this thread's pool work inside the block. Does nothing on threads outside a pool."""
    pool = _current_thread.pool
    if pool is None:
        yield
        return
    with pool.slot_yielded():
        yield


class Pool:
    """Runs tasks on at most `workers` threads that are awake.

    What a task raises is passed to `on_error` on the task's thread: if a thread died unnoticed, the run would wait for
    it forever.
    """

    def __init__(self, workers: int, on_error: OnError) -> None:
        self._workers = workers
        self._pass_errors = _PassErrors(on_error)
        self._most_threads = workers * (1 + _SLEEPERS_PER_WORKER)
        self._urgent: deque[Task] = deque()
        self._tasks: deque[Task] = deque()
        self._lock = Lock()
        self._task_added = Condition(self._lock)
        self._slot_freed = Condition(self._lock)
        self._threads = 0
        self._idle = 0
        self._awake = 0
        self._waking = 0
        self._closed = False

    def submit(self, task: Task, *, first: bool = False) -> None:
        """Queue a task; with `first`, ahead of all others. A closed pool drops it.

        Raises AuditorError if the system cannot start a single thread.
        """
        with self._lock:
            if not self._closed:
                (self._urgent if first else self._tasks).append(task)
                self._use_free_slot()

    @contextmanager
    def slot_yielded(self) -> Iterator[None]:
        """Give up the slot of the calling task inside the block, and wait for one at its end."""
        with self._lock:
            self._awake -= 1
            self._use_free_slot()
        try:
            yield
        finally:
            with self._lock:
                self._waking += 1
                self._slot_freed.wait_for(lambda: self._closed or self._awake < self._workers, _PATIENCE)
                self._waking -= 1
                self._awake += 1
                self._use_free_slot()

    def close(self) -> None:
        """Drop all queued tasks and end all idle threads.

        A thread that hangs in a call is left alone. It is a daemon thread, so it does not keep the process alive.
        """
        with self._lock:
            self._closed = True
            self._urgent.clear()
            self._tasks.clear()
            self._task_added.notify_all()
            self._slot_freed.notify_all()

    def _use_free_slot(self) -> None:
        """Wake or start a thread if a slot is free. Threads that wake up have priority over new tasks."""
        if self._awake >= self._workers:
            return
        if self._waking:
            self._slot_freed.notify()
        elif self._urgent or self._tasks:
            if self._idle:
                self._task_added.notify()
            elif self._threads < self._most_threads:
                self._start_thread()

    def _start_thread(self) -> None:
        try:
            Thread(target=self._work, name=f"auditor-{self._threads + 1}", daemon=True).start()
        except RuntimeError as error:
            if not self._threads:
                raise AuditorError(
                    "The system could not start a thread.", "Raise its limit on processes and threads."
                ) from error
            self._most_threads = self._threads
        else:
            self._threads += 1

    def _work(self) -> None:
        _current_thread.pool = self
        task = self._next(finished=0)
        while task is not None:
            with self._pass_errors:
                task()
            task = self._next(finished=1)

    def _next(self, *, finished: int) -> Task | None:
        """Wait for a task and a free slot, and return the task; None when the pool is closed.

        `finished` is the number of slots that the calling thread gives back: 1 after a task, 0 when it starts.
        """
        with self._lock:
            self._awake -= finished
            while not self._closed:
                if self._awake < self._workers and not self._waking and (self._urgent or self._tasks):
                    self._awake += 1
                    task = self._urgent.popleft() if self._urgent else self._tasks.popleft()
                    self._use_free_slot()
                    return task
                self._use_free_slot()
                self._idle += 1
                self._task_added.wait()
                self._idle -= 1
            self._threads -= 1
            return None


@dataclass(frozen=True, slots=True)
class _PassErrors:
    """Passes every exception raised inside it to `on_error`, and suppresses it."""

    on_error: OnError

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> bool:
        if error is not None:
            self.on_error(error)
        return error is not None
