"""Several processes, each with its own threads: one interpreter runs one thread at a time, and a run has work for more.

The seam is `concurrent.futures.Executor`: a part of the accounts goes in, what came of it comes out, and everything
that crosses can be pickled. What happens on the way (events for whoever watches) crosses beside it, and may get lost.
Two pipes carry nothing, and speak by closing: one says that the run is to end in order; the other, that this process
has died or has given the run up, and that nobody must go on with it.
"""

from __future__ import annotations

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
from typing import Any, Generic, TypeVar

from auditor.domain.events import Event, Observer
from auditor.engine.clock import RunClock

J = TypeVar("J")
R = TypeVar("R")

#: Does one part of the run in whichever process it finds itself.
Part = Callable[[J, RunClock, Observer], R]

_TICK = 0.1
_BATCH = 24
_BATCH_SECONDS = 0.25
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class LostJob(Generic[J]):
    """A part whose process died: what it had not written is to be done again."""

    job: J


@dataclass(frozen=True, slots=True)
class _WorkerPipes:
    """What a worker process holds of its parent: where news go, and the pipes that close.

    `inherited` are the pipes' other ends where the process has those too: they would keep the pipes open.
    """

    news: socket.socket
    stop: Connection
    life: Connection
    inherited: tuple[Connection, ...]


@dataclass(frozen=True, slots=True)
class _WorkerPool:
    """What the parent holds of its worker processes: `stop` and `life` are the ends of the pipes that it may close."""

    executor: Executor
    news: socket.socket
    stop: Connection
    life: Connection


_wires: _WorkerPipes
_clocks: list[RunClock] = []
_told_to_stop = threading.Event()


def run_in_processes(
    part: Part[J, R], jobs: Sequence[J], clock: RunClock, observe: Observer
) -> Iterator[R | LostJob[J]]:
    """Do every job in a process of its own, and yield what comes of each as it comes.

    Raises what a job raised. A process that dies (out of memory, say) takes down its siblings' jobs too: each of those
    is yielded as Lost.
    """
    with _worker_pool(len(jobs)) as crew:
        futures = {crew.executor.submit(_do, part, job): job for job in jobs}
        waiting = set(futures)
        while waiting:
            done, waiting = wait(waiting, timeout=_TICK)
            _relay(crew.news, observe)
            if clock.interrupted:
                crew.stop.close()
            for future in done:
                outcome = _outcome(future, futures[future])
                if isinstance(outcome, LostJob):
                    crew.life.close()  # the executor waits for the siblings, whose work is lost to it
                yield outcome
        _relay(crew.news, observe)


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _outcome(future: Future[Any], job: J) -> Any:  # noqa: ANN401 - what the part returns, or Lost
    try:
        return future.result()
    except BrokenProcessPool:
        return LostJob(job)


@contextmanager
def _worker_pool(count: int) -> Iterator[_WorkerPool]:
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    there.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LARGEST)
    here.setblocking(False)  # noqa: FBT003 - the socket's own signature
    context = _context()
    (stopped, stop), (lives, life) = context.Pipe(duplex=False), context.Pipe(duplex=False)
    wires = _WorkerPipes(there, stopped, lives, (stop, life) if context.get_start_method() == "fork" else ())
    executor = ProcessPoolExecutor(count, mp_context=context, initializer=_start, initargs=(wires,))
    try:
        yield _WorkerPool(executor, here, stop, life)
    except BaseException:
        life.close()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
        for end in (stopped, stop, lives, life, here, there):
            end.close()


def _context() -> Any:  # noqa: ANN401 - one of multiprocessing's contexts
    """Fork where that is safe and saves half a second of imports: on Linux, while there are no other threads."""
    safe = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if safe else "spawn")


def _start(wires: _WorkerPipes) -> None:
    """Set a worker process up: orders come through the pipe, so that signals to the whole group come only once."""
    global _wires  # noqa: PLW0603 - one worker process is one such room
    _wires = wires
    for end in wires.inherited:
        end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_listen, daemon=True).start()


def _listen() -> None:
    if _wires.life not in connection.wait([_wires.stop, _wires.life]):
        _told_to_stop.set()
        for clock in _clocks:
            clock.interrupt()
        connection.wait([_wires.life])
    os._exit(1)  # whoever continues the run must not find us still writing


def _do(part: Part[J, R], job: J) -> R:
    clock = RunClock()
    _clocks.append(clock)
    if _told_to_stop.is_set():  # the order may come while this process is still starting
        clock.interrupt()
    batch = _Batch(_wires.news)
    try:
        return part(job, clock, batch.add)
    finally:
        batch.send()


class _Batch:
    """Sends events in bundles: a datagram each would cost more than the event is worth."""

    def __init__(self, news: socket.socket) -> None:
        self._news = news
        self._events: list[Event] = []
        self._sent = time.monotonic()

    def add(self, event: Event) -> None:
        self._events.append(event)
        if len(self._events) >= _BATCH or time.monotonic() - self._sent > _BATCH_SECONDS:
            self.send()

    def send(self) -> None:
        if self._events:
            with suppress(OSError):  # too large, or nobody listens: the rows say the same
                self._news.send(pickle.dumps(self._events))
        self._events, self._sent = [], time.monotonic()


def _relay(news: socket.socket, observe: Observer) -> None:
    while True:
        try:
            events: list[Event] = pickle.loads(news.recv(_LARGEST))  # noqa: S301 - from our own children only
        except BlockingIOError:
            return
        for event in events:
            observe(event)
