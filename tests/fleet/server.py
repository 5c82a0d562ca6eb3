"""The server: authenticates calls, counts them, injects faults and hands them to the services."""

from __future__ import annotations

import asyncio
import gc
import json
import re
import signal
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from hashlib import blake2b
from typing import Any

from tests.fleet import admin, service_errors
from tests.fleet.calls import Call, Service, ServiceError
from tests.fleet.faults import Fault, Faults
from tests.fleet.http_protocol import Connection, Request, response
from tests.fleet.json_service import load_service
from tests.fleet.organization import DEFAULT_REGIONS, Organization, Shape
from tests.fleet.protocols.account import Account
from tests.fleet.protocols.ec2 import Ec2
from tests.fleet.protocols.ecs import Ecs
from tests.fleet.protocols.organizations import Organizations
from tests.fleet.protocols.s3 import S3
from tests.fleet.protocols.sts import Sts
from tests.fleet.protocols.tagging import Tagging
from tests.fleet.report import Report
from tests.fleet.resource_tags import ResourceTags
from tests.fleet.sessions import session_of
from tests.fleet.token_buckets import Drain, TokenBuckets

_HTML = b"<!DOCTYPE html><html><head><title>Blocked</title></head><body><h1>Blocked by the proxy</h1></body></html>"


#: The names of page tokens, of services that do not call them `nextToken`.
_TOKENS = {"organizations": "NextToken", "tag": "PaginationToken"}


@dataclass(frozen=True, slots=True)
class Options:
    """The behaviour of the server without faults.

    `latency` is added to every answer, in seconds; `enforce` switches AWS's token buckets on; `external_id` is asked
    for by every trust policy; `allowed` are the actions that the member role has (empty: all of them).
    `services` are modules of further services that the test brings along: see `json_service`. A page of the
    tag index has at most `tag_page` resources.
    """

    port: int = 0
    latency: float = 0.0
    enforce: bool = False
    external_id: str = ""
    session_seconds: float = 43_200.0
    allowed: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ("auditor-results",)
    drains: tuple[Drain, ...] = ()
    services: tuple[str, ...] = ()
    tag_page: int = 100

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Options:
        """Return the options of a document."""
        names = {field.name for field in fields(cls)}
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in plain.items() if key in names
        }
        drains = tuple(Drain(**drain) for drain in plain.get("drains", ()))
        return cls(**{**values, "drains": drains})

    def to_json(self) -> dict[str, Any]:
        """Return the document of the options."""
        return asdict(self)


