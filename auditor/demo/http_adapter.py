"""The three wire formats of AWS that the demo speaks itself: what a request asks, and how a refusal looks.

Shapes as botocore's own parsers read them: query (STS), ec2 (EC2) and awsJson 1.1 (ECS, Organizations).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl
from uuid import uuid4
from xml.sax.saxutils import escape

#: The credential scope of a Signature Version 4 header: access key, date, region, service.
_SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_AWS_JSON = "application/x-amz-json-1.1"

#: Status code, headers and body, as moto passes them on.
Response = tuple[int, dict[str, str], str]


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One signed request, as far as the demo must understand it.

    `parameters` holds the top-level scalars as text, `lists` the top-level lists of texts.
    """

    access_key: str
    region: str
    service: str
    operation: str
    parameters: Mapping[str, str] = field(hash=False)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)


def parse_request(headers: Mapping[str, str | bytes], body: str | bytes | None) -> ApiCall | None:
    """Return the call, or None for a request that is not signed or speaks another format."""
    scope = _SCOPE.search(_text(headers.get("Authorization")))
    if scope is None:
        return None
    target = _text(headers.get("X-Amz-Target"))
    members = json.loads(_text(body)) if target else dict(parse_qsl(_text(body)))
    operation = target.rpartition(".")[2] or members.get("Action", "")
    if not operation:
        return None
    parameters = {name: value for name, value in members.items() if isinstance(value, str)}
    lists = {name: tuple(map(str, value)) for name, value in members.items() if isinstance(value, list)}
    return ApiCall(scope["key"], scope["region"], scope["service"], operation, parameters, lists)


def json_response(payload: Mapping[str, object]) -> Response:
    """Return an answer of a service that speaks awsJson 1.1."""
    return 200, {"content-type": _AWS_JSON, "x-amzn-requestid": str(uuid4())}, json.dumps(payload)


def batch_response(key: str, known: Mapping[str, object], asked: Iterable[str]) -> Response:
    """Return ECS's answer to a batch of ARNs: those that are there under `key`, the others as MISSING."""
    wanted = tuple(asked)
    failures = [{"arn": arn, "reason": "MISSING"} for arn in wanted if arn not in known]
    return json_response({key: [known[arn] for arn in wanted if arn in known], "failures": failures})


def json_error(status: int, code: str, message: str) -> Response:
    """Return an error as ECS and Organizations word it: refusals by IAM capitalise `Message`."""
    body = json.dumps({"__type": code, "Message": message})
    return status, {"content-type": _AWS_JSON, "x-amzn-errortype": code, "x-amzn-requestid": str(uuid4())}, body


def query_error(status: int, code: str, message: str) -> Response:
    """Return an error as STS words it."""
    request = str(uuid4())
    body = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
        f"<RequestId>{request}</RequestId></ErrorResponse>"
    )
    return status, {"content-type": "text/xml", "x-amzn-requestid": request}, body


def ec2_error(status: int, code: str, message: str) -> Response:
    """Return an error as EC2 words it."""
    body = (
        f"<Response><Errors><Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error></Errors>"
        f"<RequestID>{uuid4()}</RequestID></Response>"
    )
    return status, {"content-type": "text/xml;charset=UTF-8"}, body


def regions_response(regions: Mapping[str, str]) -> Response:
    """Return EC2's answer to DescribeRegions; `regions` maps names to their opt-in status."""
    items = "".join(
        f"<item><regionName>{name}</regionName><regionEndpoint>ec2.{name}.amazonaws.com</regionEndpoint>"
        f"<optInStatus>{status}</optInStatus></item>"
        for name, status in regions.items()
    )
    body = (
        '<DescribeRegionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
        f"<requestId>{uuid4()}</requestId><regionInfo>{items}</regionInfo></DescribeRegionsResponse>"
    )
    return 200, {"content-type": "text/xml;charset=UTF-8"}, body


def _text(value: str | bytes | None) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""
