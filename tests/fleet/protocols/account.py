"""Account Management with one operation: ListRegions."""

from __future__ import annotations

from tests.fleet.calls import Call, ServerView, ServiceError
from tests.fleet.http_protocol import Request
from tests.fleet.organization import DEFAULT_REGIONS, MANAGEMENT, OPT_IN_REGIONS
from tests.fleet.protocols import json11
from tests.fleet.protocols.json11 import dumps, make_token, ok, read_token


class Account:
    """AWS Account Management."""

    prefix = "account"
    codes = {  # noqa: RUF012 - a constant of the protocol
        "bad-token": ("UnrecognizedClientException", 403),
        "expired": ("ExpiredTokenException", 403),
        "denied": ("AccessDeniedException", 403),
        "throttled": ("TooManyRequestsException", 429),
        "broken": ("InternalServerException", 500),
        "unavailable": ("ServiceUnavailableException", 503),
    }

    def __init__(self, world: ServerView) -> None:
        """Serve the organization of the server."""
        self._world = world

    def operation(self, request: Request) -> str:
        """Return the operation of a path."""
        name = request.path[1:]
        return name[:1].upper() + name[1:]

    def address(self, call: Call) -> None:
        """Leave the call as it is."""

    def resource(self, call: Call) -> str:
        """Return the region, because no resource has a name."""
        return call.region

    def answer(self, call: Call) -> bytes:
        """Answer a call."""
        if call.operation != "ListRegions":
            raise ServiceError("UnknownOperationException", "", 404)
        account = call.payload.get("AccountId", call.account)
        if account == MANAGEMENT and "AccountId" in call.payload:
            raise ServiceError("ValidationException", "The management account must not name itself.")
        if call.account not in {account, MANAGEMENT}:
            raise ServiceError("AccessDeniedException", "Only the management account may name another account.", 403)
        statuses = call.payload.get("RegionOptStatusContains")
        limit = call.payload.get("MaxResults", 20)
        if not 1 <= limit <= 50:
            raise ServiceError("ValidationException", "MaxResults must be between 1 and 50.")
        names = sorted({*DEFAULT_REGIONS, *OPT_IN_REGIONS, *self._world.organization.regions})
        rows = [{"RegionName": name, "RegionOptStatus": self._status(account, name)} for name in names]
        rows = [row for row in rows if not statuses or row["RegionOptStatus"] in statuses]
        (start,) = read_token(call.payload.get("NextToken"), 1, "ValidationException") or [0]
        more = {"NextToken": make_token(start + limit)} if start + limit < len(rows) else {}
        return ok(dumps({"Regions": rows[start : start + limit], **more}))

    def missing(self, call: Call) -> bytes:
        """Answer as usual, because a region cannot be missing."""
        return self.answer(call)

    def refuse(self, refusal: ServiceError, call: Call | None) -> bytes:
        """Return an error response."""
        return json11.refuse(refusal)

    def _status(self, account: str, name: str) -> str:
        if self._world.disabled(account, name):
            return "DISABLED"
        return "ENABLED" if name in OPT_IN_REGIONS else "ENABLED_BY_DEFAULT"
