"""The organization's accounts, with their OU paths, as AWS Organizations lists them.

All accounts are listed, whatever is included: one that is left out gets its row with the reason. The OU tree is walked
because `ListAccounts` does not say where an account is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from auditor.aws.calls import CallContext, Read, RegionClient
from auditor.aws.errors import ApiCallError, MalformedResponse
from auditor.aws.paging import paginate
from auditor.aws.roles import Roles
from auditor.domain.clock import ReadError
from auditor.domain.errors import OrganizationError
from auditor.domain.scope import DiscoveredAccount, Role

ACTIONS = (
    "organizations:ListAccounts",
    "organizations:ListAccountsForParent",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListRoots",
)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A root or an OU: its id and path, and why what is in it is left out (empty: it is not)."""

    id: str
    path: str
    chain: tuple[str, ...]


def discover(
    client: RegionClient, include_ous: Sequence[str] = (), exclude_ous: Sequence[str] = ()
) -> list[DiscoveredAccount]:
    """Return every account of the organization, sorted by id. Raises OrganizationError."""
    try:
        accounts = {row["Id"]: row for row in _list(client, "ListAccounts", "Accounts")}
        units = list(_walk(client))
        places = {account: unit for unit in units for account in _members(client, unit)}
    except ApiCallError as error:
        raise OrganizationError(
            f"The organization could not be listed: {error.info.detail}.",
            f"Use the management account or a delegated administrator, and allow {', '.join(ACTIONS)}.",
        ) from error
    missing = sorted({*include_ous, *exclude_ous} - {unit.id for unit in units})
    if missing:
        # A mistyped OU would quietly leave out all that is in it.
        message = f"There is no {', '.join(missing)} in this organization."
        raise OrganizationError(message, "Correct the ids under `discover` in the inventory.")
    return [_account(row, places.get(key), include_ous, exclude_ous) for key, row in sorted(accounts.items())]


def _account(row: Row, unit: _Unit | None, include: Sequence[str], exclude: Sequence[str]) -> DiscoveredAccount:
    account = DiscoveredAccount(
        id=row["Id"],
        name=str(row.get("Name") or ""),
        ou=unit.path if unit else "",
        state=str(row.get("State") or row.get("Status") or "ACTIVE"),
    )
    if unit is None:
        # It was moved while the tree was read: rather look at it once too often than leave it out unseen.
        return account
    chain = unit.chain
    left_out = next((ou for ou in exclude if ou in chain), None)
    if left_out:
        return replace(account, excluded_detail=f"in {left_out}, which `discover.exclude_ous` leaves out")
    if include and not any(ou in chain for ou in include):
        return replace(account, excluded_detail="in none of the OUs of `discover.include_ous`")
    return account


def _walk(client: RegionClient) -> Iterator[_Unit]:
    roots = [_Unit(row["Id"], "", (row["Id"],)) for row in _list(client, "ListRoots", "Roots")]
    todo = list(roots)
    while todo:
        unit = todo.pop()
        yield unit
        rows = _list(client, "ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=unit.id)
        for row in rows:
            name = str(row.get("Name") or row["Id"])
            todo.append(_Unit(row["Id"], f"{unit.path}/{name}", (*unit.chain, row["Id"])))


def _members(client: RegionClient, unit: _Unit) -> Iterator[str]:
    for row in _list(client, "ListAccountsForParent", "Accounts", ParentId=unit.id):
        yield row["Id"]


def _list(client: RegionClient, operation: str, key: str, /, **parameters: str) -> Iterator[Row]:
    for rows in paginate(client, "organizations", operation, _read_rows(key), **parameters):
        yield from rows


def _read_rows(key: str) -> Read[list[Row]]:
    def read(answer: Mapping[str, Any]) -> list[Row]:
        rows = answer.get(key)
        if not isinstance(rows, list) or not all(isinstance(r, dict) and isinstance(r.get("Id"), str) for r in rows):
            raise MalformedResponse(f"no list of `{key}` with ids in it")
        return rows

    return read


def open_and_list(
    call_context: CallContext, roles: Roles, role: Role | None, units: tuple[Sequence[str], Sequence[str]]
) -> list[DiscoveredAccount]:
    """List the organization with a role of its own, or with the ambient credentials. Raises OrganizationError."""
    try:
        credentials = roles.intermediate_role(role)
        client = RegionClient(call_context, credentials, call_context.clients.home_region)
        return discover(client, *units)
    except ReadError as error:
        advice = "Check `discover.role_arn` in the inventory, and that role's trust policy."
        raise OrganizationError(f"The organization could not be listed: {error.detail.rstrip('.')}.", advice) from error
