"""Two observers of a run: a bar for people, lines of JSON for machines.

Both are context managers, and both are called one event at a time: the caller holds the lock, they have none.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TextIO

from auditor.domain.coverage import CoverageStatus
from auditor.domain.events import (
    AccountEnded,
    AccountPlanned,
    Event,
    Level,
    Notice,
    RunEnded,
    RunStarted,
    ScopeEnded,
)
from auditor.domain.scope import Account
from auditor.reports.page.headline import coverage_status
from auditor.reports.sanitize import sanitize

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

#: Seconds between two pictures. rich's own thread would draw more evenly, and forbid the engine to fork.
_REDRAW = 0.1
_GAPS = frozenset({CoverageStatus.PARTIAL, CoverageStatus.NOT_EXAMINED})


class Progress(Protocol):
    """What both are: enter it, hand it to the engine as its observer, leave it."""

    def __enter__(self) -> Self:
        """Start to show."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Stop showing, however the run ended."""

    def __call__(self, event: Event) -> None:
        """Take in one event."""


class Bar:
    """A live line on a terminal: accounts and scopes done, calls, failures, gaps."""

    def __init__(self, stream: TextIO, *, colour: bool = True) -> None:
        """Write to `stream`, which should be a terminal's standard error."""
        self._stream = stream
        self._colour = colour
        self._counts: Counter[str] = Counter()
        self._calls: Counter[str] = Counter()
        self._progress: RichProgress
        self._task: TaskID
        self._drawn = 0.0

    def __enter__(self) -> Self:
        """Draw the empty bar."""
        # Only a terminal needs rich, and it takes longer to load than `--version` may.
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        console = Console(file=self._stream, no_color=not self._colour, highlight=False, markup=False)
        columns = (BarColumn(bar_width=24), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True, auto_refresh=False)
        self._task = self._progress.add_task(self.line, total=None)
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Take the bar away: the summary says the rest."""
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        """Count, and draw anew. Notices stay, above the bar."""
        if isinstance(event, Notice):
            self._progress.console.print(_notice(event))
            return
        self._count(event)
        total = self._counts["accounts"] or None
        self._progress.update(self._task, description=self.line, total=total, completed=self._counts["accounts_done"])
        if time.monotonic() - self._drawn > _REDRAW:
            self._drawn = time.monotonic()
            self._progress.refresh()

    def _count(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._counts["accounts"] = event.accounts
            case AccountPlanned():
                self._counts["scopes"] += event.scopes
            case ScopeEnded():
                self._counts.update(scopes_done=1, calls=event.coverage.calls, failures=event.fails)
                self._counts["gaps"] += event.coverage.status in _GAPS
                self._calls[event.coverage.account.id] += event.coverage.calls
            case AccountEnded():
                # Its own calls (the role, the regions) belong to no scope and are known only now.
                calls = event.summary.calls - self._calls.pop(event.summary.account.id, 0)
                self._counts.update(accounts_done=1, calls=max(0, calls))

    @property
    def line(self) -> str:
        """The counts so far."""
        counts = self._counts
        return (
            f"accounts {counts['accounts_done']:,}/{counts['accounts']:,}  "
            f"scopes {counts['scopes_done']:,}/{max(counts['scopes'], counts['scopes_done']):,}  "
            f"calls {counts['calls']:,}  failures {counts['failures']:,}  gaps {counts['gaps']:,}"
        )


class JsonLines:
    """One JSON object a line: INFO for each account, WARNING for each gap, all else only when `verbose`."""

    def __init__(
        self, stream: TextIO, *, verbose: bool = False, run_id: str = "", clock: Callable[[], datetime] | None = None
    ) -> None:
        """Write to `stream`. `run_id` stands in the lines before the run has started; `clock` gives aware times."""
        self._stream = stream
        self._verbose = verbose
        self._run_id = run_id
        self._clock = clock or (lambda: datetime.now(UTC))

    def __enter__(self) -> Self:
        """Nothing to set up."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Nothing to take down: every line was flushed."""

    def __call__(self, event: Event) -> None:
        """Write the line of this event, or none."""
        if isinstance(event, RunStarted):
            self._run_id = event.run_id
        level, name, fields = _line(event)
        if level is Level.DEBUG and not self._verbose:
            return
        head = {"ts": self._clock().isoformat(), "level": level.value, "event": name, "run_id": self._run_id}
        self._stream.write(json.dumps(head | dict(fields)) + "\n")
        self._stream.flush()


def _line(event: Event) -> tuple[Level, str, Mapping[str, Any]]:
    match event:
        case RunStarted():
            return Level.INFO, "run-started", {"accounts": event.accounts, "checks": list(event.checks)}
        case AccountPlanned():
            return Level.DEBUG, "account-planned", {**_who(event.account), "scopes": event.scopes}
        case ScopeEnded():
            return _scope(event)
        case AccountEnded():
            return Level.INFO, "account-ended", _account(event)
        case RunEnded():
            level = Level.INFO if event.complete else Level.WARNING
            return level, "run-ended", {"complete": event.complete, "coverage_percent": event.coverage_percent}
        case Notice():
            return event.level, "notice", {"message": event.message, "detail": event.detail}


def _scope(event: ScopeEnded) -> tuple[Level, str, Mapping[str, Any]]:
    row = event.coverage
    fields = {
        **_who(row.account),
        "region": row.region,
        "collector": row.collector,
        "status": row.status.value,
        "reason": row.reason.value if row.reason else None,
        "detail": row.detail,
        "fails": event.fails,
        "calls": row.calls,
        "throttled": row.throttled,
        "duration_s": round(row.duration_s, 3),
    }
    return (Level.WARNING, "gap", fields) if row.status in _GAPS else (Level.DEBUG, "scope-ended", fields)


def _account(event: AccountEnded) -> Mapping[str, Any]:
    summary = event.summary
    return {
        **_who(summary.account),
        "status": coverage_status(summary).value,
        "share_examined": round(summary.share_examined, 4),
        "failing": {severity.value: count for severity, count in summary.failing.items()},
        "calls": summary.calls,
        "throttled": summary.throttled,
        "retried": summary.retried,
    }


def _who(account: Account) -> Mapping[str, str]:
    return {"account": account.id, "account_name": account.name}


def _notice(event: Notice) -> str:
    text = ": ".join(part for part in (event.message, event.detail) if part)
    return f"{event.level}: {sanitize(text, 2000)}"
