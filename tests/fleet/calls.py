"""What the server and the services say to each other: a call, a refusal, and what a service is."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tests.fleet.http_protocol import Request
    from tests.fleet.organization import Organization
    from tests.fleet.sessions import Session


class ServiceError(Exception):
    """An error answer. Each service writes it in its own protocol."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        """`code` is the service's own word for it."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class Call:
    """One request once it is known who asks for what. `account` is the account that it is about."""

    def __init__(self, request: Request, session: Session, service: Service, region: str) -> None:
        """Let the service name the operation and what it is about."""
        self.request = request
        self.session = session
        self.service = service
        self.region = region
        self.operation = service.operation(request)
        self.account = session.account
        self.subject = request.body
        service.address(self)

    @property
    def action(self) -> str:
        """The IAM action."""
        return f"{self.service.prefix}:{self.operation}"

    @cached_property
    def payload(self) -> dict[str, Any]:
        """The body as JSON."""
        payload = json.loads(self.request.body)
        if not isinstance(payload, dict):
            raise ServiceError("SerializationException", "The request is not an object.")
        return payload

    @cached_property
    def resource(self) -> str:
        """The name of what is asked for: family, role, object key ... as fault rules match it."""
        return self.service.resource(self)


class ServerView(Protocol):
    """What services may know of the server."""

    organization: Organization

    @property
    def now(self) -> float:
        """Seconds since the server started."""

    def disabled(self, account: str, region: str) -> bool:
        """Whether the account has not enabled the region."""


class Service(Protocol):
    """One AWS service."""

    prefix: str
    #: The service's words for: a bad token, an expired one, a refusal, too many calls, an outage.
    codes: dict[str, tuple[str, int]]

    def operation(self, request: Request) -> str:
        """Name the operation."""

    def address(self, call: Call) -> None:
        """Set the call's account and subject where they are not the session's account and the body."""

    def resource(self, call: Call) -> str:
        """Name what the call is about."""

    def answer(self, call: Call) -> bytes:
        """Answer with a whole HTTP response; raises ServiceError."""

    def missing(self, call: Call) -> bytes:
        """Answer as if the resource were gone; raises ServiceError where the protocol says so."""

    def refuse(self, refusal: ServiceError, call: Call | None) -> bytes:
        """Write an error."""
