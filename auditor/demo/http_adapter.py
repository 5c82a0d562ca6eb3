"""Parse requests and write responses in the three AWS protocols that the demo answers itself.

These are query (STS), ec2 (EC2) and awsJson 1.1 (ECS, Organizations).
"""

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

#: Status code, headers and body, in moto's format.
Response = tuple[int, dict[str, str], str]


@dataclass(frozen=True, slots=True)
class ApiCall:
    """The parts of a signed request that the demo uses.

    `parameters` holds the top-level strings, `lists` the top-level lists of strings.
    """

    access_key: str
    region: str
    service: str
    operation: str
    parameters: Mapping[str, str] = field(hash=False)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)


def parse_request(headers: Mapping[str, str | bytes], body: str | bytes | None) -> ApiCall | None:
    """Return the call, or None if the request is not signed or uses another protocol."""
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
    """Return a successful response of a service that uses awsJson 1.1."""
    return 200, {"content-type": _AWS_JSON, "x-amzn-requestid": str(uuid4())}, json.dumps(payload)


def batch_response(key: str, documents: Mapping[str, object], arns: Iterable[str]) -> Response:
    """Return ECS's response to a batch of ARNs: existing documents under `key`, the other ARNs as MISSING."""
    requested = tuple(arns)
    failures = [{"arn": arn, "reason": "MISSING"} for arn in requested if arn not in documents]
    return json_response({key: [documents[arn] for arn in requested if arn in documents], "failures": failures})


def json_error(status: int, code: str, message: str) -> Response:
    """Return an error of ECS or Organizations. IAM denials spell the key `Message` with a capital."""
    body = json.dumps({"__type": code, "Message": message})
    return status, {"content-type": _AWS_JSON, "x-amzn-errortype": code, "x-amzn-requestid": str(uuid4())}, body


def query_error(status: int, code: str, message: str) -> Response:
    """Return an error of STS."""
    request = str(uuid4())
    body = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
        f"<RequestId>{request}</RequestId></ErrorResponse>"
    )
    return status, {"content-type": "text/xml", "x-amzn-requestid": request}, body


def ec2_error(status: int, code: str, message: str) -> Response:
    """Return an error of EC2."""
    body = (
        f"<Response><Errors><Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error></Errors>"
        f"<RequestID>{uuid4()}</RequestID></Response>"
    )
    return status, {"content-type": "text/xml;charset=UTF-8"}, body


def regions_response(regions: Mapping[str, str]) -> Response:
    """Return EC2's response to DescribeRegions; `regions` maps names to their opt-in status."""
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
