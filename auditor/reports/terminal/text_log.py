"""The progress of a run as lines of text, for the logs of a CI job and for people without a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Self, TextIO

from auditor.domain.coverage import CoverageStatus
from auditor.domain.events import AccountEnded, Event, Level, Notice, RunEnded, RunStarted
from auditor.domain.gap_groups import GapGroup
from auditor.reports.labels import join_words, pluralize
from auditor.reports.run_details import duration
from auditor.reports.sanitize import sanitize
from auditor.reports.terminal.progress import notice_text

_LONGEST = 300
_MOST_REGIONS = 4
_GAPS = frozenset({CoverageStatus.PARTIAL, CoverageStatus.NOT_EXAMINED})
_WORDS = {
    CoverageStatus.EXAMINED: "examined",
    CoverageStatus.PARTIAL: "partly examined",
    CoverageStatus.NOT_EXAMINED: "NOT EXAMINED",
    CoverageStatus.EXCLUDED: "excluded",
}


class TextLines:
    """One line per account, one per cause of its gaps, and one per notice. With `quiet`, only warnings and gaps."""

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        """Write to `stream`."""
        self._stream = stream
        self._quiet = quiet
        self._accounts = 0
        self._ended = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Do nothing: every line was flushed."""

    def __call__(self, event: Event) -> None:
        """Write the lines of an event."""
        if isinstance(event, RunStarted):
            self._accounts = event.accounts
        elif isinstance(event, AccountEnded):
            self._ended += 1
        for level, line in self._lines(event):
            if not self._quiet or level in {Level.WARNING, Level.ERROR}:
                self._stream.write(f"{line}\n")
        self._stream.flush()

    def _lines(self, event: Event) -> Iterator[tuple[Level, str]]:
        match event:
            case RunStarted():
                counts = f"{pluralize(event.accounts, 'account')}, {pluralize(len(event.checks), 'check')}"
                yield Level.INFO, f"Run {event.run_id}: {counts}"
            case Notice():
                yield event.level, notice_text(event)
            case AccountEnded():
                yield Level.INFO, self._account(event)
                yield from ((Level.WARNING, _gap(gap)) for gap in event.gaps if gap.status in _GAPS)
            case RunEnded():
                yield Level.INFO, f"Ended after {duration(event.result)}. {event.exit_reason}"

    def _account(self, event: AccountEnded) -> str:
        summary = event.summary
        failing = sum(summary.failing.values())
        status = _WORDS[summary.coverage_status]
        failures = f", {pluralize(failing, 'failure')}" if failing else ""
        name = sanitize(str(summary.account), _LONGEST)
        return f"[{self._ended:>{len(str(self._accounts))}}/{self._accounts}] {name}: {status}{failures}"


def _gap(gap: GapGroup) -> str:
    regions = ["every region"] if gap.regions == ("*",) else list(gap.regions)
    if len(regions) > _MOST_REGIONS:
        regions = [*regions[:_MOST_REGIONS], f"{len(regions) - _MOST_REGIONS} more regions"]
    reason = gap.reason.value if gap.reason else gap.status.value
    return f"  gap in {join_words(regions)}: {reason}: {sanitize(gap.detail, _LONGEST)}"
