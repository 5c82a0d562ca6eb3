"""SIGTERM and SIGINT: an order to end in order, not a way to die."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from auditor.engine.clock import RunClock


@dataclass(slots=True)
class ShutdownRequest:
    """What has been received. `exit_code` is 128 plus the signal, as shells have it; None while there was none."""

    exit_code: int | None = None


@contextmanager
def handle_signals(clock: RunClock) -> Iterator[ShutdownRequest]:
    """End the run when the process is told to; a second order ends the process at once."""
    orders = ShutdownRequest()

    def received(number: int, _frame: FrameType | None) -> None:
        if orders.exit_code is not None:
            raise SystemExit(128 + number)
        orders.exit_code = 128 + number
        clock.interrupt()

    before = {number: signal.signal(number, received) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield orders
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
