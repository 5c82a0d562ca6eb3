"""The part of HTTP/1.1 that the AWS SDKs use: keep-alive, Content-Length, chunks, `Expect: 100-continue`.

The header block is searched and not parsed, because most requests need three of their dozen headers.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from http import HTTPStatus
from typing import cast
from urllib.parse import unquote

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_REASONS = {status.value: status.phrase.encode() for status in HTTPStatus}


class Request:
    """One request with its decoded body."""

    __slots__ = ("_lower", "body", "head", "method", "target")

    def __init__(self, head: bytes, lower: bytes, body: bytes) -> None:
        """Take the header block without its last empty line, and the same in lower case."""
        self.head = head
        self._lower = lower
        self.body = body
        line = head[: head.find(b"\r\n")].split(b" ")
        self.method = line[0]
        self.target = line[1]

    def header(self, name: bytes) -> bytes:
        """Return a header by its lower-case name; empty if it is absent."""
        return header(self.head, self._lower, name)

    @property
    def path(self) -> str:
        """The path, percent-decoded."""
        return unquote(self.target.partition(b"?")[0].decode())

    @property
    def query(self) -> dict[str, str]:
        """The query parameters; a name without a value has an empty one."""
        pairs = (part.partition("=") for part in self.target.partition(b"?")[2].decode().split("&") if part)
        return {unquote(name): unquote(value.replace("+", " ")) for name, _, value in pairs}


def header(head: bytes, lower: bytes, name: bytes) -> bytes:
    """Return the value of a header."""
    start = lower.find(b"\r\n" + name + b":")
    if start < 0:
        return b""
    start += len(name) + 3
    return head[start : head.find(b"\r\n", start)].strip()


def response(status: int, headers: bytes, body: bytes, length: int | None = None) -> bytes:
    """Return a response. Each of the `headers` ends in CRLF; `length` replaces the length of the body."""
    size = len(body) if length is None else length
    return b"HTTP/1.1 %d %b\r\n%bContent-Length: %d\r\n\r\n%b" % (status, _REASONS[status], headers, size, body)


class Connection(asyncio.Protocol):
    """One connection of a client. Complete requests are handed to `serve` in turn."""

    __slots__ = ("_buffer", "_counted", "_needed", "_serve", "_told", "_transport")

    def __init__(self, serve: Callable[[Request, Connection], None], counted: Callable[[int], None]) -> None:
        """`counted` is called with 1 when the connection opens and with -1 when it closes."""
        self._serve = serve
        self._counted = counted
        self._buffer = bytearray()
        self._needed = 0
        self._told = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection. asyncio has already disabled Nagle's algorithm."""
        self._transport = cast("asyncio.Transport", transport)
        self._counted(1)

    def connection_lost(self, exc: Exception | None) -> None:
        """Drop the transport, so that late responses are discarded."""
        self._transport = None
        self._counted(-1)

    def data_received(self, data: bytes) -> None:
        """Collect data until a request is complete."""
        if self._buffer:
            self._buffer += data
            if len(self._buffer) < self._needed:
                return
            data = bytes(self._buffer)
            self._buffer.clear()
        while data:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._wait(data, 0)
                return
            head = data[: end + 2]
            lower = head.lower()
            body, rest, needed = _body(head, lower, data, end + 4)
            if body is None:
                self._invite(lower)
                self._wait(data, needed)
                return
            self._told = False
            data = data[rest:]
            self._serve(Request(head, lower, body), self)

    def send(self, answer: bytes) -> None:
        """Send a response, unless the client has disconnected."""
        if self._transport is not None:
            self._transport.write(answer)

    def send_and_close(self, answer: bytes) -> None:
        """Send a response and close the connection."""
        if self._transport is not None:
            self._transport.write(answer)
            self._transport.close()

    def reset(self) -> None:
        """Reset the connection, so that the client gets ECONNRESET."""
        if self._transport is not None:
            raw = self._transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()

    def _wait(self, data: bytes, needed: int) -> None:
        self._buffer += data
        self._needed = needed

    def _invite(self, lower: bytes) -> None:
        if not self._told and b"\r\nexpect: 100-continue" in lower:
            self._told = True
            self.send(_CONTINUE)


def _body(head: bytes, lower: bytes, data: bytes, start: int) -> tuple[bytes | None, int, int]:
    """Return the body (None if it is incomplete), the position of its end, and the number of bytes needed."""
    if b"\r\ntransfer-encoding: chunked" in lower:
        whole = dechunk(data, start)
        return (None, 0, 0) if whole is None else (*whole[:2], 0)
    end = start + int(header(head, lower, b"content-length") or 0)
    return (None, 0, end) if len(data) < end else (data[start:end], end, 0)


def dechunk(data: bytes, start: int = 0) -> tuple[bytes, int, bytes] | None:
    """Decode HTTP or `aws-chunked` chunks: (body, position of its end, trailers), or None if they are incomplete."""
    parts: list[bytes] = []
    while True:
        line = data.find(b"\r\n", start)
        if line < 0:
            return None
        size = int(data[start:line].partition(b";")[0], 16)
        start = line + 2
        if size == 0:
            break
        if len(data) < start + size + 2:
            return None
        parts.append(data[start : start + size])
        start += size + 2
    if data[start : start + 2] == b"\r\n":
        return b"".join(parts), start + 2, b""
    end = data.find(b"\r\n\r\n", start)
    return None if end < 0 else (b"".join(parts), end + 4, data[start : end + 2])
