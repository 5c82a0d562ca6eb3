"""SIGTERM and SIGINT shut the run down in an orderly way."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from auditor.engine.clock import RunClock


@dataclass(slots=True)
class ShutdownRequest:
    """Whether a signal was received. `exit_code` is 128 plus its number, as in a shell, or None."""

    exit_code: int | None = None


@contextmanager
def handle_signals(clock: RunClock) -> Iterator[ShutdownRequest]:
    """Interrupt the run at the first signal, and end the process at once at the second."""
    request = ShutdownRequest()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if request.exit_code is not None:
            raise SystemExit(128 + number)
        request.exit_code = 128 + number
        clock.interrupt()

    previous = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield request
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
