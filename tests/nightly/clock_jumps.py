"""The real command on a machine whose time of day is set again and again while it runs, by hours, to and fro."""

import itertools
from datetime import UTC, datetime, timedelta

from auditor.cli import main
from auditor.engine.clock import RunClock

_wrong = itertools.cycle([timedelta(0), timedelta(hours=9), timedelta(hours=-9), timedelta(minutes=57)])


class _Jumping(RunClock):
    def now(self) -> datetime:
        return datetime.now(UTC) + next(_wrong)


RunClock.now = _Jumping.now  # type: ignore[method-assign, assignment]

if __name__ == "__main__":
    main()
