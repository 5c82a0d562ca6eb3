"""The accounts that an inventory leaves out, in the summary of a run and in a plan."""

from dataclasses import dataclass

from auditor.contracts.document import Document, copy_fields
from auditor.domain.unlisted_accounts import UnlistedAccounts


@dataclass(frozen=True, kw_only=True)
class UnlistedAccountRecord(Document):
    """An active account of the organization that the inventory does not name."""

    id: str
    """12 digits."""
    name: str
    """The name in the organization; empty if there is none."""


@dataclass(frozen=True, kw_only=True)
class UnlistedAccountsRecord(Document):
    """Accounts of the organization that an inventory without discovery leaves out. Coverage does not count them."""

    consulted: bool
    """Whether AWS Organizations listed all or some of its accounts."""
    total: int
    """Active accounts that the inventory does not name; a minimum if there is a problem."""
    accounts: list[UnlistedAccountRecord]
    """The first of them, sorted by ID."""
    problem: str
    """A code that says why the list could not be read to its end; empty if it could."""
    detail: str
    """The problem in words."""


def unlisted_record(unlisted: UnlistedAccounts | None) -> UnlistedAccountsRecord | None:
    """Return the record; None if the accounts do not come from an inventory without discovery."""
    if unlisted is None:
        return None
    return copy_fields(
        UnlistedAccountsRecord,
        unlisted,
        accounts=[copy_fields(UnlistedAccountRecord, account) for account in unlisted.named],
    )
