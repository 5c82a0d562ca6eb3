"""The run's clock: real time, a deadline, and one order to stop that every sleeper hears."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

from auditor.domain.clock import Stopped
from auditor.domain.reason import Reason

#: Shorter waits are not worth waking another thread for.
_NOTICEABLE = 0.02
#: Sleepers look up this often (seconds). The order to stop comes from a signal handler, which must not take a lock.
_SLICE = 0.2


class RunClock:
    """Implements `domain.clock.Clock`. `deadline` is in seconds from now; None means the run may take for ever."""

    def __init__(self, deadline: float | None = None) -> None:
        """Start counting."""
        self._ends = None if deadline is None else time.monotonic() + deadline
        self._interrupted = False
        #: Wraps every noticeable sleep; the pool puts its own here, to let another thread work meanwhile.
        self.asleep: Callable[[], AbstractContextManager[None]] = nullcontext

    def now(self) -> datetime:
        """Tell the time of day, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only go forward."""
        return time.monotonic()

    def limit(self, seconds: float) -> None:
        """End the run this many seconds from now."""
        self._ends = time.monotonic() + seconds

    @property
    def left(self) -> float | None:
        """Seconds to the deadline, None where there is none."""
        return None if self._ends is None else max(0.0, self._ends - time.monotonic())

    def interrupt(self) -> None:
        """Order the run to end. Safe in a signal handler."""
        self._interrupted = True

    @property
    def interrupted(self) -> bool:
        """Whether somebody ordered the run to end."""
        return self._interrupted

    @property
    def stopped(self) -> Reason | None:
        """Why the run is to end, or None while it may go on."""
        if self._interrupted:
            return Reason.INTERRUPTED
        if self._ends is not None and time.monotonic() >= self._ends:
            return Reason.DEADLINE
        return None

    def raise_if_stopped(self) -> None:
        """Raise Stopped if the run is to end."""
        if (reason := self.stopped) is not None:
            raise Stopped(reason)

    def sleep(self, seconds: float) -> None:
        """Wait. Raises Stopped as soon as the run is to end."""
        until = time.monotonic() + seconds
        with self.asleep() if seconds > _NOTICEABLE else nullcontext():
            while (left := until - time.monotonic()) > 0:
                self.raise_if_stopped()
                time.sleep(min(left, _SLICE))
        self.raise_if_stopped()
