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

DEFAULT_CREDENTIALS = ReadOnlyCredentials("AKIAAMBIENT", "secret", None, None)
#: Enough headroom that nobody waits for the budget.
UNLIMITED = 1e6


class FakeClock:
    """Implements the clock. Time passes only in `sleep` and where a test says so."""

    def __init__(self, started_at: datetime = builders.NOW, stops_at: float = float("inf")) -> None:
        self.started_at = started_at
        self.stops_at = stops_at
        self.elapsed = 0.0
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return self.started_at + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.elapsed += seconds
        self.raise_if_stopped()

    def raise_if_stopped(self) -> None:
        if self.elapsed >= self.stops_at:
            raise Stopped(Reason.DEADLINE)


@dataclass(frozen=True, slots=True)
class SentCall:
    """A call as it left, and whose keys were to sign it."""

    service: str
    region: str
    operation: str
    parameters: Mapping[str, Any]
    key: str


Script = Callable[[SentCall], Any]


@dataclass
class FakeClients:
    """Answers from a script: what it returns is the answer, and an exception is raised."""

    script: Script
    home_region: str = "us-east-1"
    default: ReadOnlyCredentials = DEFAULT_CREDENTIALS
    sent: list[SentCall] = field(default_factory=list)
    partition = real.Clients.partition

    def __post_init__(self) -> None:
        self._default_session = botocore.session.get_session()

    def invoke(self, service: str, region: str, operation: str, parameters: Mapping[str, Any]) -> Any:
        sent = SentCall(service, region, operation, dict(parameters), str(real._thread_credentials.get().access_key))
        self.sent.append(sent)
        answer = self.script(sent)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def default_credentials(self) -> ReadOnlyCredentials:
        return self.default

    def operations(self) -> list[str]:
        return [sent.operation for sent in self.sent]


class FakeCredentials:
    """Keys with numbers: `key-1`, and `key-2` once they are renewed."""

    account_id = "000000000001"

    def __init__(self, *, refreshable: bool = True) -> None:
        self.refreshable = refreshable
        self.number = 1
        self.rejected: list[str] = []

    def credentials(self) -> ReadOnlyCredentials:
        return ReadOnlyCredentials(f"key-{self.number}", "secret", "token", None)

    def refresh(self, stale: ReadOnlyCredentials) -> bool:
        self.rejected.append(str(stale.access_key))
        self.number += self.refreshable
        return self.refreshable


def answers_in_turn(*answers: Any) -> Script:
    """Give one answer after the other, the last one for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def call_context(script: Script, clock: FakeClock | None = None, headroom: float = UNLIMITED) -> CallContext:
    return CallContext(cast("Clients", FakeClients(script)), RateLimiter(headroom), clock or FakeClock())


def sent_calls(by: CallContext) -> list[SentCall]:
    return cast("FakeClients", by.clients).sent


def sleeps(by: CallContext) -> list[float]:
    return cast("FakeClock", by.clock).sleeps


def region_client(
    by: CallContext, *, region: str = "eu-west-1", keyring: FakeCredentials | None = None
) -> RegionClient:
    return RegionClient(by, keyring or FakeCredentials(), region, CallStats())


def client_error(
    code: str | None, message: str | None = "no", status: int = 400, operation: str = "Call"
) -> ClientError:
    """Build the error that botocore makes of an answer."""
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)


def pages(rows: Iterable[list[Any]], key: str, token: str = "nextToken") -> list[dict[str, Any]]:
    """Build the answers of a list, page by page."""
    filled = [{key: page, token: f"after-{number}"} for number, page in enumerate(rows)]
    filled[-1].pop(token)
    return filled


@dataclass(frozen=True, slots=True)
class HttpRequest:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def region(self) -> str:
        """The region that the signature is for."""
        return self.headers["Authorization"].split("Credential=")[1].split("/")[2]


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """`content_length` is the length that the headers promise, where it is not the body's own; `after_body` runs after the body."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_length: int | None = None
    after_body: Callable[[], object] = bool


class FakeServer(ThreadingHTTPServer):
    """Says what `script` tells it to, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, script: Callable[[HttpRequest], HttpAnswer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        self.requests: list[HttpRequest] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave early are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # it costs 40 ms an answer

    def _serve(self) -> None:
        server = cast("FakeServer", self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = HttpRequest(self.command, self.path, {k.title(): v for k, v in self.headers.items()}, body)
        server.requests.append(request)
        answer = server.script(request)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header(
            "Content-Length", str(len(answer.body) if answer.content_length is None else answer.content_length)
        )
        self.end_headers()
        self.wfile.write(answer.body)
        answer.after_body()
        self.close_connection = answer.content_length is not None

    do_GET = do_PUT = do_POST = do_HEAD = _serve  # noqa: N815 - the names that http.server looks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the method it replaces
        """Say nothing."""


@contextmanager
def http_server(script: Callable[[HttpRequest], HttpAnswer]) -> Iterator[FakeServer]:
    """Run the server while the block lasts."""
    with FakeServer(script) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def real_now() -> datetime:
    """The time that a real server goes by."""
    return datetime.now(UTC)
