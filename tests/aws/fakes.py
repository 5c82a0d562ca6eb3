"""A clock that never sleeps, AWS from a script, and a small HTTP server that says exactly what it is told."""
# ruff: noqa: ANN401 - answers and parameters are whatever JSON can carry

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import botocore.session
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ClientError

from auditor.aws import clients as real
from auditor.aws.calls import CallContext, RegionClient
from auditor.aws.clients import Clients
from auditor.aws.rate_limit import RateLimiter
from auditor.domain.clock import Stopped
from auditor.domain.coverage import CallStats
from auditor.domain.reason import Reason
from tests import builders

KEYS = ReadOnlyCredentials("AKIAAMBIENT", "secret", None, None)
#: Enough headroom that nobody waits for the budget.
PLENTY = 1e6


class FakeClock:
    """Implements the clock. Time passes only in `sleep` and where a test says so."""

    def __init__(self, at: datetime = builders.NOW, ends: float = float("inf")) -> None:
        self.at = at
        self.ends = ends
        self.passed = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds
        self.raise_if_stopped()

    def raise_if_stopped(self) -> None:
        if self.passed >= self.ends:
            raise Stopped(Reason.DEADLINE)


@dataclass(frozen=True, slots=True)
class Sent:
    """A call as it left, and whose keys were to sign it."""

    service: str
    region: str
    operation: str
    parameters: Mapping[str, Any]
    key: str


Script = Callable[[Sent], Any]


@dataclass
class FakeClients:
    """Answers from a script: what it returns is the answer, and an exception is raised."""

    script: Script
    home_region: str = "us-east-1"
    ambient: ReadOnlyCredentials = KEYS
    sent: list[Sent] = field(default_factory=list)
    partition = real.Clients.partition

    def __post_init__(self) -> None:
        self._ambient = botocore.session.get_session()

    def invoke(self, service: str, region: str, operation: str, parameters: Mapping[str, Any]) -> Any:
        sent = Sent(service, region, operation, dict(parameters), str(real._keys.get().access_key))
        self.sent.append(sent)
        answer = self.script(sent)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def ambient_keys(self) -> ReadOnlyCredentials:
        return self.ambient

    def operations(self) -> list[str]:
        return [sent.operation for sent in self.sent]


class FakeCredentials:
    """Keys with numbers: `key-1`, and `key-2` once they are renewed."""

    account_id = "000000000001"

    def __init__(self, *, renewable: bool = True) -> None:
        self.renewable = renewable
        self.number = 1
        self.stale: list[str] = []

    def credentials(self) -> ReadOnlyCredentials:
        return ReadOnlyCredentials(f"key-{self.number}", "secret", "token", None)

    def refresh(self, stale: ReadOnlyCredentials) -> bool:
        self.stale.append(str(stale.access_key))
        self.number += self.renewable
        return self.renewable


def in_turn(*answers: Any) -> Script:
    """Give one answer after the other, the last one for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def caller(script: Script, clock: FakeClock | None = None, headroom: float = PLENTY) -> CallContext:
    return CallContext(cast("Clients", FakeClients(script)), RateLimiter(headroom), clock or FakeClock())


def sent(by: CallContext) -> list[Sent]:
    return cast("FakeClients", by.clients).sent


def slept(by: CallContext) -> list[float]:
    return cast("FakeClock", by.clock).slept


def line(by: CallContext, *, region: str = "eu-west-1", keyring: FakeCredentials | None = None) -> RegionClient:
    return RegionClient(by, keyring or FakeCredentials(), region, CallStats())


def refused(code: str | None, message: str | None = "no", status: int = 400, operation: str = "Call") -> ClientError:
    """Build the error that botocore makes of an answer."""
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)


def pages(rows: Iterable[list[Any]], key: str, token: str = "nextToken") -> list[dict[str, Any]]:
    """Build the answers of a list, page by page."""
    filled = [{key: page, token: f"after-{number}"} for number, page in enumerate(rows)]
    filled[-1].pop(token)
    return filled


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def region(self) -> str:
        """The region that the signature is for."""
        return self.headers["Authorization"].split("Credential=")[1].split("/")[2]


@dataclass(frozen=True, slots=True)
class Answer:
    """`claimed` is the length that the headers promise, where it is not the body's own; `then` comes after the body."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    claimed: int | None = None
    then: Callable[[], object] = bool


class Server(ThreadingHTTPServer):
    """Says what `script` tells it to, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, script: Callable[[Request], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        self.requests: list[Request] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave early are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # it costs 40 ms an answer

    def _serve(self) -> None:
        server = cast("Server", self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, {k.title(): v for k, v in self.headers.items()}, body)
        server.requests.append(request)
        answer = server.script(request)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body) if answer.claimed is None else answer.claimed))
        self.end_headers()
        self.wfile.write(answer.body)
        answer.then()
        self.close_connection = answer.claimed is not None

    do_GET = do_PUT = do_POST = do_HEAD = _serve  # noqa: N815 - the names that http.server looks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the method it replaces
        """Say nothing."""


@contextmanager
def serving(script: Callable[[Request], Answer]) -> Iterator[Server]:
    """Run the server while the block lasts."""
    with Server(script) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def today() -> datetime:
    """The time that a real server goes by."""
    return datetime.now(UTC)
