"""Several processes, each with its own threads: one interpreter runs one thread at a time, and a run has work for more.

The seam is `concurrent.futures.Executor`: a part of the accounts goes in, what came of it comes out, and everything
that crosses can be pickled. What happens on the way (events for whoever watches) crosses beside it, and may get lost;
the order to stop is a pipe that closes, which it also does when this process dies.
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
class Lost(Generic[J]):
    """A part whose process died: what it had not written is to be done again."""

    job: J


@dataclass(frozen=True, slots=True)
class _Wires:
    """What a worker process holds of its parent: where news go, and the pipe that closes when it is to stop.

    `writer` is the pipe's other end where the process has inherited that too: it would keep the pipe open. `parent` is
    the parent's process id, which a child that asks for it too late cannot learn any more.
    """

    parent: int
    news: socket.socket
    stop: Connection
    writer: Connection | None


_wires: _Wires
_clocks: list[RunClock] = []
_told_to_stop = threading.Event()


def spread(part: Part[J, R], jobs: Sequence[J], clock: RunClock, observe: Observer) -> Iterator[R | Lost[J]]:
    """Do every job in a process of its own, and yield what comes of each as it comes.

    Raises what a job raised. A process that dies (out of memory, say) takes down its siblings' jobs too: each of those
    is yielded as Lost.
    """
    with _executor(len(jobs)) as (executor, news, stop):
        futures = {executor.submit(_do, part, job): job for job in jobs}
        waiting = set(futures)
        told = False
        while waiting:
            done, waiting = wait(waiting, timeout=_TICK)
            _relay(news, observe)
            if clock.interrupted and not told:
                told = True
                stop.close()
            yield from (_outcome(future, futures[future]) for future in done)
        _relay(news, observe)


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _outcome(future: Future[Any], job: J) -> Any:  # noqa: ANN401 - what the part returns, or Lost
    try:
        return future.result()
    except BrokenProcessPool:
        return Lost(job)


@contextmanager
def _executor(count: int) -> Iterator[tuple[Executor, socket.socket, Connection]]:
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    there.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LARGEST)
    here.setblocking(False)  # noqa: FBT003 - the socket's own signature
    context = _context()
    reader, writer = context.Pipe(duplex=False)
    wires = _Wires(os.getpid(), there, reader, writer if context.get_start_method() == "fork" else None)
    executor = ProcessPoolExecutor(count, mp_context=context, initializer=_start, initargs=(wires,))
    try:
        yield executor, here, writer
    finally:
        writer.close()  # nobody goes on for a run that has been given up
        executor.shutdown(wait=True, cancel_futures=True)
        for end in (reader, here, there):
            end.close()


def _context() -> Any:  # noqa: ANN401 - one of multiprocessing's contexts
    """Fork where that is safe and saves half a second of imports: on Linux, while there are no other threads."""
    safe = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if safe else "spawn")


def _start(wires: _Wires) -> None:
    """Set a worker process up: orders come through the pipe, so that signals to the whole group come only once."""
    global _wires  # noqa: PLW0603 - one worker process is one such room
    _wires = wires
    if wires.writer is not None:
        wires.writer.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_listen, daemon=True).start()


def _listen() -> None:
    with suppress(EOFError, OSError):
        _wires.stop.recv()  # comes back when nobody holds the other end any more
    if os.getppid() != _wires.parent:
        os._exit(1)  # whoever continues the run must not find us still writing
    _told_to_stop.set()
    for clock in _clocks:
        clock.interrupt()


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
