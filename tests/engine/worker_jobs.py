"""Jobs for worker processes. They live in a module of their own because pickle refers to functions by name."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

from auditor.domain.clock import Stopped
from auditor.domain.events import Level, Notice, Observer
from auditor.engine.clock import RunClock


@dataclass(frozen=True)
class Numbers:
    """Numbers to add up."""

    numbers: tuple[int, ...]


def add(job: Numbers, _clock: RunClock, observe: Observer) -> tuple[int, int]:
    """Return the sum and the process ID; report an event for each number."""
    for number in job.numbers:
        observe(Notice(Level.INFO, "number", str(number)))
    return sum(job.numbers), os.getpid()


def fail(job: Numbers, _clock: RunClock, _observe: Observer) -> int:
    """Raise an error."""
    raise ValueError(job.numbers)


def die_if_empty(job: Numbers, clock: RunClock, _observe: Observer) -> int:
    """Kill this process if there are no numbers, otherwise sleep."""
    if not job.numbers:
        os.kill(os.getpid(), signal.SIGKILL)
    clock.sleep(60)
    return sum(job.numbers)


def sleep_until_stopped(job: Numbers, clock: RunClock, observe: Observer) -> str:
    """Return the reason for which the clock stopped."""
    observe(Notice(Level.INFO, "started", str(job.numbers)))
    try:
        while True:
            observe(Notice(Level.INFO, "sleeping"))
            clock.sleep(0.3)
    except Stopped as stopped:
        return stopped.reason.value
