"""The output of `aws organizations list-accounts`, whole or in pages.

`State` replaces `Status`, which AWS is retiring; older files and clients have only `Status`. A member that is null
is absent, as other tools than the AWS CLI write it.
"""

from typing import Annotated

from pydantic import AfterValidator, Field

from auditor.inventory.fields import AccountId, Lenient
from auditor.inventory.model import Entry, exclude_inactive
from auditor.yaml_files import FieldError


def _refuse_partial_list(value: str | None) -> str | None:
    if value:
        raise FieldError("this export is only the first part of the list", "Export it again without --max-items.")
    return value


class ExportedAccount(Lenient):
    """One account of the organization."""

    Id: AccountId = Field(description="12 digits, in quotes.")
    Name: str | None = None
    State: str | None = None
    Status: str | None = None
    Paths: tuple[str, ...] | None = None


class OrganizationExport(Lenient):
    """The response of ListAccounts."""

    Accounts: tuple[ExportedAccount, ...]
    NextToken: Annotated[str | None, AfterValidator(_refuse_partial_list)] = None


class AccountList(Lenient):
    """The same accounts under `accounts`, as programs write them that keep the list only."""

    accounts: tuple[ExportedAccount, ...]
    NextToken: Annotated[str | None, AfterValidator(_refuse_partial_list)] = None


def read_entries(export: OrganizationExport | AccountList) -> tuple[Entry, ...]:
    """Return the accounts in the export's order; closed and suspended accounts are excluded with the reason."""
    return tuple(
        Entry(
            id=account.Id,
            name=account.Name or "",
            ou=_units(account.Paths or ()),
            excluded=exclude_inactive(account.State or account.Status or ""),
        )
        for account in (export.Accounts if isinstance(export, OrganizationExport) else export.accounts)
    )


def _units(paths: tuple[str, ...]) -> str:
    """Return `ou-.../ou-...` of the first path, which has the form `o-.../r-.../ou-.../ou-.../<account>/`."""
    return "/".join(part for part in "/".join(paths[:1]).split("/") if part.startswith("ou-"))
