"""Observers that show the progress of a run: a bar for people, and lines of JSON for programs.

Both are context managers. They are called with one event at a time, so they need no lock.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TextIO

from auditor.domain.check import Severity
from auditor.domain.coverage import CoverageStatus
from auditor.domain.events import (
    AccountEnded,
    AccountPlanned,
    Event,
    Level,
    Notice,
    RunEnded,
    RunFailed,
    RunStarted,
    ScopeEnded,
)
from auditor.domain.gap_groups import GapGroup
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.scope import Account
from auditor.reports.comparison import not_compared
from auditor.reports.page.gaps import gaps_by_reason
from auditor.reports.run_details import api_calls
from auditor.reports.sanitize import sanitize
from auditor.reports.totals import RunTotals

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

#: Seconds between two updates of the bar. The refresh thread of rich would keep the engine from forking.
_UPDATE_INTERVAL = 0.1
_LONGEST_NOTICE = 2000
DEFAULT_LEVELS = frozenset(Level) - {Level.DEBUG}
_GAPS = frozenset({CoverageStatus.PARTIAL, CoverageStatus.NOT_EXAMINED})


class Progress(Protocol):
    """An observer that is entered before the run and left after it."""

    def __enter__(self) -> Self:
        """Start showing progress."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Stop showing progress. Called even if the run failed."""

    def __call__(self, event: Event) -> None:
        """Show one event."""


class Bar:
    """A progress bar: accounts and scopes done, API calls, failures and gaps."""

    def __init__(self, stream: TextIO, *, colour: bool = True) -> None:
        """Write to `stream`, which is the standard error of a terminal."""
        self._stream = stream
        self._colour = colour
        self._counts: Counter[str] = Counter()
        self._calls: Counter[str] = Counter()
        self._progress: RichProgress
        self._task: TaskID
        self._updated_at = 0.0

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(file=self._stream, no_color=not self._colour, highlight=False, markup=False)
        columns = (BarColumn(bar_width=24), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True, auto_refresh=False)
        self._task = self._progress.add_task(self.line, total=None)
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        """Update the counts and the bar. A notice is printed above the bar and stays there."""
        if isinstance(event, Notice):
            self._progress.console.print(notice_text(event))
            return
        self._count(event)
        total = self._counts["accounts"] or None
        self._progress.update(self._task, description=self.line, total=total, completed=self._counts["accounts_done"])
        if time.monotonic() - self._updated_at > _UPDATE_INTERVAL:
            self._updated_at = time.monotonic()
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
                # Calls that assume the role and list the regions belong to no scope, and are known only now.
                calls = event.summary.calls - self._calls.pop(event.summary.account.id, 0)
                self._counts.update(accounts_done=1, calls=max(0, calls))

    @property
    def line(self) -> str:
        """The counts so far, as one line."""
        counts = self._counts
        return (
            f"accounts {counts['accounts_done']:,}/{counts['accounts']:,}  "
            f"scopes {counts['scopes_done']:,}/{max(counts['scopes'], counts['scopes_done']):,}  "
            f"calls {counts['calls']:,}  failures {counts['failures']:,}  gaps {counts['gaps']:,}"
        )


