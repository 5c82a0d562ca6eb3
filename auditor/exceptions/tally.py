"""What the accounts of a run tell about the items of the exceptions file, by item ID. Its size is that of the file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """`findings` counts the failing findings that an item matches, and `reopened` those that it no longer covers.

    `met` are the items for which there was an account, and the region if they name one. `unchecked` are those that
    could match something that was not examined.
    """

    findings: Counter[str] = field(default_factory=Counter)
    reopened: Counter[str] = field(default_factory=Counter)
    met: set[str] = field(default_factory=set)
    unchecked: set[str] = field(default_factory=set)

    def add(self, other: Tally) -> None:
        """Add what other accounts tell."""
        self.findings.update(other.findings)
        self.reopened.update(other.reopened)
        self.met |= other.met
        self.unchecked |= other.unchecked
