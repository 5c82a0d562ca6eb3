"""Parameter Store for the stand-in: two parameters in every region, one of them not encrypted."""

from __future__ import annotations

from typing import Any

from tests.fleet.calls import Call, ServerView, ServiceError
from tests.fleet.json_service import JsonService
from tests.fleet.protocols.json11 import make_token, read_token

KINDS = {"/app/password": "String", "/app/token": "SecureString", "/app/url": "SecureString"}
_PAGE = 2


def service(_server: ServerView) -> JsonService:
    """Serve DescribeParameters in pages of two, and GetParameter."""
    return JsonService("ssm", {"DescribeParameters": _describe, "GetParameter": _get}, "AmazonSSM", resource_key="Name")


def _describe(call: Call) -> dict[str, Any]:
    (start,) = read_token(call.payload.get("NextToken"), 1, "InvalidNextToken") or [0]
    page = [{"Name": name, "Version": 1, "Type": kind} for name, kind in KINDS.items()][start : start + _PAGE]
    more = {"NextToken": make_token(start + _PAGE)} if start + _PAGE < len(KINDS) else {}
    return {"Parameters": page, **more}


def _get(call: Call) -> dict[str, Any]:
    name = call.payload["Name"]
    if name not in KINDS:
        raise ServiceError("ParameterNotFound", "")
    arn = f"arn:aws:ssm:{call.region}:{call.account}:parameter{name}"
    return {"Parameter": {"ARN": arn, "Name": name, "Version": 1, "Type": KINDS[name], "Value": "a secret"}}
