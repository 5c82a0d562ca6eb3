"""Run jobs in several worker processes, because one interpreter runs only one thread at a time.

Jobs and their results go through `concurrent.futures`, so they must be pickled. Events reach the observer of the parent
through a datagram socket and may be lost. Two pipes carry no data and signal by being closed: `stop` interrupts the
run, and `life` says that the parent has died or has given up, so its workers must end at once. The README of this
package has a diagram.
"""

import multiprocessing
import os
import pickle
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Generic, TypeVar

from auditor.domain.events import Event, Observer
from auditor.engine.clock import RunClock

J = TypeVar("J")
R = TypeVar("R")

#: Runs one job in a worker process.
RunJob = Callable[[J, RunClock, Observer], R]

#: How often the parent looks for results, events and an interruption (seconds).
_TICK = 0.1
_EVENTS_PER_DATAGRAM = 24
_SEND_INTERVAL = 0.25
_LARGEST_DATAGRAM = 1 << 20


@dataclass(frozen=True, slots=True)
class LostJob(Generic[J]):
    """A job whose process died. What it had not written must be examined again."""

    job: J


@dataclass(frozen=True, slots=True)
class _WorkerPipes:
    """A worker's ends of the socket and the pipes.

    A forked process also inherits the parent's ends, `inherited`. It closes them: otherwise the pipes would stay open.
    """

    events: socket.socket
    stop: Connection
    life: Connection
    inherited: tuple[Connection, ...]


@dataclass(frozen=True, slots=True)
class _WorkerPool:
    """The worker processes, and the parent's ends of the socket and the pipes."""

    executor: Executor
    events: socket.socket
    stop: Connection
    life: Connection


@dataclass(frozen=True, slots=True)
class _WorkerProcess:
    """The state of this worker process: its pipes, and the clock of the jobs that it runs."""

    pipes: _WorkerPipes
    clock: RunClock


#: Set by `_start_worker`, the initializer of each worker process. A global because `concurrent.futures` passes nothing
#: else from the initializer to the jobs. Never set in the parent.
_this_worker: _WorkerProcess


def run_in_processes(
    run_job: RunJob[J, R], jobs: Sequence[J], clock: RunClock, observe: Observer
) -> Iterator[R | LostJob[J]]:
    """Run each job in a process of its own, and yield each result as it arrives.

    Raises what a job raised. If one process dies, for example because memory ran out, the executor ends all of them:
    each unfinished job is yielded as a LostJob.
    """
    with _worker_pool(len(jobs)) as pool:
        futures = {pool.executor.submit(_run_in_worker, run_job, job): job for job in jobs}
        pending = set(futures)
        while pending:
            done, pending = wait(pending, timeout=_TICK)
            _relay_events(pool.events, observe)
            if clock.interrupted:
                pool.stop.close()
            for future in done:
                result = _result(future, futures[future])
                if isinstance(result, LostJob):
                    pool.life.close()  # the executor would wait for the other processes, and drop their results
                yield result
        _relay_events(pool.events, observe)


def cores() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _result(future: Future[R], job: J) -> R | LostJob[J]:
    try:
        return future.result()
    except BrokenProcessPool:
        return LostJob(job)


@contextmanager
def _worker_pool(count: int) -> Iterator[_WorkerPool]:
    parent_events, worker_events = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    worker_events.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LARGEST_DATAGRAM)
    parent_events.setblocking(False)  # noqa: FBT003 - the signature of the standard library
    context = _context()
    stop_reader, stop = multiprocessing.Pipe(duplex=False)
    life_reader, life = multiprocessing.Pipe(duplex=False)
    inherited = (stop, life) if context.get_start_method() == "fork" else ()
    pipes = _WorkerPipes(worker_events, stop_reader, life_reader, inherited)
    executor = ProcessPoolExecutor(count, mp_context=context, initializer=_start_worker, initargs=(pipes,))
    try:
        yield _WorkerPool(executor, parent_events, stop, life)
    except BaseException:
        life.close()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
        for end in (stop_reader, stop, life_reader, life, parent_events, worker_events):
            end.close()


def _context() -> BaseContext:
    """Fork if that is safe, which saves half a second of imports: on Linux, while there are no other threads."""
    can_fork = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if can_fork else "spawn")


def _start_worker(pipes: _WorkerPipes) -> None:
    """Initialize a worker process. A signal to the process group stops it through the pipe, so only once."""
    global _this_worker  # noqa: PLW0603 - see its comment
    _this_worker = _WorkerProcess(pipes, RunClock())
    for end in pipes.inherited:
        end.close()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_watch_pipes, args=(_this_worker,), daemon=True).start()


def _watch_pipes(worker: _WorkerProcess) -> None:
    stop, life = worker.pipes.stop, worker.pipes.life
    if life not in connection.wait([stop, life]):
        worker.clock.interrupt()
        connection.wait([life])
    os._exit(1)  # the run may be resumed elsewhere now, so this process must not write any more


def _run_in_worker(run_job: RunJob[J, R], job: J) -> R:
    sender = _EventSender(_this_worker.pipes.events)
    try:
        return run_job(job, _this_worker.clock, sender.add)
    finally:
        sender.send()


class _EventSender:
    """Sends events in groups: one datagram for each would cost more than the event is worth."""

    def __init__(self, events: socket.socket) -> None:
        self._socket = events
        self._events: list[Event] = []
        self._sent_at = time.monotonic()

    def add(self, event: Event) -> None:
        self._events.append(event)
        if len(self._events) >= _EVENTS_PER_DATAGRAM or time.monotonic() - self._sent_at > _SEND_INTERVAL:
            self.send()

    def send(self) -> None:
        if self._events:
            # The datagram may be too large, or the parent gone. Events are only for display: the rows are in the store.
            with suppress(OSError):
                self._socket.send(pickle.dumps(self._events))
        self._events, self._sent_at = [], time.monotonic()


def _relay_events(events: socket.socket, observe: Observer) -> None:
    while True:
        try:
            received: list[Event] = pickle.loads(events.recv(_LARGEST_DATAGRAM))  # noqa: S301 - sent by our own workers
        except BlockingIOError:
            return
        for event in received:
            observe(event)
