"""What the run says of each framework and its controls: how many resources pass, and beside it what nobody saw. Pure.

The two are never made into one number: a score over what was examined says nothing about the rest.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from auditor.domain.check import Status
from auditor.domain.result import CheckInfo, RunResult
from auditor.reports.labels import framework_order
from auditor.reports.page import accounts_table
from auditor.reports.percentages import unexamined


class Standing(StrEnum):
    """What is known of a control."""

    FAILING = "failing"
    CLEAN = "clean"
    IN_PART = "in part"
    NOTHING = "nothing to judge"
    UNEXAMINED = "not examined"


@dataclass(frozen=True, slots=True)
class Tally:
    """Verdicts of some checks, and the share of what they look at that was not examined, 0 to 1.

    `finished` is whether the run came to its end.
    """

    passing: int
    failing: int
    unknown: int
    unexamined: Fraction
    finished: bool = True

    @property
    def score(self) -> Fraction | None:
        """The share of the resources judged that pass, None where none was."""
        judged = self.passing + self.failing
        return Fraction(self.passing, judged) if judged else None

    @property
    def standing(self) -> Standing:
        """What is known: clean is said only of what was looked at in full."""
        if self.failing:
            return Standing.FAILING
        if self.unexamined == 1 and not self.passing:
            return Standing.UNEXAMINED
        if self.unexamined or self.unknown or not self.finished:
            return Standing.IN_PART
        return Standing.CLEAN if self.passing else Standing.NOTHING


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a framework, and the checks that ask for it."""

    name: str
    checks: tuple[CheckInfo, ...]
    tally: Tally


@dataclass(frozen=True, slots=True)
class Framework:
    """One framework: as much of it as the checks that ran cover. `tally` counts each check once."""

    name: str
    controls: tuple[Control, ...]
    tally: Tally

    @property
    def without_failure(self) -> int:
        """Controls of which something was looked at, and nothing failed."""
        return sum(each.tally.standing not in {Standing.FAILING, Standing.UNEXAMINED} for each in self.controls)

    @property
    def not_examined(self) -> int:
        """Controls that nobody could examine."""
        return sum(each.tally.standing is Standing.UNEXAMINED for each in self.controls)


def frameworks(result: RunResult) -> tuple[Framework, ...]:
    """Return every framework that a check of the run belongs to."""
    controls: dict[str, dict[str, list[CheckInfo]]] = defaultdict(lambda: defaultdict(list))
    for check in sorted(result.checks, key=lambda each: each.id):
        for name, numbers in check.frameworks.items():
            for number in numbers:
                controls[name][number].append(check)
    counting = _Counting(result, accounts_table.by_check(result), {})
    return tuple(_framework(name, controls[name], counting) for name in sorted(controls, key=framework_order))


def numbered(control: str) -> tuple[tuple[int, int, str], ...]:
    """Return what to sort controls by: 3.2 comes before 3.10, and numbers before words."""
    pieces = (piece for piece in re.split(r"([0-9]+)", control) if piece)
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces)


@dataclass(frozen=True, slots=True)
class _Counting:
    """What tallies are made of. `shares` keeps what has been added up, by collectors."""

    result: RunResult
    counts: Mapping[str, Mapping[Status, int]]
    shares: dict[frozenset[str], Fraction]

    def tally(self, checks: Iterable[CheckInfo]) -> Tally:
        """Add up some checks, each once."""
        distinct = {check.id: check for check in checks}
        collectors = frozenset(name for check in distinct.values() for name in check.collectors)
        if collectors not in self.shares:
            self.shares[collectors] = unexamined(self.result, collectors)
        passing, failing, unknown = (
            sum(self.counts[check_id][status] for check_id in distinct)
            for status in (Status.PASS, Status.FAIL, Status.UNKNOWN)
        )
        return Tally(passing, failing, unknown, self.shares[collectors], finished=not self.result.interrupted)


def _framework(name: str, controls: Mapping[str, list[CheckInfo]], counting: _Counting) -> Framework:
    rows = tuple(
        Control(number, tuple(controls[number]), counting.tally(controls[number]))
        for number in sorted(controls, key=lambda each: (numbered(each), each))
    )
    return Framework(name, rows, counting.tally(check for row in rows for check in row.checks))
