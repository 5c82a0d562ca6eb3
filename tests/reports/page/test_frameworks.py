"""Scores of frameworks, and the share of their scope that was not examined."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason
from auditor.domain.result import AccountSummary, CheckInfo, RunResult
from auditor.reports.page.frameworks import ControlStatus, Framework, Tally, control_order, frameworks
from auditor.reports.percentages import unexamined_share
from auditor.reports.totals import RunTotals
from tests.builders import COLLECTOR, account, check_info, coverage, run_result, summarise, unknown_regions

CIS = "cis-compute-1.1"
EXAMINED, PARTIAL, NOT_EXAMINED, EXCLUDED = CoverageStatus
CLUSTERS = "ecs-clusters"


def summary(
    number: int = 1, *, statuses: dict[tuple[str, Status], int] | None = None, **rows: CoverageStatus
) -> AccountSummary:
    """An account with coverage records in these regions.

    Each region has a record of both collectors, unless its name starts with `d` (definitions) or `c` (clusters).
    """
    examined = account(number)
    records = [
        coverage(status, account=examined, region=name, collector=collector)
        for name, status in rows.items()
        for collector in ({"d": [COLLECTOR], "c": [CLUSTERS]}.get(name[0], [COLLECTOR, CLUSTERS]))
    ]
    return replace(summarise(examined, records, [], {}), statuses=statuses or {})


def checks(*controls: str, collectors: tuple[str, ...] = (COLLECTOR,)) -> tuple[CheckInfo, ...]:
    """One check per control, with the control as its ID."""
    return tuple(check_info(id=control, frameworks={CIS: (control,)}, collectors=collectors) for control in controls)


def only(result: RunResult) -> Framework:
    (framework,) = frameworks(RunTotals(result))
    return framework


def run(*accounts: AccountSummary, checks: tuple[CheckInfo, ...], interrupted: bool = False) -> RunResult:
    return run_result(accounts=accounts, checks=checks, interrupted=interrupted)


def test_score_is_the_share_of_pass_in_pass_and_fail() -> None:
    statuses = {("3.1", Status.PASS): 3, ("3.1", Status.FAIL): 1, ("3.1", Status.NOT_APPLICABLE): 90}
    framework = only(run(summary(e=EXAMINED, statuses=statuses), checks=checks("3.1", "3.2")))
    first, second = framework.controls
    assert (first.tally.score, first.tally.status) == (Fraction(3, 4), ControlStatus.FAILING)
    assert (second.tally.score, second.tally.status) == (None, ControlStatus.NO_RESOURCES)
    assert (framework.tally.score, framework.without_failure, framework.not_examined) == (Fraction(3, 4), 1, 0)


def test_controls_are_sorted_by_number() -> None:
    framework = only(run(summary(e=EXAMINED), checks=checks("3.10", "3.2", "ECS.9", "ECS.16", "3.1", "tagged-x", "3")))
    assert [control.name for control in framework.controls] == [
        "3",
        "3.1",
        "3.2",
        "3.10",
        "ECS.9",
        "ECS.16",
        "tagged-x",
    ]


def test_digits_of_other_scripts_sort_as_text() -> None:
    assert min(["\u00b2", "2", "\u0663"], key=control_order) == "2"


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        pytest.param([summary(e=EXAMINED)], Fraction(0), id="everything was examined"),
        pytest.param([summary(e=EXAMINED, f=PARTIAL)], Fraction(1, 2), id="partly examined counts as not examined"),
        pytest.param(
            [summary(1, e=EXAMINED, f=EXAMINED, g=EXAMINED), summary(2, e=NOT_EXAMINED)],
            Fraction(1, 2),
            id="accounts weigh the same",
        ),
        pytest.param([summary(e=EXAMINED, f=EXCLUDED)], Fraction(0), id="excluded regions do not count"),
        pytest.param(
            [summary(1, e=EXAMINED), summary(2, e=EXCLUDED)], Fraction(0), id="excluded accounts do not count"
        ),
        pytest.param([summary(ce=NOT_EXAMINED, de=EXAMINED)], Fraction(0), id="other collectors do not count"),
        pytest.param(
            [summary(de=NOT_EXAMINED, ce=EXAMINED)], Fraction(1), id="the collector of the check was not examined"
        ),
        pytest.param(
            [summary(ce=EXAMINED)], Fraction(1), id="an account without records of the collector counts as not examined"
        ),
        pytest.param(
            [summary(1, e=EXAMINED), summary(2, ce=EXAMINED)],
            Fraction(1, 2),
            id="one of two accounts without records of the collector",
        ),
        pytest.param(
            [summary(1, e=EXAMINED), summary(2, de=EXCLUDED, ce=EXAMINED)], Fraction(0), id="an excluded collector"
        ),
        pytest.param([summary(e=EXCLUDED)], Fraction(1), id="nothing was expected"),
        pytest.param([], Fraction(1), id="no accounts"),
    ],
)
def test_unexamined_share(accounts: list[AccountSummary], expected: Fraction) -> None:
    result = run(*accounts, checks=checks("3.1"))
    assert unexamined_share(result, (COLLECTOR,)) == expected
    assert only(result).controls[0].tally.unexamined == expected


def test_an_account_whose_regions_could_not_be_listed_is_not_examined() -> None:
    result = run_result(
        [coverage(), unknown_regions(account(2), COLLECTOR, Reason.ROLE_DENIED, "no")], checks=checks("3.1")
    )
    assert only(result).tally.unexamined == Fraction(1, 2)


def test_a_control_that_was_not_examined_is_neither_clean_nor_failing() -> None:
    framework = only(run(summary(de=EXAMINED, ce=NOT_EXAMINED), checks=checks("3.9", collectors=(CLUSTERS,))))
    assert (framework.controls[0].tally.status, framework.without_failure, framework.not_examined) == (
        ControlStatus.NOT_EXAMINED,
        0,
        1,
    )


@pytest.mark.parametrize(
    ("tally", "status"),
    [
        pytest.param(Tally(5, 0, 0, Fraction(0)), ControlStatus.CLEAN, id="everything passes"),
        pytest.param(
            Tally(5, 1, 9, Fraction(1, 2)), ControlStatus.FAILING, id="one failure in a partly examined scope"
        ),
        pytest.param(
            Tally(5, 0, 0, Fraction(1, 10**6)), ControlStatus.PARTLY_EXAMINED, id="one millionth was not examined"
        ),
        pytest.param(Tally(5, 0, 1, Fraction(0)), ControlStatus.PARTLY_EXAMINED, id="one unknown finding"),
        pytest.param(
            Tally(5, 0, 0, Fraction(1)),
            ControlStatus.PARTLY_EXAMINED,
            id="passes in scopes that were all partly examined",
        ),
        pytest.param(Tally(0, 0, 0, Fraction(0)), ControlStatus.NO_RESOURCES, id="no resources"),
        pytest.param(Tally(0, 0, 0, Fraction(1)), ControlStatus.NOT_EXAMINED, id="nothing was examined"),
        pytest.param(Tally(0, 0, 3, Fraction(1)), ControlStatus.NOT_EXAMINED, id="only unknown findings"),
        pytest.param(
            Tally(5, 0, 0, Fraction(0), finished=False), ControlStatus.PARTLY_EXAMINED, id="the run was interrupted"
        ),
    ],
)
def test_status_of_a_control(tally: Tally, status: ControlStatus) -> None:
    assert tally.status is status


def test_no_control_is_clean_if_the_run_was_interrupted() -> None:
    result = run(summary(e=EXAMINED, statuses={("3.1", Status.PASS): 1}), checks=checks("3.1"), interrupted=True)
    assert only(result).controls[0].tally.status is ControlStatus.PARTLY_EXAMINED


def test_a_check_of_two_controls_counts_once_in_the_framework() -> None:
    both = (check_info(id="a", frameworks={CIS: ("3.1", "3.2")}),)
    framework = only(run(summary(e=EXAMINED, statuses={("a", Status.PASS): 2}), checks=both))
    assert [control.tally.passing for control in framework.controls] == [2, 2]
    assert framework.tally.passing == 2


def test_two_checks_of_one_control_are_added_up() -> None:
    two = tuple(check_info(id=name, frameworks={CIS: ("3.1",)}) for name in "ab")
    statuses = {("a", Status.PASS): 2, ("b", Status.FAIL): 1}
    (control,) = only(run(summary(e=EXAMINED, statuses=statuses), checks=two)).controls
    assert (control.tally.passing, control.tally.failing) == (2, 1)
    assert [check.id for check in control.checks] == ["a", "b"]


def test_known_frameworks_come_first_in_a_fixed_order() -> None:
    names = ("aws-config", "zebra", "aws-fsbp", CIS, "alpha")
    every = tuple(check_info(id=name, frameworks={name: ("1",)}) for name in names)
    assert [framework.name for framework in frameworks(RunTotals(run(checks=every)))] == [
        CIS,
        "aws-fsbp",
        "aws-config",
        "alpha",
        "zebra",
    ]
