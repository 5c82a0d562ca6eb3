"""Failures by owner, in bounded memory for any number of owners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from auditor.domain.check import Severity, Status
from auditor.domain.finding import Finding

#: Owners that a run keeps apart. A tag can name any number of them.
MOST_OWNERS = 5_000


@dataclass(slots=True)
class OwnerCounts:
    """FAIL findings of one owner by severity. `overdue` and `excepted` count some of them."""

    failing: Counter[Severity] = field(default_factory=Counter)
    overdue: int = 0
    excepted: int = 0

    def add(self, other: OwnerCounts) -> None:
        """Add the counts of other findings."""
        self.failing.update(other.failing)
        self.overdue += other.overdue
        self.excepted += other.excepted


@dataclass(slots=True)
class OwnerTotals:
    """Counts by owner; an empty name is no owner. `others` are those of owners beyond the first 5,000 by name.

    Of the first names none is dropped on the way, so their counts are exact, in any order of accounts.
    """

    by_owner: dict[str, OwnerCounts] = field(default_factory=dict)
    others: OwnerCounts | None = None

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> OwnerTotals:
        """Return the counts of the FAIL findings among these."""
        totals = cls()
        for finding in findings:
            if finding.status is Status.FAIL:
                counts = totals.by_owner.setdefault(finding.effective_owner, OwnerCounts())
                counts.failing[finding.severity] += 1
                counts.overdue += finding.overdue
                counts.excepted += finding.exception is not None
        totals.shrink()
        return totals

    def add(self, other: OwnerTotals) -> None:
        """Add the counts of other accounts."""
        self._add(other.by_owner)
        if other.others is not None:
            self._add_others(other.others)
        # Sorting after every account would cost time; a quarter more than needed costs little memory.
        if len(self.by_owner) > MOST_OWNERS + MOST_OWNERS // 4:
            self.shrink()

    def shrink(self) -> None:
        """Keep the first owners by name, and add the rest to `others`."""
        for name in sorted(self.by_owner)[MOST_OWNERS:]:
            self._add_others(self.by_owner.pop(name))

    def _add(self, counts: Mapping[str, OwnerCounts]) -> None:
        for name, more in counts.items():
            self.by_owner.setdefault(name, OwnerCounts()).add(more)

    def _add_others(self, counts: OwnerCounts) -> None:
        self.others = self.others or OwnerCounts()
        self.others.add(counts)
