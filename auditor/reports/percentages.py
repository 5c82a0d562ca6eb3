"""Percentages: computed as exact fractions, and never rounded up to 100 or down to 0."""

from collections.abc import Collection
from fractions import Fraction

from auditor.domain.coverage import CoverageStatus
from auditor.domain.result import AccountSummary, RunResult

_LEAST = 0.1
_MOST = 99.9


def round_percent(share: Fraction) -> float:
    """Return a share as 0 to 100 with one decimal: 100 only for all, and 0 only for nothing."""
    if share in {0, 1}:
        return float(share * 100)
    return min(_MOST, max(_LEAST, round(float(share * 100), 1)))


def format_percent(share: Fraction) -> str:
    """Return a share as `100%` or `99.9%`, rounded as `round_percent` does."""
    return f"{round_percent(share):g}%"


def format_coverage(result: RunResult) -> str:
    """Return the coverage of a run with at most one decimal, rounded down: `87.4%`. `100%` means complete."""
    hundredths = round(result.coverage_percent * 100)
    return f"{hundredths // 10 / 10:g}%"


def unexamined_share(result: RunResult, collectors: Collection[str]) -> Fraction:
    """Return the share of the scopes of `collectors` that was not examined in full: the mean over expected accounts.

    Accounts weigh the same, as in the coverage of the run. An account without coverage records of these collectors
    counts as not examined. If `collectors` is empty, the records of all collectors count.
    """
    shares = [_unexamined_in_account(summary, collectors) for summary in result.expected_accounts]
    expected = [share for share in shares if share is not None]
    return sum(expected, Fraction()) / len(expected) if expected else Fraction(1)


def _unexamined_in_account(summary: AccountSummary, collectors: Collection[str]) -> Fraction | None:
    """Return the share of one account; None if all of these scopes are excluded."""
    counts = list(summary.coverage.items())
    if collectors:
        counts = [(status, count) for (name, status), count in summary.collectors.items() if name in collectors]
    expected = sum(count for status, count in counts if status is not CoverageStatus.EXCLUDED)
    examined = sum(count for status, count in counts if status is CoverageStatus.EXAMINED)
    if not expected:
        return None if counts else Fraction(1)
    return 1 - Fraction(examined, expected)
