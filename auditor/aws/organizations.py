"""The accounts of an organization with their OU paths, from AWS Organizations.

All accounts are listed, excluded ones too: their coverage records give the reason. The tree of OUs is walked because
`ListAccounts` does not return the OU of an account.
"""

import re
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

#: IDs become parts of role ARNs and of object keys, so that no other form is accepted.
_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_UNIT_ID = re.compile(r"(ou|r)-[0-9a-z-]+")

#: An account, a root or an OU as the API returns it, with an `Id`.
_Entity = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A root or an OU: its ID, its path, and the IDs from the root down to it."""

    id: str
    path: str
    chain: tuple[str, ...]


def discover(
    client: RegionClient, include_ous: Sequence[str] = (), exclude_ous: Sequence[str] = ()
) -> list[DiscoveredAccount]:
    """Return every account of the organization, sorted by ID.

    An account is excluded if it is in an OU of `exclude_ous`, or in none of `include_ous` if that is not empty. Both
    include OUs within OUs. Raises OrganizationError.
    """
    try:
        accounts = {entity["Id"]: entity for entity in _list(client, "ListAccounts", "Accounts", _ACCOUNT_ID)}
        units = list(_walk(client))
        units_by_account = {account: unit for unit in units for account in _members(client, unit)}
    except ApiCallError as error:
        raise OrganizationError(
            f"The organization could not be listed: {error.info.detail}.",
            f"Use the management account or a delegated administrator, and allow {', '.join(ACTIONS)}.",
        ) from error
    if not accounts:
        message = "AWS Organizations listed no account of the organization, not even the management account."
        raise OrganizationError(message, "Run again.")
    missing = sorted({*include_ous, *exclude_ous} - {unit.id for unit in units})
    if missing:
        # A mistyped OU would silently exclude its accounts.
        message = f"This organization does not contain {', '.join(missing)}."
        raise OrganizationError(message, "Correct the OU IDs under `discover` in the inventory.")
    return [
        _account(entity, units_by_account.get(account_id), include_ous, exclude_ous)
        for account_id, entity in sorted(accounts.items())
    ]


def list_accounts(client: RegionClient) -> Iterator[DiscoveredAccount]:
    """Yield every account of the organization, page by page, without its OU. Raises ApiCallError."""
    for entity in _list(client, "ListAccounts", "Accounts", _ACCOUNT_ID):
        yield _account(entity, None, (), ())


def _account(entity: _Entity, unit: _Unit | None, include: Sequence[str], exclude: Sequence[str]) -> DiscoveredAccount:
    account = DiscoveredAccount(
        id=entity["Id"],
        name=str(entity.get("Name") or ""),
        ou=unit.path if unit else "",
        state=str(entity.get("State") or entity.get("Status") or "ACTIVE"),
    )
    if unit is None:
        # It was moved while the tree was read. It is audited, because excluding it could hide it.
        return account
    chain = unit.chain
    excluded_by = next((ou for ou in exclude if ou in chain), None)
    if excluded_by:
        return replace(account, excluded_detail=f"in {excluded_by}, which `discover.exclude_ous` excludes")
    if include and not any(ou in chain for ou in include):
        return replace(account, excluded_detail="in none of the OUs in `discover.include_ous`")
    return account


def _walk(client: RegionClient) -> Iterator[_Unit]:
    roots = [_Unit(root["Id"], "", (root["Id"],)) for root in _list(client, "ListRoots", "Roots", _UNIT_ID)]
    todo = list(roots)
    while todo:
        unit = todo.pop()
        yield unit
        children = _list(client, "ListOrganizationalUnitsForParent", "OrganizationalUnits", _UNIT_ID, ParentId=unit.id)
        for child in children:
            name = str(child.get("Name") or child["Id"])
            todo.append(_Unit(child["Id"], f"{unit.path}/{name}", (*unit.chain, child["Id"])))


def _members(client: RegionClient, unit: _Unit) -> Iterator[str]:
    for account in _list(client, "ListAccountsForParent", "Accounts", _ACCOUNT_ID, ParentId=unit.id):
        yield account["Id"]


def _list(
    client: RegionClient, operation: str, key: str, id_form: re.Pattern[str], /, **parameters: str
) -> Iterator[_Entity]:
    for entities in paginate(client, "organizations", operation, _read_entities(key, id_form), **parameters):
        yield from entities


def _read_entities(key: str, id_form: re.Pattern[str]) -> Read[list[_Entity]]:
    def read(answer: Mapping[str, Any]) -> list[_Entity]:
        entities = answer.get(key)
        if not isinstance(entities, list) or not all(_has_id(entity, id_form) for entity in entities):
            raise MalformedResponse(f"no list of objects with a valid `Id` under `{key}`")
        return entities

    return read


def _has_id(entity: object, id_form: re.Pattern[str]) -> bool:
    return isinstance(entity, dict) and isinstance(entity.get("Id"), str) and bool(id_form.fullmatch(entity["Id"]))


def open_and_list(
    call_context: CallContext, roles: Roles, role: Role | None, units: tuple[Sequence[str], Sequence[str]]
) -> list[DiscoveredAccount]:
    """Return what `discover` returns, with the credentials of a role or with the default credentials if it is None."""
    try:
        credentials = roles.intermediate_role(role)
        client = RegionClient(call_context, credentials, call_context.clients.home_region)
        return discover(client, *units)
    except ReadError as error:
        advice = "Check `discover.role_arn` in the inventory, and the trust policy of that role."
        raise OrganizationError(f"The organization could not be listed: {error.detail.rstrip('.')}.", advice) from error
