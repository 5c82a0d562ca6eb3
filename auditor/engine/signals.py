"""SIGTERM, SIGHUP and SIGINT shut the run down in an orderly way."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from auditor.engine.clock import RunClock


@dataclass(slots=True)
class ShutdownRequest:
    """Whether a signal was received. `exit_code` is 128 plus its number, as in a shell, or None.

    A lost terminal (SIGHUP) counts as SIGTERM.
    """

    exit_code: int | None = None


@contextmanager
def handle_signals(clock: RunClock) -> Iterator[ShutdownRequest]:
    """Interrupt the run at the first signal, and end the process at once at the second."""
    request = ShutdownRequest()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        code = 128 + (signal.SIGTERM if number == signal.SIGHUP else number)
        if request.exit_code is not None:
            raise SystemExit(code)
        request.exit_code = code
        clock.interrupt()

    previous = {number: signal.signal(number, on_signal) for number in _handled_signals()}
    try:
        yield request
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _handled_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that interrupt a run. `nohup` ignores SIGHUP, and that must stay so."""
    ignores_hangup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return (signal.SIGTERM, signal.SIGINT) if ignores_hangup else (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
