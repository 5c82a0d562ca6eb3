"""Scores of frameworks and their controls, and how much of their scope was not examined.

The score and the unexamined share are never combined: a score of what was examined says nothing about the rest.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.framework import framework_order
from auditor.domain.result import CheckInfo
from auditor.reports.totals import RunTotals


class ControlStatus(StrEnum):
    """The status of a control."""

    FAILING = "failing"
    CLEAN = "clean"
    PARTLY_EXAMINED = "partly examined"
    NO_RESOURCES = "no resources"
    NOT_EXAMINED = "not examined"


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of findings of some checks, and the share of the scopes they read that was not examined, 0 to 1.

    `finished` is False if the run was interrupted.
    """

    passing: int
    failing: int
    unknown: int
    unexamined: Fraction
    finished: bool = True

    @property
    def score(self) -> Fraction | None:
        """The share of PASS in the PASS and FAIL findings; None if there are none."""
        judged = self.passing + self.failing
        return Fraction(self.passing, judged) if judged else None

    @property
    def status(self) -> ControlStatus:
        """The status: clean only if everything was examined."""
        if self.failing:
            return ControlStatus.FAILING
        if self.unexamined == 1 and not self.passing:
            return ControlStatus.NOT_EXAMINED
        if self.unexamined or self.unknown or not self.finished:
            return ControlStatus.PARTLY_EXAMINED
        return ControlStatus.CLEAN if self.passing else ControlStatus.NO_RESOURCES

    @property
    def coverage_status(self) -> CoverageStatus:
        """How much was examined, and so whether the numbers are minimums."""
        if self.status is ControlStatus.NOT_EXAMINED:
            return CoverageStatus.NOT_EXAMINED
        return CoverageStatus.PARTIAL if self.unexamined else CoverageStatus.EXAMINED


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a framework, and the checks that cover it."""

    name: str
    checks: tuple[CheckInfo, ...]
    tally: Tally


@dataclass(frozen=True, slots=True)
class Framework:
    """One framework: the controls that enabled checks cover. `tally` counts each check once."""

    name: str
    controls: tuple[Control, ...]
    tally: Tally

    @property
    def failing(self) -> int:
        """The number of failing controls."""
        return self._count(ControlStatus.FAILING)

    @property
    def not_examined(self) -> int:
        """The number of controls that could not be examined."""
        return self._count(ControlStatus.NOT_EXAMINED)

    @property
    def without_failure(self) -> int:
        """The number of controls that were examined, at least partly, and do not fail."""
        return len(self.controls) - self.failing - self.not_examined

    def _count(self, status: ControlStatus) -> int:
        return sum(control.tally.status is status for control in self.controls)


def frameworks(totals: RunTotals) -> tuple[Framework, ...]:
    """Return every framework that an enabled check belongs to."""
    controls: dict[str, dict[str, list[CheckInfo]]] = defaultdict(lambda: defaultdict(list))
    for check in sorted(totals.result.checks, key=lambda check: check.id):
        for framework, names in check.frameworks.items():
            for name in names:
                controls[framework][name].append(check)
    return tuple(_framework(totals, name, controls[name]) for name in sorted(controls, key=framework_order))


def control_order(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return the sort key of a control: 3.2 comes before 3.10, and numbers before letters."""
    parts = (part for part in re.split(r"([0-9]+)", name) if part)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def _framework(totals: RunTotals, name: str, checks: Mapping[str, list[CheckInfo]]) -> Framework:
    controls = tuple(
        Control(control, tuple(checks[control]), _tally(totals, checks[control]))
        for control in sorted(checks, key=lambda control: (control_order(control), control))
    )
    return Framework(name, controls, _tally(totals, (check for control in controls for check in control.checks)))


def _tally(totals: RunTotals, checks: Iterable[CheckInfo]) -> Tally:
    """Add up the findings of some checks, each check once."""
    distinct = {check.id: check for check in checks}
    passing, failing, unknown = (
        sum(totals.findings_by_check[check_id][status] for check_id in distinct)
        for status in (Status.PASS, Status.FAIL, Status.UNKNOWN)
    )
    collectors = (collector for check in distinct.values() for collector in check.collectors)
    unexamined = totals.unexamined(collectors)
    return Tally(passing, failing, unknown, unexamined, finished=not totals.result.interrupted)
