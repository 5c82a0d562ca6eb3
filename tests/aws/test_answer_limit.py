"""A server that accepts and then hangs, or sends a byte now and then: how long one call can take."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError

from auditor.aws.answer_limit import answer_within
from auditor.aws.clients import Clients, Connection, sign_with
from auditor.engine.clock import RunClock

#: The read timeout, and the most that one call may take with it: no answer trickles for long (seconds).
TIMEOUT, MOST = 0.3, 2.5
KEYS = ReadOnlyCredentials("AKIDEXAMPLE", "secret", None)

HEAD = b'HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Type: text/xml\r\nContent-Length: 4000\r\n\r\n'


def _silent(_: socket.socket) -> Iterator[bytes]:
    yield from ()


def _trickling_head(_: socket.socket) -> Iterator[bytes]:
    yield from (bytes([byte]) for byte in HEAD)


def _trickling_body(_: socket.socket) -> Iterator[bytes]:
    yield HEAD
    yield from (b" " for _ in range(4000))


def _continuing_then_silent(_: socket.socket) -> Iterator[bytes]:
    yield b"HTTP/1.1 100 Continue\r\n\r\n"


def _continuing_without_end(_: socket.socket) -> Iterator[bytes]:
    yield b"HTTP/1.1 100 Continue\r\n"
    for number in range(4000):
        yield b"x-%d: y\r\n" % number


def _endless_head(_: socket.socket) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    yield from (b"x" for _ in range(4000))


BEHAVIOURS = {
    "never answers": _silent,
    "sends its header byte by byte": _trickling_head,
    "sends its body byte by byte": _trickling_body,
    "sends a header line without an end": _endless_head,
    "says 100 and then nothing": _continuing_then_silent,
    "says 100 with headers without an end": _continuing_without_end,
}
CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "an object is read": ("s3", "GetObject", {"Bucket": "results", "Key": "k"}),
    "an object is written": ("s3", "PutObject", {"Bucket": "results", "Key": "k", "Body": b"x" * 100}),
    "a role is assumed": ("sts", "AssumeRole", {"RoleArn": "arn:aws:iam::1:role/x", "RoleSessionName": "x"}),
    "the organization is listed": ("organizations", "ListAccounts", {}),
    "a MAC is verified": ("kms", "GenerateMac", {"KeyId": "x", "Message": "eA==", "MacAlgorithm": "HMAC_SHA_256"}),
    "regions are listed": ("ec2", "DescribeRegions", {}),
    "a definition is described": ("ecs", "DescribeTaskDefinition", {"taskDefinition": "x"}),
}


@contextlib.contextmanager
def serving(behaviour: Callable[[socket.socket], Iterator[bytes]], pause: float = 0.05) -> Iterator[str]:
    """Accept connections, and answer the first bytes of each with the parts, with pauses between them."""
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.recv(65_536)
            for part in behaviour(connection):
                connection.sendall(part)
                if ended.wait(pause):
                    return
            ended.wait()

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        ended.set()
        listener.close()


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Clients]:
    def make(url: str) -> Clients:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        return Clients(Connection(1.0, TIMEOUT, 2))

    return make


def _read_all(answer: dict[str, Any]) -> None:
    if "Body" in answer:
        answer["Body"].read()


#: The other pairs take half a second each.
_QUICK = {(call, "sends its body byte by byte") for call in ("an object is read", "an object is written")}


@pytest.mark.parametrize(
    ("call", "behaviour"),
    [
        pytest.param(
            call,
            behaviour,
            id=f"{call} from a server that {behaviour}",
            marks=() if (call, behaviour) in _QUICK else pytest.mark.slow,
        )
        for call in CALLS
        for behaviour in BEHAVIOURS
    ],
)
def test_a_call_takes_the_read_timeout_at_most(clients: Callable[[str], Clients], call: str, behaviour: str) -> None:
    service, operation, parameters = CALLS[call]

    with serving(BEHAVIOURS[behaviour]) as url:
        connected = clients(url)
        connected.get(service, "us-east-1")
        started_at = time.monotonic()
        with pytest.raises((BotoCoreError, OSError)), sign_with(KEYS), answer_within(TIMEOUT, lambda: 0.0):
            _read_all(connected.invoke(service, "us-east-1", operation, parameters))

    assert time.monotonic() - started_at < MOST


def test_a_connection_that_ends_within_its_first_answer_is_an_error(clients: Callable[[str], Clients]) -> None:
    def closing(connection: socket.socket) -> Iterator[bytes]:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n")
        connection.shutdown(socket.SHUT_RDWR)
        yield from ()

    service, operation, parameters = CALLS["an object is written"]
    with serving(closing) as url, pytest.raises((BotoCoreError, OSError)), sign_with(KEYS):
        clients(url).invoke(service, "us-east-1", operation, parameters)


def test_a_stop_ends_the_wait_for_an_answer(clients: Callable[[str], Clients], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.aws.answer_limit.GRACE", 0.3)
    clock = RunClock()
    service, operation, parameters = CALLS["an object is read"]

    with serving(_silent) as url:
        connected = clients(url)
        connected.get(service, "us-east-1")
        clock.limit(0.2)
        started_at = time.monotonic()
        with (
            pytest.raises((BotoCoreError, OSError)),
            sign_with(KEYS),
            answer_within(60.0, lambda: clock.stopped_for),
        ):
            connected.invoke(service, "us-east-1", operation, parameters)

    assert time.monotonic() - started_at < MOST


def test_a_call_long_after_the_stop_has_time_for_its_answer(clients: Callable[[str], Clients]) -> None:
    answer = b'HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: 0\r\n\r\n'
    service, operation, parameters = CALLS["an object is written"]

    with serving(lambda _: iter([b"", answer]), pause=0.4) as url, sign_with(KEYS), answer_within(60.0, lambda: 3600.0):
        assert clients(url).invoke(service, "us-east-1", operation, parameters)["ETag"] == '"x"'


def test_a_late_process_still_reads_what_has_arrived(clients: Callable[[str], Clients]) -> None:
    service, operation, parameters = CALLS["an object is read"]

    with serving(lambda _: iter([HEAD + b" " * 4000])) as url, sign_with(KEYS), answer_within(0.3, lambda: 0.0):
        answer = clients(url).invoke(service, "us-east-1", operation, parameters)
        time.sleep(0.5)
        assert len(answer["Body"].read()) == 4000
