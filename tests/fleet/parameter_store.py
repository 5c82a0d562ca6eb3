"""An example of a service that a test adds to the stand-in: Parameter Store, as far as one operation."""

from __future__ import annotations

from typing import Any

from tests.fleet.calls import Call, ServerView
from tests.fleet.json_service import JsonService
from tests.fleet.protocols.json11 import make_token, read_token

_PAGE = 10


def service(world: ServerView) -> JsonService:
    """Serve one parameter for every task definition family."""

    def describe_parameters(call: Call) -> dict[str, Any]:
        (start,) = read_token(call.payload.get("NextToken"), 1, "InvalidNextToken") or [0]
        families = [family.name for family in world.organization.families(call.account, call.region)]
        more = {"NextToken": make_token(start + _PAGE)} if start + _PAGE < len(families) else {}
        return {"Parameters": [{"Name": name} for name in families[start : start + _PAGE]], **more}

    return JsonService(
        "ssm", {"DescribeParameters": describe_parameters}, "AmazonSSM", rate_limits={"DescribeParameters": (5.0, 1.0)}
    )
