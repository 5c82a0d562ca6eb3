"""Scores of frameworks, and beside them what nobody saw."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason
from auditor.domain.result import AccountSummary, CheckInfo, RunResult
from auditor.reports.page.frameworks import Framework, Standing, Tally, frameworks, numbered
from auditor.reports.percentages import format_percent, percentage, unexamined
from tests.builders import COLLECTOR, account, check_info, coverage, run_result, summarise, unknown_regions

CIS = "cis-compute-1.1"
SEEN, PARTLY, BLIND, OUT = CoverageStatus
CLUSTERS = "ecs-clusters"


def summary(
    number: int = 1, *, verdicts: dict[tuple[str, Status], int] | None = None, **rows: CoverageStatus
) -> AccountSummary:
    """An account with rows named by region, of both collectors unless the name begins with one of them."""
    owner = account(number)
    ledger = [
        coverage(status, account=owner, region=name, collector=collector)
        for name, status in rows.items()
        for collector in ({"d": [COLLECTOR], "c": [CLUSTERS]}.get(name[0], [COLLECTOR, CLUSTERS]))
    ]
    return replace(summarise(owner, ledger, [], {}), statuses=verdicts or {})


def checks(*controls: str, collectors: tuple[str, ...] = (COLLECTOR,)) -> tuple[CheckInfo, ...]:
    """One check a control, called after it."""
    return tuple(check_info(id=each, frameworks={CIS: (each,)}, collectors=collectors) for each in controls)


def only(result: RunResult) -> Framework:
    (found,) = frameworks(result)
    return found


def run(*accounts: AccountSummary, checks: tuple[CheckInfo, ...], interrupted: bool = False) -> RunResult:
    return run_result(accounts=accounts, checks=checks, interrupted=interrupted)


def test_a_score_is_what_passes_of_what_was_judged() -> None:
    verdicts = {("3.1", Status.PASS): 3, ("3.1", Status.FAIL): 1, ("3.1", Status.NOT_APPLICABLE): 90}
    found = only(run(summary(e=SEEN, verdicts=verdicts), checks=checks("3.1", "3.2")))
    first, second = found.controls
    assert (first.tally.score, first.tally.standing) == (Fraction(3, 4), Standing.FAILING)
    assert (second.tally.score, second.tally.standing) == (None, Standing.NOTHING)
    assert (found.tally.score, found.without_failure, found.not_examined) == (Fraction(3, 4), 1, 0)


def test_controls_come_by_their_numbers() -> None:
    found = only(run(summary(e=SEEN), checks=checks("3.10", "3.2", "ECS.9", "ECS.16", "3.1", "tagged-x", "3")))
    assert [each.name for each in found.controls] == ["3", "3.1", "3.2", "3.10", "ECS.9", "ECS.16", "tagged-x"]


def test_a_digit_of_another_script_is_no_number_and_breaks_nothing() -> None:
    assert min(["\u00b2", "2", "\u0663"], key=numbered) == "2"


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        pytest.param([summary(e=SEEN)], Fraction(0), id="everything was read"),
        pytest.param([summary(e=SEEN, f=PARTLY)], Fraction(1, 2), id="in part is not read"),
        pytest.param(
            [summary(1, e=SEEN, f=SEEN, g=SEEN), summary(2, e=BLIND)], Fraction(1, 2), id="accounts weigh alike"
        ),
        pytest.param([summary(e=SEEN, f=OUT)], Fraction(0), id="what is left out on purpose is not missed"),
        pytest.param([summary(1, e=SEEN), summary(2, e=OUT)], Fraction(0), id="nor is an account that is left out"),
        pytest.param([summary(ce=BLIND, de=SEEN)], Fraction(0), id="other collectors do not count"),
        pytest.param([summary(de=BLIND, ce=SEEN)], Fraction(1), id="only that of the check does"),
        pytest.param([summary(ce=SEEN)], Fraction(1), id="an account without a row of it is one nobody looked at"),
        pytest.param([summary(1, e=SEEN), summary(2, ce=SEEN)], Fraction(1, 2), id="beside one that was looked at"),
        pytest.param([summary(1, e=SEEN), summary(2, de=OUT, ce=SEEN)], Fraction(0), id="a collector that is left out"),
        pytest.param([summary(e=OUT)], Fraction(1), id="nothing expected is nothing seen"),
        pytest.param([], Fraction(1), id="no accounts at all"),
    ],
)
def test_the_share_that_nobody_saw(accounts: list[AccountSummary], expected: Fraction) -> None:
    result = run(*accounts, checks=checks("3.1"))
    assert unexamined(result, (COLLECTOR,)) == expected
    assert only(result).controls[0].tally.unexamined == expected


def test_an_account_whose_regions_could_not_be_learnt_is_wholly_unseen() -> None:
    result = run_result(
        [coverage(), unknown_regions(account(2), COLLECTOR, Reason.ROLE_DENIED, "no")], checks=checks("3.1")
    )
    assert only(result).tally.unexamined == Fraction(1, 2)


def test_a_control_that_nobody_could_examine_is_neither_clean_nor_failing() -> None:
    found = only(run(summary(de=SEEN, ce=BLIND), checks=checks("3.9", collectors=(CLUSTERS,))))
    assert (found.controls[0].tally.standing, found.without_failure, found.not_examined) == (Standing.UNEXAMINED, 0, 1)


@pytest.mark.parametrize(
    ("tally", "standing"),
    [
        pytest.param(Tally(5, 0, 0, Fraction(0)), Standing.CLEAN, id="all of it passes"),
        pytest.param(Tally(5, 1, 9, Fraction(1, 2)), Standing.FAILING, id="a failure is one however little was seen"),
        pytest.param(Tally(5, 0, 0, Fraction(1, 10**6)), Standing.IN_PART, id="a millionth was not seen"),
        pytest.param(Tally(5, 0, 1, Fraction(0)), Standing.IN_PART, id="one verdict is unknown"),
        pytest.param(
            Tally(5, 0, 0, Fraction(1)), Standing.IN_PART, id="some passes in what was seen in part everywhere"
        ),
        pytest.param(Tally(0, 0, 0, Fraction(0)), Standing.NOTHING, id="nothing there"),
        pytest.param(Tally(0, 0, 0, Fraction(1)), Standing.UNEXAMINED, id="nobody looked"),
        pytest.param(Tally(0, 0, 3, Fraction(1)), Standing.UNEXAMINED, id="nothing but unknowns, and the rest unseen"),
        pytest.param(Tally(5, 0, 0, Fraction(0), finished=False), Standing.IN_PART, id="the run was cut short"),
    ],
)
def test_the_standing_of_a_control(tally: Tally, standing: Standing) -> None:
    assert tally.standing is standing


def test_an_interrupted_run_calls_nothing_clean() -> None:
    result = run(summary(e=SEEN, verdicts={("3.1", Status.PASS): 1}), checks=checks("3.1"), interrupted=True)
    assert only(result).controls[0].tally.standing is Standing.IN_PART


def test_a_check_of_two_controls_counts_once_in_the_framework() -> None:
    both = (check_info(id="a", frameworks={CIS: ("3.1", "3.2")}),)
    found = only(run(summary(e=SEEN, verdicts={("a", Status.PASS): 2}), checks=both))
    assert [each.tally.passing for each in found.controls] == [2, 2]
    assert found.tally.passing == 2


def test_two_checks_of_one_control_are_added_up() -> None:
    two = tuple(check_info(id=name, frameworks={CIS: ("3.1",)}) for name in "ab")
    verdicts = {("a", Status.PASS): 2, ("b", Status.FAIL): 1}
    (control,) = only(run(summary(e=SEEN, verdicts=verdicts), checks=two)).controls
    assert (control.tally.passing, control.tally.failing) == (2, 1)
    assert [each.id for each in control.checks] == ["a", "b"]


def test_the_benchmark_comes_before_the_lists_of_rules_and_strangers_come_last() -> None:
    names = ("aws-config", "zebra", "aws-fsbp", CIS, "alpha")
    every = tuple(check_info(id=name, frameworks={name: ("1",)}) for name in names)
    assert [each.name for each in frameworks(run(checks=every))] == [CIS, "aws-fsbp", "aws-config", "alpha", "zebra"]


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (Fraction(1), "100 %"),
        (Fraction(0), "0 %"),
        (Fraction(10**9 - 1, 10**9), "99.9 %"),
        (Fraction(9996, 10000), "99.9 %"),
        (Fraction(1, 10**9), "0.1 %"),
        (Fraction(1, 3), "33.3 %"),
        (Fraction(2, 3), "66.7 %"),
        (Fraction(1, 2), "50 %"),
    ],
)
def test_it_is_never_rounded_to_all_or_to_nothing(share: Fraction, shown: str) -> None:
    assert percentage(share) == shown


def test_a_share_so_near_to_all_that_a_float_is_all_is_not_all() -> None:
    assert format_percent(1 - Fraction(1, 10**30)) == 99.9
