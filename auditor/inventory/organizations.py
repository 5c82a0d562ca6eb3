"""What `aws organizations list-accounts` prints, read as it is.

`State` replaces `Status`, which is being retired; old files and old clients have only the latter.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from auditor.inventory.fields import AccountId, Lenient
from auditor.inventory.model import Entry, not_active
from auditor.yaml_files import FieldError


def _all_of_it(value: str) -> str:
    if value:
        raise FieldError("this export stops in the middle of the list", "Export it again without --max-items.")
    return value


class ExportedAccount(Lenient):
    """One account of the organization."""

    Id: AccountId = Field(description="12 digits, in quotes.")
    Name: str = ""
    State: str = ""
    Status: str = ""
    Paths: tuple[str, ...] = ()


class OrganizationExport(Lenient):
    """The answer to ListAccounts."""

    Accounts: tuple[ExportedAccount, ...]
    NextToken: Annotated[str, AfterValidator(_all_of_it)] = ""


def entries_of(export: OrganizationExport) -> tuple[Entry, ...]:
    """The accounts of the export, in its order; one that is not active is excluded, and says so."""
    return tuple(
        Entry(
            id=account.Id,
            name=account.Name,
            ou=_units(account.Paths),
            excluded=not_active(account.State or account.Status),
        )
        for account in export.Accounts
    )


def _units(paths: tuple[str, ...]) -> str:
    """`ou-.../ou-...` of `o-.../r-.../ou-.../ou-.../<account>/`."""
    return "/".join(part for part in "/".join(paths[:1]).split("/") if part.startswith("ou-"))
