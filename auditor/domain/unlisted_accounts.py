"""Accounts of the organization that the inventory does not name: nothing about them was expected, or is known."""

from dataclasses import dataclass

#: The most accounts that are named one by one; the others are counted.
MOST_NAMED = 20


@dataclass(frozen=True, slots=True, order=True)
class UnlistedAccount:
    """An active account of the organization that the inventory does not name."""

    id: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.id})" if self.name else self.id


@dataclass(frozen=True, slots=True)
class UnlistedAccounts:
    """What AWS Organizations says about the accounts of an inventory.

    `total` counts the active accounts that the inventory does not name, and `named` are the first of them, sorted by
    ID. `problem` is a code that says why the list could not be read to its end, and `detail` says it in words; both
    are empty if it could. Before the problem, `total` may already have counted some.
    """

    total: int = 0
    named: tuple[UnlistedAccount, ...] = ()
    problem: str = ""
    detail: str = ""

    @property
    def consulted(self) -> bool:
        """Whether AWS Organizations named any or all of its accounts."""
        return not self.problem or self.total > 0
