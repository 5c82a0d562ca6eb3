"""Time as the rest of the house sees it: a value to read, and a sleep that ends when the run must."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from auditor.domain.reason import Reason


class Stopped(Exception):  # noqa: N818 - an order, not a fault
    """The run is to end: raised out of whatever waits or is about to call. `reason` is `interrupted` or `deadline`."""

    def __init__(self, reason: Reason) -> None:
        """Keep the reason for the coverage rows."""
        super().__init__(reason.value)
        self.reason = reason


class ReadError(Exception):
    """Something could not be read after all that was worth trying. Becomes a gap, never a traceback.

    `stage` names where: `assume-role`, `regions`, `list`, `describe`; `detail` is one sentence for people.
    """

    def __init__(self, stage: str, reason: Reason, detail: str) -> None:
        """Keep the three apart for the gap that will be made of them."""
        super().__init__(f"{stage}: {reason}: {detail}")
        self.stage = stage
        self.reason = reason
        self.detail = detail


class Clock(Protocol):
    """Time, and the order to stop. Implemented in the engine; tests bring their own."""

    def now(self) -> datetime:
        """Tell the time of day, UTC."""

    def monotonic(self) -> float:
        """Seconds that only go forward, whatever happens to the time of day."""

    def sleep(self, seconds: float) -> None:
        """Wait. Raises Stopped as soon as the run is to end."""

    def raise_if_stopped(self) -> None:
        """Raise Stopped if the run is to end."""
