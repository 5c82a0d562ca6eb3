"""The control interface under `/_fleet/`, for tests that control the server from another process."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.fleet.faults import Fault
from tests.fleet.http_protocol import Request, response
from tests.fleet.organization import Shape
from tests.fleet.protocols.json11 import dumps

if TYPE_CHECKING:
    from tests.fleet.server import Server


def answer(server: Server, request: Request) -> bytes:
    """Answer a request; an invalid one is answered with 400 and a message."""
    try:
        document = _handle(server, request)
    except (ValueError, TypeError, KeyError) as error:
        return response(400, b"Content-Type: application/json\r\n", dumps({"error": str(error)}))
    status = 404 if document is None else 200
    return response(status, b"Content-Type: application/json\r\n", dumps(document))


def _handle(server: Server, request: Request) -> Any:  # noqa: ANN401 - any JSON document
    method, path = request.method, request.path.removeprefix("/_fleet/")
    if (method, path) == (b"GET", "report"):
        return server.report.to_json(scopes="scopes" in request.query)
    if (method, path) == (b"GET", "shape"):
        return server.organization.shape.to_json()
    if method != b"POST":
        return None
    if path == "reset":
        server.report.reset()
    elif path == "faults":
        server.set_faults([Fault.from_json(rule) for rule in json.loads(request.body)])
    elif path == "tags":
        changes = json.loads(request.body)
        server.tags.change(changes["tags"], server.now + changes["lag"])
    elif path == "shape":
        changes = json.loads(request.body)
        server.set_shape(Shape.from_json(replace(server.organization.shape).to_json() | changes))
    else:
        return None
    return {"done": path}
