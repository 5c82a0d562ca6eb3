"""The clock of a run: time, sleep that ends when the run stops, and the errors that stop a read."""

from datetime import datetime
from typing import Protocol

from auditor.domain.reason import Reason


class Stopped(Exception):
    """The run must stop. Raised by waits and before calls; `reason` is INTERRUPTED or DEADLINE."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class ReadError(Exception):
    """Something could not be read after all retries. The engine turns it into a gap.

    `stage` is `assume-role`, `regions`, `list` or `describe`; `detail` is one sentence for people.
    """

    def __init__(self, stage: str, reason: Reason, detail: str) -> None:
        super().__init__(f"{stage}: {reason}: {detail}")
        self.stage = stage
        self.reason = reason
        self.detail = detail


class Clock(Protocol):
    """Time and requests to stop. Implemented in the engine; tests have their own."""

    def now(self) -> datetime:
        """Return the time of day in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never go backward, even if the time of day does."""

    def sleep(self, seconds: float) -> None:
        """Wait. Raises Stopped as soon as the run must stop."""

    def raise_if_stopped(self) -> None:
        """Raise Stopped if the run must stop."""
