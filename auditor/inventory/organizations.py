"""The output of `aws organizations list-accounts`.

`State` replaces `Status`, which AWS is retiring; older files and clients have only `Status`.
"""

from typing import Annotated

from pydantic import AfterValidator, Field

from auditor.inventory.fields import AccountId, Lenient
from auditor.inventory.model import Entry, exclude_inactive
from auditor.yaml_files import FieldError


def _refuse_partial_list(value: str) -> str:
    if value:
        raise FieldError("this export is only the first part of the list", "Export it again without --max-items.")
    return value


class ExportedAccount(Lenient):
    """One account of the organization."""

    Id: AccountId = Field(description="12 digits, in quotes.")
    Name: str = ""
    State: str = ""
    Status: str = ""
    Paths: tuple[str, ...] = ()


class OrganizationExport(Lenient):
    """The response of ListAccounts."""

    Accounts: tuple[ExportedAccount, ...]
    NextToken: Annotated[str, AfterValidator(_refuse_partial_list)] = ""


def read_entries(export: OrganizationExport) -> tuple[Entry, ...]:
    """Return the accounts in the export's order; accounts that are not active are excluded with the reason."""
    return tuple(
        Entry(
            id=account.Id,
            name=account.Name,
            ou=_units(account.Paths),
            excluded=exclude_inactive(account.State or account.Status),
        )
        for account in export.Accounts
    )


def _units(paths: tuple[str, ...]) -> str:
    """Return `ou-.../ou-...` of the first path, which has the form `o-.../r-.../ou-.../ou-.../<account>/`."""
    return "/".join(part for part in "/".join(paths[:1]).split("/") if part.startswith("ou-"))
