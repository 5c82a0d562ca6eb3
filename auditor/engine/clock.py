"""The run's clock: real time, a deadline, and a stop that interrupts every sleep."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime

from auditor.domain.clock import Stopped
from auditor.domain.reason import Reason
from auditor.engine.pool import yield_slot

#: Yielding the slot for shorter sleeps costs more than it gains (seconds).
_SHORTEST_YIELD = 0.02
#: How often a sleeper checks for a stop (seconds). It polls because a signal handler must not take a lock.
_POLL_INTERVAL = 0.2


class RunClock:
    """Implements `domain.clock.Clock`."""

    def __init__(
        self,
        deadline: float | None = None,
        while_asleep: Callable[[], AbstractContextManager[None]] = yield_slot,
    ) -> None:
        """Start the clock. `deadline` is in seconds from now, None for no limit.

        `while_asleep` is entered for sleeps that are long enough. By default a thread of a pool yields its slot, so
        another thread works meanwhile.
        """
        self._ends_at = None if deadline is None else time.monotonic() + deadline
        self._interrupted_at: float | None = None
        self._while_asleep = while_asleep

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes backwards."""
        return time.monotonic()

    def limit(self, seconds: float) -> None:
        """Set the deadline to this many seconds from now."""
        self._ends_at = time.monotonic() + seconds

    @contextmanager
    def limited(self, seconds: float) -> Iterator[None]:
        """Limit the block to this many seconds; the deadline stays if it is earlier."""
        before, ends_at = self._ends_at, time.monotonic() + seconds
        self._ends_at = ends_at if before is None else min(before, ends_at)
        try:
            yield
        finally:
            self._ends_at = before

    @property
    def left(self) -> float | None:
        """Seconds until the deadline, None if there is none."""
        return None if self._ends_at is None else max(0.0, self._ends_at - time.monotonic())

    def interrupt(self) -> None:
        """Stop the run. Safe in a signal handler."""
        if self._interrupted_at is None:
            self._interrupted_at = time.monotonic()

    @property
    def interrupted(self) -> bool:
        """Whether `interrupt` was called."""
        return self._interrupted_at is not None

    @property
    def stopped_for(self) -> float:
        """Seconds since the run was interrupted or reached its deadline; 0 while it may continue."""
        stops = [moment for moment in (self._interrupted_at, self._ends_at) if moment is not None]
        return max(0.0, time.monotonic() - min(stops)) if stops else 0.0

    @property
    def stopped(self) -> Reason | None:
        """Why the run must stop, or None while it may continue."""
        if self.interrupted:
            return Reason.INTERRUPTED
        if self._ends_at is not None and time.monotonic() >= self._ends_at:
            return Reason.DEADLINE
        return None

    def raise_if_stopped(self) -> None:
        """Raise Stopped if the run must stop."""
        if (reason := self.stopped) is not None:
            raise Stopped(reason)

    def sleep(self, seconds: float) -> None:
        """Sleep. Raises Stopped as soon as the run must stop."""
        until = time.monotonic() + seconds
        with self._while_asleep() if seconds > _SHORTEST_YIELD else nullcontext():
            while (left := until - time.monotonic()) > 0:
                self.raise_if_stopped()
                time.sleep(min(left, _POLL_INTERVAL))
        self.raise_if_stopped()
