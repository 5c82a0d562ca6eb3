"""Percentages."""

from __future__ import annotations

from fractions import Fraction

import pytest

from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason
from auditor.reports.percentages import format_coverage, format_percent, round_percent
from tests.builders import account, coverage, run_result


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Fraction(1), "100%"),
        (Fraction(0), "0%"),
        (Fraction(10**9 - 1, 10**9), "99.9%"),
        (Fraction(9996, 10000), "99.9%"),
        (Fraction(1, 10**9), "0.1%"),
        (Fraction(1, 3), "33.3%"),
        (Fraction(2, 3), "66.7%"),
        (Fraction(1, 2), "50%"),
    ],
)
def test_percentages_are_never_rounded_to_all_or_nothing(share: Fraction, text: str) -> None:
    assert format_percent(share) == text


def test_a_share_that_a_float_cannot_tell_from_one_is_not_100() -> None:
    assert round_percent(1 - Fraction(1, 10**30)) == 99.9


@pytest.mark.parametrize(
    ("examined", "expected", "text"),
    [(1, 1, "100%"), (0, 1, "0%"), (2, 3, "66.6%"), (2999, 3000, "99.9%"), (641, 1000, "64.1%")],
)
def test_coverage_is_rounded_down(examined: int, expected: int, text: str) -> None:
    gap = {"reason": Reason.TIMEOUT}
    records = [coverage(account=account(1), region=f"r-{number}") for number in range(examined)]
    records += [
        coverage(CoverageStatus.NOT_EXAMINED, account=account(1), region=f"r-{number}", **gap)
        for number in range(examined, expected)
    ]
    assert format_coverage(run_result(records)) == text
