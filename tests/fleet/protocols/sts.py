"""STS: AssumeRole and GetCallerIdentity."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import count

from tests.fleet.calls import Call, ServerView, ServiceError
from tests.fleet.http_protocol import Request, response
from tests.fleet.organization import ACTIVE
from tests.fleet.protocols import xml
from tests.fleet.protocols.json11 import request_id
from tests.fleet.protocols.xml import tag
from tests.fleet.sessions import actions_of, grant

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_ROLE = re.compile(r"arn:aws:iam::(\d{12}):role/([\w+=,.@/-]+)")
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}")


class Sts:
    """AWS Security Token Service. AssumeRole belongs to the account of the role."""

    prefix = "sts"
    codes = {  # noqa: RUF012 - a constant of the protocol
        "bad-token": ("InvalidClientTokenId", 403),
        "expired": ("ExpiredToken", 403),
        "denied": ("AccessDenied", 403),
        "throttled": ("Throttling", 400),
        "broken": ("InternalFailure", 500),
        "unavailable": ("ServiceUnavailable", 503),
    }

    def __init__(self, world: ServerView, external_id: str = "") -> None:
        """Every trust policy requires `external_id`, unless it is empty."""
        self._world = world
        self._external_id = external_id
        self._numbers = count(1)

    def operation(self, request: Request) -> str:
        """Return the operation of a request."""
        return xml.operation(request)

    def address(self, call: Call) -> None:
        """Take account and subject from the role, because session names and policies differ between runs."""
        if call.operation == "AssumeRole":
            role = xml.parameters(call.request).get("RoleArn", "")
            call.subject = role.encode()
            parts = role.split(":")
            call.account = parts[4] if len(parts) > 5 else call.account

    def resource(self, call: Call) -> str:
        """Return the name of the role."""
        return xml.parameters(call.request).get("RoleArn", "").rpartition("/")[2]

    def answer(self, call: Call) -> bytes:
        """Answer a call."""
        if call.operation == "GetCallerIdentity":
            return self._identity(call)
        if call.operation == "AssumeRole":
            return self._assume(call)
        raise ServiceError("InvalidAction", f"Could not find operation {call.operation}")

    def missing(self, call: Call) -> bytes:
        """Deny the role: STS does not distinguish a missing role from a denied one."""
        raise role_denied(call)

    def refuse(self, refusal: ServiceError, call: Call | None) -> bytes:
        """Return an error response."""
        kind = "Receiver" if refusal.status >= 500 else "Sender"
        error = tag("Type", kind) + tag("Code", refusal.code) + tag("Message", refusal.message)
        identity = tag("RequestId", request_id().decode())
        text = f'<ErrorResponse xmlns="{_NAMESPACE}"><Error>{error}</Error>{identity}</ErrorResponse>'
        return response(refusal.status, b"Content-Type: text/xml\r\n", text.encode())

    def _identity(self, call: Call) -> bytes:
        session = call.session
        user = f"AROAFLEET:{session.key}" if session.temporary else "AIDAFLEET"
        return self._result(call, tag("Arn", session.arn) + tag("UserId", user) + tag("Account", session.account))

    def _assume(self, call: Call) -> bytes:
        form = xml.parameters(call.request)
        role = form.get("RoleArn", "")
        match = _ROLE.fullmatch(role)
        if match is None:
            raise ServiceError("ValidationError", f"{role} is invalid")
        name = form.get("RoleSessionName", "")
        if not _SESSION_NAME.fullmatch(name):
            message = f"1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint"
            raise ServiceError("ValidationError", message)
        seconds = _duration(form, chained=call.session.temporary)
        actions = _policy(form)
        member = self._world.organization.by_id.get(match.group(1))
        trusted = not self._external_id or form.get("ExternalId") == self._external_id
        if member is None or member.state != ACTIVE or not trusted:
            raise role_denied(call)
        session = grant(role, name, actions, self._world.now, next(self._numbers))
        expires = datetime.now(UTC) + timedelta(seconds=seconds)
        credentials = (
            tag("AccessKeyId", session.key)
            + tag("SecretAccessKey", session.secret)
            + tag("SessionToken", session.token)
            + tag("Expiration", f"{expires:%Y-%m-%dT%H:%M:%SZ}")
        )
        user = tag("AssumedRoleId", f"AROAFLEET:{name}") + tag("Arn", session.arn)
        return self._result(call, f"<AssumedRoleUser>{user}</AssumedRoleUser><Credentials>{credentials}</Credentials>")

    def _result(self, call: Call, inner: str) -> bytes:
        name = call.operation
        meta = f"<ResponseMetadata><RequestId>{request_id().decode()}</RequestId></ResponseMetadata>"
        return xml.ok(
            f'<{name}Response xmlns="{_NAMESPACE}"><{name}Result>{inner}</{name}Result>{meta}</{name}Response>'
        )


def role_denied(call: Call) -> ServiceError:
    """Return the error for a denied role, which does not reveal the cause."""
    role = xml.parameters(call.request).get("RoleArn", "")
    message = f"User: {call.session.arn} is not authorized to perform: sts:AssumeRole on resource: {role}"
    return ServiceError("AccessDenied", message, 403)


def _duration(form: dict[str, str], *, chained: bool) -> int:
    seconds = int(form.get("DurationSeconds", "3600"))
    if chained and seconds > 3600:
        message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        raise ServiceError("ValidationError", message)
    if not 900 <= seconds <= 43_200:
        raise ServiceError("ValidationError", f"Value '{seconds}' at 'durationSeconds' failed to satisfy constraint")
    return seconds


def _policy(form: dict[str, str]) -> tuple[str, ...] | None:
    text = form.get("Policy")
    if text is None:
        return None
    if len(text) > 2048:
        raise ServiceError("ValidationError", "1 validation error detected: Value at 'policy' is longer than 2048")
    try:
        return actions_of(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        raise ServiceError("MalformedPolicyDocument", "Syntax errors in policy.") from error
