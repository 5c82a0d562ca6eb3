"""A limit for the whole of an answer: a server that sends a byte per second must not keep a call for ever.

The read timeout of the HTTP library starts anew with every byte that arrives. The connections in this module ask the
current `limit` before every read instead, also while they wait, so that a stop of the run ends the wait.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from botocore.awsrequest import AWSHTTPConnection, AWSHTTPConnectionPool, AWSHTTPSConnection, AWSHTTPSConnectionPool
from botocore.client import BaseClient

#: How long a call may still wait when the run was stopped (seconds).
GRACE = 5.0

#: How often a waiting call asks for its limit (seconds).
_POLL_INTERVAL = 0.5
#: A read after the limit still returns what has arrived: a busy process may be late itself.
_SHORTEST_WAIT = 0.01

#: Returns the seconds that are left for the answer. It may be called often.
Limit = Callable[[], float]

_limit: ContextVar[Limit | None] = ContextVar("limit", default=None)


@contextmanager
def answer_within(seconds: float, stopped_for: Callable[[], float]) -> Iterator[None]:
    """Limit the answers of this thread's calls in this block to `seconds` from now, and to `GRACE` after a stop.

    `stopped_for` returns the seconds since the run was stopped, 0 if it was not.
    """
    started_at = time.monotonic()

    def left() -> float:
        now = time.monotonic()
        stopped = stopped_for()
        grace = GRACE - min(stopped, now - started_at) if stopped else seconds
        return min(started_at + seconds - now, grace)

    token = _limit.set(left)
    try:
        yield
    finally:
        _limit.reset(token)


def limit_answers(client: BaseClient) -> None:
    """Make a client's connections obey the limit."""
    internals: Any = client
    session = internals._endpoint.http_session  # noqa: SLF001 - botocore has no option for connection classes
    # Connections through a proxy are made later, from the same table.
    session._pool_classes_by_scheme.update(http=_Pool, https=_TlsPool)  # noqa: SLF001 - likewise
    session._manager.pool_classes_by_scheme = session._pool_classes_by_scheme  # noqa: SLF001 - likewise


class _LimitedFile(io.RawIOBase):
    """Reads a socket within the limit."""

    def __init__(self, connected: Any, *, must_continue: bool) -> None:
        """Read from a socket. With `must_continue`, its end is an error."""
        self._socket = connected
        self._counted = connected.makefile("rb", 0)  # keeps the socket open until this file is closed
        self._must_continue = must_continue

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is there, or wait for it. Raises TimeoutError."""
        before = self._socket.gettimeout()
        try:
            count = self._receive(buffer, _limit.get())
        finally:
            self._socket.settimeout(before)
        if not count and self._must_continue:
            raise ConnectionResetError("the connection was closed within an answer")
        return count

    def _receive(self, buffer: Any, limit: Limit | None) -> int:
        if limit is None:
            return int(self._socket.recv_into(buffer))
        while True:
            left = limit()
            self._socket.settimeout(min(max(left, _SHORTEST_WAIT), _POLL_INTERVAL))
            try:
                return int(self._socket.recv_into(buffer))
            except TimeoutError:
                if limit() <= 0:
                    raise

    def close(self) -> None:
        """Close the file; the connection closes its socket."""
        if not self.closed:
            self._counted.close()
        super().close()


class _LimitedSocket:
    """A connected socket whose files obey the limit."""

    def __init__(self, connected: Any) -> None:
        self._socket = connected

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    def makefile(self, _mode: str, buffering: int | None = None) -> io.RawIOBase | io.BufferedReader:
        """Return a file for reading. botocore reads the answer to `Expect: 100-continue` without a buffer.

        It would search for the end of that answer for ever if the connection is closed before.
        """
        file = _LimitedFile(self._socket, must_continue=buffering == 0)
        return file if buffering == 0 else io.BufferedReader(file)


class _Connection(AWSHTTPConnection):
    def connect(self) -> None:
        super().connect()
        self.sock: Any = _LimitedSocket(self.sock)


class _TlsConnection(AWSHTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock: Any = _LimitedSocket(self.sock)


class _Pool(AWSHTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(AWSHTTPSConnectionPool):
    ConnectionCls = _TlsConnection
