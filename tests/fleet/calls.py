"""The interface between the server and its services: a call, an error, and the protocol of a service."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tests.fleet.http_protocol import Request
    from tests.fleet.organization import Organization
    from tests.fleet.resource_tags import ResourceTags
    from tests.fleet.sessions import Session


class ServiceError(Exception):
    """An error response. Each service writes it in its own protocol."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        """`code` is the error code of the service."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class Call:
    """One authenticated request. `account` is the account that it reads."""

    def __init__(self, request: Request, session: Session, service: Service, region: str) -> None:
        """Let the service identify the operation and the account."""
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
        """The name of the requested resource (family, role, object key), as rules for faults match it."""
        return self.service.resource(self)


class ServerView(Protocol):
    """The part of the server that services use."""

    organization: Organization
    tags: ResourceTags

    @property
    def now(self) -> float:
        """Seconds since the server started."""

    def disabled(self, account: str, region: str) -> bool:
        """Whether the account has not enabled the region."""


class Service(Protocol):
    """One AWS service."""

    prefix: str
    #: The service's error codes and HTTP statuses by kind: bad-token, expired, denied, throttled, broken, unavailable.
    codes: dict[str, tuple[str, int]]

    def operation(self, request: Request) -> str:
        """Return the operation of a request."""

    def address(self, call: Call) -> None:
        """Set the call's account and subject if they differ from the session's account and the body."""

    def resource(self, call: Call) -> str:
        """Return the name of the requested resource."""

    def answer(self, call: Call) -> bytes:
        """Return a complete HTTP response. Raises ServiceError."""

    def missing(self, call: Call) -> bytes:
        """Respond as if the resource did not exist. Raises ServiceError if the protocol uses an error for that."""

    def refuse(self, refusal: ServiceError, call: Call | None) -> bytes:
        """Return an error response."""
