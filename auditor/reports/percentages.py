"""Shares of a whole: exact while they are reckoned with, and never rounded to all or to nothing when they are shown."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from auditor.domain.coverage import CoverageStatus
from auditor.domain.result import AccountSummary, RunResult

_WHOLE = 100
_LEAST = 0.1
_MOST = 99.9


def format_percent(share: Fraction) -> float:
    """Return 0 to 100 with one decimal: 100 only for all of it and 0 only for nothing of it."""
    if share in {0, 1}:
        return float(share * _WHOLE)
    return min(_MOST, max(_LEAST, round(float(share * _WHOLE), 1)))


def percentage(share: Fraction) -> str:
    """Return it for people: `100 %`, `99.9 %`."""
    return f"{format_percent(share):g} %"


def unexamined(result: RunResult, collectors: Collection[str]) -> Fraction:
    """Return how much of what `collectors` were to read was not read in full: the mean over the expected accounts.

    Accounts weigh the same, as in the coverage of the whole run. An account that has no row of a collector counts as
    one that nobody looked at; without `collectors`, every row counts.
    """
    shares = [_share(each, collectors) for each in result.expected_accounts]
    known = [share for share in shares if share is not None]
    return sum(known, Fraction()) / len(known) if known else Fraction(1)


def _share(summary: AccountSummary, collectors: Collection[str]) -> Fraction | None:
    """Return the share of one account, None where all of it is left out on purpose."""
    rows = list(summary.coverage.items())
    if collectors:
        rows = [(status, count) for (name, status), count in summary.collectors.items() if name in collectors]
    expected = sum(count for status, count in rows if status is not CoverageStatus.EXCLUDED)
    examined = sum(count for status, count in rows if status is CoverageStatus.EXAMINED)
    if not expected:
        return None if rows else Fraction(1)
    return 1 - Fraction(examined, expected)
