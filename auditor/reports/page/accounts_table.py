"""The accounts as the report's table has them: every one a row, those that need somebody first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from auditor.domain.check import Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.result import AccountSummary, RunResult
from auditor.reports.labels import WORST_FIRST, format_duration, pluralize, reason_headline
from auditor.reports.page.headline import coverage_status

_REASONS_A_ROW = 3


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account. `reasons` says why it was not, or not fully, examined; `unsaid` counts those left out."""

    summary: AccountSummary
    coverage_status: CoverageStatus
    reasons: tuple[str, ...]
    omitted: int

    @property
    def failures(self) -> int:
        """FAIL findings of any severity."""
        return sum(self.summary.failing.values())


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the coverage strip, in percent of its width."""

    status: CoverageStatus
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Section:
    """Accounts that want the same attention."""

    title: str
    rows: tuple[AccountRow, ...]
    folded: bool = False


#: The least share of the strip, in percent.
_LEAST = 1.0

#: More rows than these are folded away: the less urgent failures, accounts without news, and accounts of which the gaps
#: tell more.
_MOST_FAILING = 50
_FOLD = 12
_FOLD_BLIND = 40


def rows(result: RunResult) -> tuple[AccountRow, ...]:
    """Return every account, the worst failures first."""
    reasons = _reasons(result)
    return tuple(sorted((_row(each, reasons.get(each.account.id, ())) for each in result.accounts), key=_attention))


def sections(rows: Iterable[AccountRow]) -> tuple[Section, ...]:
    """Split the rows by what they need; empty sections are left out."""
    failing, blind, clean, excluded = [], [], [], []
    for row in rows:
        if row.coverage_status is CoverageStatus.EXCLUDED:
            excluded.append(row)
        elif row.failures:
            failing.append(row)
        elif row.coverage_status is CoverageStatus.EXAMINED:
            clean.append(row)
        else:
            blind.append(row)
    further = failing[_MOST_FAILING:]
    named = (
        ("With failures", failing[:_MOST_FAILING], False),
        ("With fewer or lesser failures", further, True),
        ("Without known failures, but not fully examined", blind, len(blind) > _FOLD_BLIND),
        ("Fully examined, no failures", clean, len(clean) > _FOLD),
        ("Excluded", excluded, len(excluded) > _FOLD),
    )
    return tuple(Section(title, tuple(group), folded) for title, group, folded in named if group)


def coverage_bar(accounts: Mapping[CoverageStatus, int]) -> tuple[Segment, ...]:
    """Lay the accounts out along the strip. One account of a thousand still gets enough of it to be seen."""
    present = {status: count for status, count in accounts.items() if count}
    share = (100 - _LEAST * len(present)) / (sum(present.values()) or 1)
    segments, start = [], 0.0
    for status, count in present.items():
        width = _LEAST + count * share
        segments.append(Segment(status, round(start, 2), round(width, 2)))
        start += width
    return tuple(segments)


def severities(result: RunResult) -> tuple[Severity, ...]:
    """Return the severities that this run could have found or did find, worst first."""
    possible = {check.severity for check in result.checks}
    return tuple(each for each in WORST_FIRST if each in possible or result.failing(each))


def by_check(result: RunResult) -> Mapping[str, Mapping[Status, int]]:
    """Count the verdicts of each check that ran, and of whatever else has findings, every status named."""
    named = (each.check_id for each in (*result.failures, *result.unknowns))
    counts = {id_: dict.fromkeys(Status, 0) for id_ in (*(check.id for check in result.checks), *named)}
    for summary in result.accounts:
        for (check_id, status), count in summary.statuses.items():
            if check_id not in counts:
                counts[check_id] = dict.fromkeys(Status, 0)
            counts[check_id][status] += count
    return counts


def facts(result: RunResult) -> Sequence[tuple[str, str]]:
    """Return what describes the run itself, as labels and values."""
    calls, throttled, retried = (
        sum(getattr(summary, name) for summary in result.accounts) for name in ("calls", "throttled", "retried")
    )
    return (
        ("Run", result.run_id),
        ("Started", f"{result.started_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"),
        ("Took", format_duration((result.finished_at - result.started_at).total_seconds())),
        ("Version", result.version),
        ("API calls", f"{calls:,}"),
        ("Throttled", pluralize(throttled, "time")),
        ("Retried", pluralize(retried, "time")),
    )


def _row(summary: AccountSummary, reasons: tuple[str, ...]) -> AccountRow:
    if summary.excluded and not reasons:
        reasons = ("nothing was expected of it, and no reason was recorded",)
    return AccountRow(
        summary, coverage_status(summary), reasons[:_REASONS_A_ROW], max(0, len(reasons) - _REASONS_A_ROW)
    )


def _attention(row: AccountRow) -> tuple[object, ...]:
    counts = tuple(-row.summary.failing.get(severity, 0) for severity in WORST_FIRST)
    return (*counts, row.summary.share_examined, row.summary.account.id)


def _reasons(result: RunResult) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    excluded = {each.account.id for each in result.accounts if each.excluded}
    for row in result.gaps:
        if row.account.id in excluded:
            found[row.account.id].add(row.detail or reason_headline(row.reason))
        elif row.status is not CoverageStatus.EXCLUDED:
            found[row.account.id].add(reason_headline(row.reason))
    return {key: tuple(sorted(texts)) for key, texts in found.items()}
