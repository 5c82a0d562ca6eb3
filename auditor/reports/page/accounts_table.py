"""The accounts table of the report: one row per account, grouped by what it needs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.domain.coverage import CoverageStatus
from auditor.domain.result import AccountSummary, RunResult
from auditor.reports.labels import WORST_FIRST, reason_headline

#: The least width of a segment of the coverage bar, in percent: it has to stay visible.
_LEAST_WIDTH = 1.0

_MOST_REASONS = 3
#: A section with more rows than this is folded. Of the accounts with failures, the first ones stay unfolded.
_UNFOLDED_FAILING = 50
_UNFOLDED = 12
_UNFOLDED_NOT_EXAMINED = 40


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account.

    `reasons` says why it was not, or not fully, examined; `omitted` is the number of further reasons.
    """

    summary: AccountSummary
    coverage_status: CoverageStatus
    reasons: tuple[str, ...]
    omitted: int

    @property
    def failures(self) -> int:
        """The number of FAIL findings, of any severity."""
        return sum(self.summary.failing.values())


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment of the coverage bar, in percent of its width."""

    status: CoverageStatus
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of accounts."""

    title: str
    rows: tuple[AccountRow, ...]
    folded: bool = False


def rows(result: RunResult) -> tuple[AccountRow, ...]:
    """Return a row for every account, those with the worst failures first."""
    reasons = _reasons(result)
    accounts = (_row(summary, reasons.get(summary.account.id, ())) for summary in result.accounts)
    return tuple(sorted(accounts, key=_order))


def sections(rows: Iterable[AccountRow]) -> tuple[Section, ...]:
    """Group the rows by what they need. Empty sections are omitted."""
    failing, not_examined, clean, excluded = [], [], [], []
    for row in rows:
        if row.coverage_status is CoverageStatus.EXCLUDED:
            excluded.append(row)
        elif row.failures:
            failing.append(row)
        elif row.coverage_status is CoverageStatus.EXAMINED:
            clean.append(row)
        else:
            not_examined.append(row)
    others = failing[_UNFOLDED_FAILING:]
    named = (
        ("With failures: the worst" if others else "With failures", failing[:_UNFOLDED_FAILING], False),
        ("With failures: the others", others, True),
        ("No known failures (partly or not examined)", not_examined, len(not_examined) > _UNFOLDED_NOT_EXAMINED),
        ("Fully examined, no failures", clean, len(clean) > _UNFOLDED),
        ("Excluded", excluded, len(excluded) > _UNFOLDED),
    )
    return tuple(Section(title, tuple(group), folded) for title, group, folded in named if group)


def coverage_bar(accounts: Mapping[CoverageStatus, int]) -> tuple[Segment, ...]:
    """Return the segments of the coverage bar for these numbers of accounts by status."""
    present = {status: count for status, count in accounts.items() if count}
    per_account = (100 - _LEAST_WIDTH * len(present)) / (sum(present.values()) or 1)
    segments, start = [], 0.0
    for status, count in present.items():
        width = _LEAST_WIDTH + count * per_account
        segments.append(Segment(status, round(start, 2), round(width, 2)))
        start += width
    return tuple(segments)


def _row(summary: AccountSummary, reasons: tuple[str, ...]) -> AccountRow:
    if summary.excluded and not reasons:
        reasons = ("nothing was expected to be examined, and no reason was recorded",)
    omitted = max(0, len(reasons) - _MOST_REASONS)
    return AccountRow(summary, summary.coverage_status, reasons[:_MOST_REASONS], omitted)


def _order(row: AccountRow) -> tuple[object, ...]:
    counts = tuple(-row.summary.failing.get(severity, 0) for severity in WORST_FIRST)
    return (*counts, row.summary.share_examined, row.summary.account.id)


def _reasons(result: RunResult) -> dict[str, tuple[str, ...]]:
    reasons: dict[str, set[str]] = defaultdict(set)
    excluded = {summary.account.id for summary in result.accounts if summary.excluded}
    for gap in result.gaps:
        if gap.account.id in excluded:
            reasons[gap.account.id].add(gap.detail or reason_headline(gap.reason))
        elif gap.status is not CoverageStatus.EXCLUDED:
            reasons[gap.account.id].add(reason_headline(gap.reason))
    return {account_id: tuple(sorted(texts)) for account_id, texts in reasons.items()}
