"""EC2 with one operation: DescribeRegions."""

from __future__ import annotations

from fnmatch import fnmatchcase

from tests.fleet.calls import Call, ServerView, ServiceError
from tests.fleet.http_protocol import Request, response
from tests.fleet.organization import DEFAULT_REGIONS, OPT_IN_REGIONS
from tests.fleet.protocols import xml
from tests.fleet.protocols.json11 import request_id
from tests.fleet.protocols.xml import tag

_NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
_NAMES = (*DEFAULT_REGIONS, *OPT_IN_REGIONS)


class Ec2:
    """Amazon EC2."""

    prefix = "ec2"
    codes = {  # noqa: RUF012 - a constant of the protocol
        "bad-token": ("AuthFailure", 401),
        "expired": ("RequestExpired", 400),
        "denied": ("UnauthorizedOperation", 403),
        "throttled": ("RequestLimitExceeded", 503),
        "broken": ("InternalError", 500),
        "unavailable": ("Unavailable", 503),
    }

    def __init__(self, world: ServerView) -> None:
        """Serve the organization of the server."""
        self._world = world

    def operation(self, request: Request) -> str:
        """Return the operation of a request."""
        return xml.operation(request)

    def address(self, call: Call) -> None:
        """Leave the call as it is."""

    def resource(self, call: Call) -> str:
        """Return the region, because no resource has a name."""
        return call.region

    def answer(self, call: Call) -> bytes:
        """Answer a call."""
        if call.operation != "DescribeRegions":
            raise ServiceError("InvalidAction", f"The action {call.operation} is not valid for this web service.")
        form = xml.parameters(call.request)
        all_regions = form.get("AllRegions", "false").lower() == "true"
        rows = []
        for name in sorted({*_NAMES, *self._world.organization.regions}):
            status = self._status(call.account, name)
            row = {"region-name": name, "opt-in-status": status, "endpoint": f"ec2.{name}.amazonaws.com"}
            if (all_regions or status != "not-opted-in") and _selected(form, row):
                rows.append(row)
        items = "".join(
            f"<item>{tag('regionName', row['region-name'])}{tag('regionEndpoint', row['endpoint'])}"
            f"{tag('optInStatus', row['opt-in-status'])}</item>"
            for row in rows
        )
        return xml.ok(
            f'<DescribeRegionsResponse xmlns="{_NAMESPACE}"><requestId>{request_id().decode()}</requestId>'
            f"<regionInfo>{items}</regionInfo></DescribeRegionsResponse>"
        )

    def missing(self, call: Call) -> bytes:
        """Answer as usual, because a region cannot be missing."""
        return self.answer(call)

    def refuse(self, refusal: ServiceError, call: Call | None) -> bytes:
        """Return an error response."""
        error = tag("Code", refusal.code) + tag("Message", refusal.message)
        text = f"<Response><Errors><Error>{error}</Error></Errors>{tag('RequestID', request_id().decode())}</Response>"
        return response(refusal.status, b"Content-Type: text/xml\r\n", text.encode())

    def _status(self, account: str, name: str) -> str:
        if self._world.disabled(account, name):
            return "not-opted-in"
        return "opted-in" if name in OPT_IN_REGIONS else "opt-in-not-required"


def _selected(form: dict[str, str], row: dict[str, str]) -> bool:
    names = [value for key, value in form.items() if key.startswith("RegionName.")]
    if names and row["region-name"] not in names:
        return False
    filters = [key for key in form if key.startswith("Filter.") and key.endswith(".Name")]
    for key in filters:
        start = key.removesuffix("Name") + "Value."
        values = [value for other, value in form.items() if other.startswith(start)]
        if form[key] not in row:
            raise ServiceError("InvalidParameterValue", f"The filter '{form[key]}' is invalid")
        if not any(fnmatchcase(row[form[key]], value) for value in values):
            return False
    return True
