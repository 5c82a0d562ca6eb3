"""XML helpers of the query services and S3."""

from __future__ import annotations

from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from tests.fleet.calls import ServiceError
from tests.fleet.http_protocol import Request, response

__all__ = ["escape", "ok", "operation", "parameters", "tag"]


def parameters(request: Request) -> dict[str, str]:
    """Parse a form."""
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def operation(request: Request) -> str:
    """Return the operation of a form without decoding all of it."""
    form = request.body
    if form.startswith(b"Action="):
        return form[7:].partition(b"&")[0].decode()
    name = parameters(request).get("Action")
    if name is None:
        raise ServiceError("MissingAction", "Missing Action.")
    return name


def tag(name: str, text: object) -> str:
    """Return an element with text."""
    return f"<{name}>{escape(str(text))}</{name}>"


def ok(body: str) -> bytes:
    """Return a successful response."""
    return response(200, b"Content-Type: text/xml\r\n", body.encode())
