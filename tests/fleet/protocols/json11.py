"""AWS JSON 1.1, the protocol of ECS and Organizations, and the REST variant of Account."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from itertools import count

from tests.fleet.calls import ServiceError
from tests.fleet.http_protocol import Request, response

_numbers = count(1)
_OK = (
    b"HTTP/1.1 200 OK\r\nx-amzn-RequestId: %b\r\nContent-Type: application/x-amz-json-1.1\r\n"
    b"Content-Length: %d\r\n\r\n%b"
)


def request_id() -> bytes:
    """Return an ID in the format of AWS."""
    return b"f1ee7000-0000-4000-8000-%012x" % next(_numbers)


def ok(body: bytes) -> bytes:
    """Return a successful response with a JSON body."""
    return _OK % (request_id(), len(body), body)


def dumps(document: object) -> bytes:
    """Return compact JSON."""
    return json.dumps(document, separators=(",", ":")).encode()


def refuse(refusal: ServiceError) -> bytes:
    """Return an error with its code in the body and in a header, which REST services use."""
    body = dumps({"__type": refusal.code, "message": refusal.message})
    headers = b"x-amzn-RequestId: %b\r\nx-amzn-ErrorType: %b\r\nContent-Type: application/x-amz-json-1.1\r\n" % (
        request_id(),
        refusal.code.encode(),
    )
    return response(refusal.status, headers, body)


def target_operation(request: Request) -> str:
    """Return the operation in `X-Amz-Target`."""
    return request.header(b"x-amz-target").rpartition(b".")[2].decode()


def make_token(*numbers: int) -> str:
    """Return an opaque page token."""
    return urlsafe_b64encode(b"fleet:" + b":".join(b"%d" % number for number in numbers)).decode()


def read_token(token: str | None, width: int, code: str = "InvalidParameterException") -> list[int] | None:
    """Parse a page token; None for the first page. Raises ServiceError if it is invalid."""
    if token is None:
        return None
    try:
        head, *numbers = urlsafe_b64decode(token).decode().split(":")
        values = [int(number) for number in numbers]
    except ValueError:
        head, values = "", []
    if head != "fleet" or len(values) != width:
        raise ServiceError(code, "Invalid token.")
    return values
