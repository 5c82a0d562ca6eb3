"""A fake clock, clients that answer from a script, and a small HTTP server with scripted answers."""
# ruff: noqa: ANN401 - answers and parameters are any JSON

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
from auditor.aws.regions import ALWAYS_ENABLED
from auditor.domain.clock import Stopped
from auditor.domain.coverage import CallStats
from auditor.domain.reason import Reason
from tests import builders

DEFAULT_CREDENTIALS = ReadOnlyCredentials("AKIAAMBIENT", "secret", None, None)
#: A share of the rate limits at which no call waits.
UNLIMITED = 1e6


class FakeClock:
    """A clock that advances only in `sleep` and by assignment of `elapsed`."""

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
    """A recorded call. `key` is the ID of the access key that signs it."""

    service: str
    region: str
    operation: str
    parameters: Mapping[str, Any]
    key: str


Script = Callable[[SentCall], Any]


@dataclass
class FakeClients:
    """Clients that return what `script` returns for a call, or raise it if it is an exception."""

    script: Script
    home_region: str = "us-east-1"
    read_timeout: float = 20.0
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
    """Numbered credentials: `key-1`, then `key-2` after a refresh."""

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
    """Return a script that gives one answer after the other, and repeats the last one."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def call_context(script: Script, clock: FakeClock | None = None, headroom: float = UNLIMITED) -> CallContext:
    return CallContext(cast("Clients", FakeClients(script)), RateLimiter(headroom), clock or FakeClock())


def sent_calls(context: CallContext) -> list[SentCall]:
    return cast("FakeClients", context.clients).sent


def sleeps(context: CallContext) -> list[float]:
    return cast("FakeClock", context.clock).sleeps


def region_client(
    context: CallContext, *, region: str = "eu-west-1", credentials: FakeCredentials | None = None
) -> RegionClient:
    return RegionClient(context, credentials or FakeCredentials(), region, CallStats())


def client_error(
    code: str | None, message: str | None = "no", status: int = 400, operation: str = "Call"
) -> ClientError:
    """Build the error that botocore raises for an error response."""
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)


def pages(pages_of_items: Iterable[list[Any]], key: str, token: str = "nextToken") -> list[dict[str, Any]]:
    """Build the answers of a list operation, one per page."""
    filled = [{key: page, token: f"after-{number}"} for number, page in enumerate(pages_of_items)]
    filled[-1].pop(token)
    return filled


def regions_answer(**statuses: str) -> dict[str, Any]:
    """Build the answer of DescribeRegions: all regions that no account can disable, and others with their status."""
    others = {name.replace("_", "-"): status for name, status in statuses.items()}
    pairs = {**dict.fromkeys(sorted(ALWAYS_ENABLED), "opt-in-not-required"), **others}
    return {"Regions": [{"RegionName": name, "OptInStatus": status} for name, status in pairs.items()]}


@dataclass(frozen=True, slots=True)
class HttpRequest:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def region(self) -> str:
        """The region in the signature."""
        return self.headers["Authorization"].split("Credential=")[1].split("/")[2]


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer of the fake server.

    `content_length` is the header if it differs from the length of the body. `after_body` runs after the body is sent.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_length: int | None = None
    after_body: Callable[[], object] = bool


class FakeServer(ThreadingHTTPServer):
    """A server that answers with `script` and records the requests."""

    daemon_threads = True

    def __init__(self, script: Callable[[HttpRequest], HttpAnswer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        self.requests: list[HttpRequest] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors: some tests close the connection early."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # Nagle's algorithm costs 40 ms per answer

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
        """Log nothing."""


@contextmanager
def http_server(script: Callable[[HttpRequest], HttpAnswer]) -> Iterator[FakeServer]:
    """Run a server within the block."""
    with FakeServer(script) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def real_now() -> datetime:
    """Return the real time, which real servers compare with."""
    return datetime.now(UTC)