class Server:
    """The stand-in without its socket."""

    def __init__(self, shape: Shape, options: Options | None = None, faults: Sequence[Fault] = ()) -> None:
        """Create the organization and the services."""
        self.options = options or Options()
        self.organization = Organization(shape)
        self.report = Report()
        self.tags = ResourceTags()
        self._faults = Faults(faults, shape.seed)
        self._started = time.monotonic()
        self._services: dict[bytes, Service] = {
            b"ecs": Ecs(self),
            b"sts": Sts(self, self.options.external_id),
            b"ec2": Ec2(self),
            b"account": Account(self),
            b"organizations": Organizations(self),
            b"s3": S3(self, self.options.buckets),
        }
        limits: dict[str, tuple[float, float]] = {}
        tagging = Tagging(self, self.options.tag_page).service()
        for service in (tagging, *(load_service(name, self) for name in self.options.services)):
            self._services[service.signing_name.encode()] = service
            limits.update(service.rate_limits)
        self._buckets = TokenBuckets(self.options.drains, limits)

    @property
    def now(self) -> float:
        """Seconds since the server started."""
        return time.monotonic() - self._started

    def disabled(self, account: str, region: str) -> bool:
        """Whether the account has not enabled the region. A fault can disable one that no account can."""
        enabled = region in DEFAULT_REGIONS or region in self.organization.regions
        return not enabled or self._faults.disabled(account, region)

    def set_faults(self, faults: Sequence[Fault]) -> None:
        """Replace all rules for faults."""
        self._faults = Faults(faults, self.organization.shape.seed)

    def set_shape(self, shape: Shape) -> None:
        """Replace the organization, for example for another night. The counts stay."""
        self.organization = Organization(shape)

    def connect(self) -> Connection:
        """Return the protocol of a new connection."""
        return Connection(self.serve, self.report.connection)

    def serve(self, request: Request, connection: Connection) -> None:
        """Answer a request after the latency, or apply a fault to it."""
        if request.target.startswith(b"/_fleet/"):
            connection.send(admin.answer(self, request))
            return
        call: Call | None = None
        service: Service = self._services[b"s3"]
        try:
            key, region, service = self._address(request)
            session = session_of(key, request.header(b"x-amz-security-token"))
            if session is None:
                raise service_errors.bad_token(service)
            call = Call(request, session, service, region)
            self._handle(call, connection)
        except ServiceError as refusal:
            if call is not None:
                throttled = (refusal.code, refusal.status) == service.codes["throttled"]
                self.report.call_ended(call.operation, "throttled" if throttled else refusal.code)
            self._send(connection, service.refuse(refusal, call))

    def _address(self, request: Request) -> tuple[bytes, str, Service]:
        credential = request.header(b"authorization").partition(b"Credential=")[2].partition(b",")[0].split(b"/")
        service = self._services.get(credential[3]) if len(credential) == 5 else None
        if service is None:
            raise ServiceError("MissingAuthenticationToken", "Missing Authentication Token", 403)
        return credential[0], credential[2].decode(), service

    def _handle(self, call: Call, connection: Connection) -> None:
        identity = b"%b/%b/%b/%b" % (call.account.encode(), call.region.encode(), call.operation.encode(), call.subject)
        key = int.from_bytes(blake2b(identity, digest_size=8).digest(), "little")
        before = self.report.call_arrived(call.account, call.region, call.operation, key)
        fault = self._faults.choose(call, key, before, self.now) if self._faults else None
        if fault is not None and self._replace_answer(fault, call, connection):
            return
        if fault is not None and fault.kind == "endless":
            for name in ("nextToken", "NextToken", "PaginationToken"):
                call.payload.pop(name, None)
        answer = self._answer(call)
        if fault is not None and fault.kind != "slow":
            self.report.call_ended(call.operation, fault.kind)
            self._corrupt(fault, call, answer, connection)
            return
        self.report.call_answered(call.operation, key, identity[:200].decode("utf-8", "replace"))
        self._send(connection, answer, fault.seconds if fault else 0.0)

    def _replace_answer(self, fault: Fault, call: Call, connection: Connection) -> bool:
        """Apply a fault that replaces the call. Return whether the call has ended. Raises ServiceError."""
        refusal = service_errors.BY_FAULT.get(fault.kind)
        if refusal is not None:
            raise refusal(call)
        if fault.kind == "missing":
            self._send(connection, call.service.missing(call))
        elif fault.kind == "reset":
            connection.reset()
        elif fault.kind == "bad-gateway":
            self._send(connection, response(502, b"Content-Type: text/html\r\n", _HTML))
        elif fault.kind == "proxy-page":
            self._send(connection, response(200, b"Content-Type: text/html\r\n", _HTML))
        elif fault.kind != "hang":
            return False
        self.report.call_ended(call.operation, fault.kind)
        return True

    def _answer(self, call: Call) -> bytes:
        session, options = call.session, self.options
        if session.issued is not None and self.now - session.issued > options.session_seconds:
            raise service_errors.expired(call.service)
        if call.region not in self.organization.regions and call.region not in DEFAULT_REGIONS:
            raise service_errors.disabled(call)
        if options.enforce and not self._buckets.take(call.account, call.region, call.operation, self.now):
            raise service_errors.throttled(call.service)
        if call.action != "sts:GetCallerIdentity":
            self._authorize(call)
        return call.service.answer(call)

    def _authorize(self, call: Call) -> None:
        allowed = self.options.allowed
        if call.session.temporary and allowed and not any(fnmatchcase(call.action, pattern) for pattern in allowed):
            raise service_errors.policy_denied(call)
        if not call.session.allows(call.action):
            raise service_errors.session_policy_denied(call)

    def _corrupt(self, fault: Fault, call: Call, answer: bytes, connection: Connection) -> None:
        head, _, body = answer.partition(b"\r\n\r\n")
        half = body[: len(body) // 2]
        if fault.kind == "truncated":
            connection.send_and_close(head + b"\r\n\r\n" + half)
        elif fault.kind == "lost":
            connection.reset()
        elif fault.kind == "trickle":
            for number in range(len(answer)):
                asyncio.get_running_loop().call_later(number / 5, connection.send, answer[number : number + 1])
        elif fault.kind == "empty":
            self._send(connection, response(200, b"", b""))
        elif fault.kind == "rewritten":
            find, replacement = fault.find.encode(), fault.replacement.encode()
            self._send(connection, response(200, b"", re.sub(find, replacement, body)))
        elif fault.kind == "endless":
            name = _TOKENS.get(call.service.prefix, "nextToken")
            page = json.loads(body) | {name: f"page-after-{time.monotonic_ns()}"}
            self._send(connection, response(200, b"", json.dumps(page).encode()))
        else:
            lines = [line for line in head.split(b"\r\n")[1:] if not line.startswith(b"Content-Length")]
            self._send(connection, response(200, b"".join(line + b"\r\n" for line in lines), half))

    def _send(self, connection: Connection, answer: bytes, extra: float = 0.0) -> None:
        delay = self.options.latency + extra
        if delay:
            asyncio.get_running_loop().call_later(delay, connection.send, answer)
        else:
            connection.send(answer)


async def run(server: Server, ready: Any = None) -> None:  # noqa: ANN401 - called with the URL
    """Listen on loopback until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    listener = await loop.create_server(server.connect, "127.0.0.1", server.options.port, backlog=1024)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    if ready is not None:
        ready(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}")
    await stop.wait()
    listener.close()
