"""A simulated AWS service that a test adds to the stand-in: any service that speaks AWS JSON 1.1.

A test puts a module next to itself, without an edit to this folder. The module holds a function `service`:

    def service(world: World) -> JsonService:
        return JsonService("ssm", {"DescribeParameters": describe_parameters})

and the test names it when it starts the stand-in: `running(shape, services=("tests.fleet.parameter_store",))`, or
`--service tests/fleet/parameter_store.py` on the command line. Calls signed for the service are then authenticated,
authorized, counted, throttled and struck by faults like those of ECS, in the regions of the organization.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fleet.calls import Call, ServerView, ServiceError
from tests.fleet.http_protocol import Request
from tests.fleet.protocols import json11
from tests.fleet.protocols.json11 import dumps, ok

#: The error codes of most services, by kind.
CODES = {
    "bad-token": ("UnrecognizedClientException", 400),
    "expired": ("ExpiredTokenException", 400),
    "denied": ("AccessDeniedException", 400),
    "throttled": ("ThrottlingException", 400),
    "broken": ("ServerException", 500),
    "unavailable": ("ServiceUnavailableException", 503),
}

#: Answers one operation: takes the call (account, region, payload) and returns the document. Raises ServiceError.
Operation = Callable[[Call], Mapping[str, Any]]


@dataclass(slots=True)
class JsonService:
    """One service. `signing_name` is the service's part of the credential scope, such as `ssm`.

    `prefix` is the service's part of an IAM action, by default the signing name. `target_prefix` is the part of
    `X-Amz-Target` before the operation; if it is given, calls with another one are refused. `rate_limits` are token
    buckets by operation, (burst, calls per second); an operation without one is not limited. `resource_key` is the
    member of the request that names the resource, as rules for faults match it.
    """

    signing_name: str
    operations: Mapping[str, Operation]
    target_prefix: str = ""
    prefix: str = ""
    codes: dict[str, tuple[str, int]] = field(default_factory=lambda: dict(CODES))
    rate_limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    resource_key: str = ""

    def __post_init__(self) -> None:
        """Fill in the prefix."""
        self.prefix = self.prefix or self.signing_name

    def operation(self, request: Request) -> str:
        """Name the operation. Raises ServiceError if the call is for another API."""
        target = request.header(b"x-amz-target").decode()
        prefix, _, operation = target.rpartition(".")
        if self.target_prefix and prefix != self.target_prefix:
            raise ServiceError("UnknownOperationException", f"{target} is not an operation of {self.target_prefix}.")
        return operation

    def address(self, call: Call) -> None:
        """Leave the call as it is: it is about the session's account."""

    def resource(self, call: Call) -> str:
        """Return the last part of the name or ARN that the request asks for."""
        return str(call.payload.get(self.resource_key, "")).rpartition("/")[2] if self.resource_key else ""

    def answer(self, call: Call) -> bytes:
        """Answer."""
        handler = self.operations.get(call.operation)
        if handler is None:
            raise ServiceError("UnknownOperationException", "")
        return ok(dumps(handler(call)))

    def missing(self, call: Call) -> bytes:
        """Answer as if the resource did not exist."""
        raise ServiceError("ResourceNotFoundException", "The resource does not exist.")

    def refuse(self, refusal: ServiceError, call: Call | None) -> bytes:
        """Write an error."""
        return json11.refuse(refusal)


def load_service(name: str, world: ServerView) -> JsonService:
    """Load a service from a module (`tests.example.parameter_store`) or from a file (`.../parameter_store.py`)."""
    if name.endswith(".py"):
        spec = importlib.util.spec_from_file_location(Path(name).stem, name)
        if spec is None or spec.loader is None:
            message = f"{name} is not a Python module"
            raise ValueError(message)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    else:
        module = importlib.import_module(name)
    service: JsonService = module.service(world)
    return service
