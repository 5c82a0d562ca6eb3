"""The real command on a machine whose system time jumps back and forth by hours during the run."""

import itertools
from datetime import UTC, datetime, timedelta

from auditor.cli import main
from auditor.engine.clock import RunClock

_offsets = itertools.cycle([timedelta(0), timedelta(hours=9), timedelta(hours=-9), timedelta(minutes=57)])


class _JumpingClock(RunClock):
    def now(self) -> datetime:
        return datetime.now(UTC) + next(_offsets)


# Every clock of the process must see the wrong time.
RunClock.now = _JumpingClock.now  # type: ignore[method-assign, assignment]  # the patch is the point
if __name__ == "__main__":
    main()
