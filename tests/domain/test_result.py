"""Coverage of a run: 100% only if everything expected was examined."""

from __future__ import annotations

import pytest

from auditor.domain.coverage import CoverageStatus
from tests.builders import account, coverage, run_result

EXAMINED, PARTIAL, NOT_EXAMINED, EXCLUDED = CoverageStatus


@pytest.mark.parametrize(
    ("statuses", "percent", "complete"),
    [
        pytest.param([[EXAMINED]], 100.0, True, id="everything"),
        pytest.param([[EXAMINED], [EXCLUDED]], 100.0, True, id="an excluded account is not expected"),
        pytest.param([[EXAMINED], [NOT_EXAMINED]], 50.0, False, id="one of two accounts"),
        pytest.param([[EXAMINED] * 999 + [PARTIAL]], 99.9, False, id="a partly examined scope"),
        pytest.param([[EXAMINED] * 99_999 + [PARTIAL]], 99.99, False, id="nearly everything is not 100%"),
        pytest.param([[EXCLUDED]], 0.0, False, id="nothing was expected"),
        pytest.param([], 0.0, False, id="no account"),
    ],
)
def test_coverage_is_the_mean_over_accounts(
    statuses: list[list[CoverageStatus]],
    percent: float,
    complete: bool,  # noqa: FBT001 - the expectation
) -> None:
    records = [
        coverage(status, account=account(number), region=f"r{index}")
        for number, row in enumerate(statuses, start=1)
        for index, status in enumerate(row)
    ]

    result = run_result(records)

    assert (result.coverage_percent, result.complete) == (percent, complete)


def test_an_interrupted_run_is_never_complete() -> None:
    result = run_result([coverage()], interrupted=True)

    assert (result.complete, result.coverage_percent) == (False, 99.99)
