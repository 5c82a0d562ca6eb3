"""Organizations: the tree of units and accounts, in pages of at most 20, some of them empty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.fleet.calls import Call, ServerView, ServiceError
from tests.fleet.http_protocol import Request
from tests.fleet.organization import MANAGEMENT, ROOT, UNITS, Member
from tests.fleet.protocols import json11
from tests.fleet.protocols.json11 import dumps, make_token, ok, read_token

ORGANIZATION = "o-f1eef1eef1"
_PREFIX = f"arn:aws:organizations::{MANAGEMENT}"
_MOST = 20


class Organizations:
    """AWS Organizations, which only the management account may call."""

    prefix = "organizations"
    codes = {  # noqa: RUF012 - a constant of the protocol
        "bad-token": ("UnrecognizedClientException", 400),
        "expired": ("ExpiredTokenException", 400),
        "denied": ("AccessDeniedException", 400),
        "throttled": ("TooManyRequestsException", 400),
        "broken": ("ServiceException", 500),
        "unavailable": ("ServiceException", 503),
    }

    def __init__(self, world: ServerView) -> None:
        """Serve the organization of the server."""
        self._world = world
        self._operations: dict[str, Callable[[Call], Any]] = {
            "DescribeOrganization": _describe,
            "ListRoots": lambda call: _page(
                call, "Roots", [{"Id": ROOT, "Arn": f"{_PREFIX}:root/{ORGANIZATION}/{ROOT}", "Name": "Root"}]
            ),
            "ListOrganizationalUnitsForParent": lambda call: _page(
                call, "OrganizationalUnits", [_unit(unit) for unit in UNITS if unit[2] == _parent(call)]
            ),
            "DescribeOrganizationalUnit": lambda call: {"OrganizationalUnit": self._unit(call)},
            "ListAccounts": lambda call: _page(
                call, "Accounts", [_account(member) for member in self._all_accounts], gaps=True
            ),
            "ListAccountsForParent": lambda call: _page(
                call,
                "Accounts",
                [_account(member) for member in self._all_accounts if member.parent == _parent(call)],
                gaps=True,
            ),
            "DescribeAccount": lambda call: {"Account": _account(self._member(call.payload.get("AccountId")))},
            "ListParents": self._parents,
            "ListTagsForResource": lambda call: {"Tags": _tags(self._member(call.payload.get("ResourceId")))},
        }

    @property
    def _all_accounts(self) -> tuple[Member, ...]:
        return self._world.organization.all_accounts

    def operation(self, request: Request) -> str:
        """Return the operation of a request."""
        return json11.target_operation(request)

    def address(self, call: Call) -> None:
        """Leave the call as it is."""

    def resource(self, call: Call) -> str:
        """Return the requested parent, child or account."""
        return str(call.payload.get("ParentId") or call.payload.get("ChildId") or call.payload.get("AccountId") or "")

    def answer(self, call: Call) -> bytes:
        """Answer a call."""
        if call.account != MANAGEMENT:
            raise ServiceError("AccessDeniedException", "You don't have permissions to access this resource.")
        handler = self._operations.get(call.operation)
        if handler is None:
            raise ServiceError("UnknownOperationException", "")
        return ok(dumps(handler(call)))

    def missing(self, call: Call) -> bytes:
        """Respond as if the account did not exist."""
        raise ServiceError("AccountNotFoundException", "You specified an account that doesn't exist.")

    def refuse(self, refusal: ServiceError, call: Call | None) -> bytes:
        """Return an error response."""
        return json11.refuse(refusal)

    def _member(self, name: str | None) -> Member:
        member = self._world.organization.by_id.get(name or "")
        if member is None:
            raise ServiceError("AccountNotFoundException", "You specified an account that doesn't exist.")
        return member

    def _unit(self, call: Call) -> dict[str, str]:
        requested = call.payload.get("OrganizationalUnitId")
        for unit in UNITS:
            if unit[0] == requested:
                return _unit(unit)
        raise ServiceError(
            "OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist."
        )

    def _parents(self, call: Call) -> dict[str, Any]:
        child = call.payload.get("ChildId", "")
        parent = next((unit[2] for unit in UNITS if unit[0] == child), None)
        if parent is None and child not in self._world.organization.by_id:
            raise ServiceError(
                "ChildNotFoundException", "We can't find an organizational unit or account with that id."
            )
        parent = parent or self._member(child).parent
        return {"Parents": [{"Id": parent, "Type": "ROOT" if parent == ROOT else "ORGANIZATIONAL_UNIT"}]}


def _describe(call: Call) -> dict[str, Any]:
    arn = f"{_PREFIX}:organization/{ORGANIZATION}"
    master = {"MasterAccountId": MANAGEMENT, "MasterAccountArn": f"{_PREFIX}:account/{ORGANIZATION}/{MANAGEMENT}"}
    return {"Organization": {"Id": ORGANIZATION, "Arn": arn, "FeatureSet": "ALL", **master}}


def _parent(call: Call) -> str:
    parent = call.payload.get("ParentId", "")
    if parent != ROOT and parent not in [unit[0] for unit in UNITS]:
        raise ServiceError("ParentNotFoundException", "You specified a parent that doesn't exist.")
    return str(parent)


def _unit(unit: tuple[str, str, str]) -> dict[str, str]:
    return {"Id": unit[0], "Arn": f"{_PREFIX}:ou/{ORGANIZATION}/{unit[0]}", "Name": unit[1]}


def _account(member: Member) -> dict[str, Any]:
    return {
        "Id": member.id,
        "Arn": f"{_PREFIX}:account/{ORGANIZATION}/{member.id}",
        "Email": f"{member.name}@example.com",
        "Name": member.name,
        "State": member.state,
        "Status": member.state,
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": 1_600_000_000.5,
    }


def _tags(member: Member) -> list[dict[str, str]]:
    return [{"Key": "env", "Value": member.environment}, {"Key": "owner", "Value": member.name}]


def _page(call: Call, name: str, rows: Sequence[object], *, gaps: bool = False) -> dict[str, Any]:
    """Return a page. With `gaps`, there are empty pages with a token between the others."""
    limit = call.payload.get("MaxResults", _MOST)
    if not isinstance(limit, int) or not 1 <= limit <= _MOST:
        raise ServiceError("InvalidInputException", "You specified an invalid value.")
    start, number = read_token(call.payload.get("NextToken"), 2, "InvalidInputException") or (0, 0)
    if gaps and number % 3 == 1:
        return {name: [], "NextToken": make_token(start, number + 1)}
    more = {"NextToken": make_token(start + limit, number + 1)} if start + limit < len(rows) else {}
    return {name: rows[start : start + limit], **more}