class JsonLines:
    """One JSON object per line: INFO for each account, WARNING for each cause of its gaps, DEBUG for each scope."""

    def __init__(
        self,
        stream: TextIO,
        *,
        levels: Collection[Level] = DEFAULT_LEVELS,
        run_id: str = "",
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Write events of these levels to `stream`; the last event of a run always.

        `run_id` is for the lines before the run has started; `clock` returns aware times.
        """
        self._stream = stream
        self._levels = levels
        self._run_id = run_id
        self._clock = clock or (lambda: datetime.now(UTC))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Do nothing: every line was flushed."""

    def __call__(self, event: Event) -> None:
        """Write the line of this event, unless its level is too low."""
        if isinstance(event, RunStarted):
            self._run_id = event.run_id
        if isinstance(event, AccountEnded):
            for gap in event.gaps:
                if gap.status in _GAPS:
                    self._write(Level.WARNING, "gap", _gap_fields(gap))
        level, name, fields = _log_line(event)
        if level in self._levels or isinstance(event, RunEnded | RunFailed):
            self._write(level, name, fields)

    def _write(self, level: Level, name: str, fields: Mapping[str, Any]) -> None:
        common = {"ts": self._clock().isoformat(), "level": level.value, "event": name, "run_id": self._run_id}
        self._stream.write(json.dumps(common | dict(fields)) + "\n")
        self._stream.flush()


def _log_line(event: Event) -> tuple[Level, str, Mapping[str, Any]]:
    match event:
        case RunStarted():
            return Level.INFO, "run-started", {"accounts": event.accounts, "checks": list(event.checks)}
        case AccountPlanned():
            return Level.DEBUG, "account-planned", {**_account_fields(event.account), "scopes": event.scopes}
        case ScopeEnded():
            return Level.DEBUG, "scope-ended", _scope_fields(event)
        case AccountEnded():
            return Level.INFO, "account-ended", _account_summary_fields(event)
        case RunEnded() | RunFailed():
            return _last_line(event)
        case Notice():
            return event.level, "notice", {"message": event.message, "detail": event.detail}


def _gap_fields(gap: GapGroup) -> Mapping[str, Any]:
    return {
        **_account_fields(gap.account),
        "status": gap.status.value,
        "reason": gap.reason.value if gap.reason else None,
        "detail": gap.detail,
        "regions": gap.regions,
        "collectors": gap.collectors,
        "actions": gap.actions,
        "scopes": gap.scopes,
    }


def _last_line(event: RunEnded | RunFailed) -> tuple[Level, str, Mapping[str, Any]]:
    if isinstance(event, RunFailed):
        # Exit code 0: another process has the run, which is what a schedule that fires twice expects.
        level, name = (Level.ERROR, "run-failed") if event.exit_code else (Level.INFO, "run-skipped")
        return level, name, {"message": event.message, "advice": event.advice, "exit_code": event.exit_code}
    result, numbers = event.result, api_calls(event.result)
    totals = RunTotals(result)
    level = Level.INFO if result.complete else Level.WARNING
    return (
        level if event.delivered and not result.integrity else Level.ERROR,
        "run-ended",
        {
            "complete": result.complete,
            "delivered": event.delivered,
            "published": event.published,
            "exit_code": event.exit_code,
            "exit_reason": event.exit_reason,
            "interrupted": result.interrupted,
            "narrowed_by": list(result.narrowed_by),
            "coverage_percent": result.coverage_percent,
            "accounts": {status.value: count for status, count in totals.accounts_by_status.items()},
            # Accounts that nothing was expected of: null if AWS Organizations could not be, or need not be, consulted.
            "unlisted_accounts": unlisted.total if (unlisted := result.unlisted) and unlisted.consulted else None,
            "accounts_by_reason": {group.name: len(group.accounts) for group in gaps_by_reason(totals)},
            "failures": {severity.value: result.failing(severity) for severity in Severity},
            "excepted": {severity.value: result.excepted(severity) for severity in Severity},
            "overdue": result.overdue,
            "unknown": {severity.value: result.unknown(severity) for severity in Severity},
            "seconds": round((result.finished_at - result.started_at).total_seconds(), 3),
            "calls": numbers.calls,
            "throttled": numbers.throttled,
            "compared_with": result.comparison.run_id,
            "not_compared": not_compared(result),
            "changes": {state.value: result.changed(state) for state in LifecycleState},
            "new": {severity.value: result.new(severity) for severity in Severity},
            "compared": result.compared,
            "integrity": [problem.kind.value for problem in result.integrity],
            "results": event.results,
            "report": event.report,
            "manifest_sha256": event.manifest_sha256,
        },
    )


def _scope_fields(event: ScopeEnded) -> Mapping[str, Any]:
    record = event.coverage
    return {
        **_account_fields(record.account),
        "region": record.region,
        "collector": record.collector,
        "status": record.status.value,
        "reason": record.reason.value if record.reason else None,
        "detail": record.detail,
        "fails": event.fails,
        "calls": record.calls,
        "throttled": record.throttled,
        "duration_s": round(record.duration_s, 3),
    }


def _account_summary_fields(event: AccountEnded) -> Mapping[str, Any]:
    summary = event.summary
    return {
        **_account_fields(summary.account),
        "status": summary.coverage_status.value,
        "share_examined": round(summary.share_examined, 4),
        "failing": {severity.value: count for severity, count in summary.failing.items()},
        "calls": summary.calls,
        "throttled": summary.throttled,
        "retried": summary.retried,
    }


def _account_fields(account: Account) -> Mapping[str, str]:
    return {"account": account.id, "account_name": account.name}


def notice_text(event: Notice) -> str:
    """Return a notice as one line."""
    text = ": ".join(part for part in (event.message, event.detail) if part)
    return f"{event.level}: {sanitize(text, _LONGEST_NOTICE)}"
