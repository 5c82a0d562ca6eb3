from __future__ import annotations

from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fleet.http_protocol import Connection, Request, dechunk

PLAIN = b"POST /a%20b?list-type=2&prefix=x%2Fy HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nX-Thing:  v \r\n\r\nhello"
BARE = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
CHUNKED = b"PUT /k HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
PATIENT = b"PUT /k HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"


class Wire:
    """A transport that records what is written to it."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data


def feed(*pieces: bytes) -> tuple[list[Request], bytes]:
    requests: list[Request] = []
    connection = Connection(lambda request, _: requests.append(request), lambda _: None)
    wire = Wire()
    connection.connection_made(cast("Any", wire))
    for piece in pieces:
        connection.data_received(piece)
    return requests, wire.written


def test_a_request_is_parsed() -> None:
    (request,), _ = feed(PLAIN)
    assert (request.method, request.path, request.body) == (b"POST", "/a b", b"hello")
    assert request.query == {"list-type": "2", "prefix": "x/y"}
    assert request.header(b"x-thing") == b"v"
    assert request.header(b"x-other") == b""


@given(st.lists(st.integers(0, 400), max_size=12))
def test_requests_can_arrive_in_any_pieces(cuts: list[int]) -> None:
    stream = PLAIN + BARE + CHUNKED + PLAIN
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    requests, _ = feed(*(stream[start:end] for start, end in pairwise(edges)))
    assert [request.body for request in requests] == [b"hello", b"", b"abcde", b"hello"]


def test_a_request_can_arrive_byte_by_byte() -> None:
    requests, _ = feed(*(PLAIN[i : i + 1] for i in range(len(PLAIN))))
    assert [request.body for request in requests] == [b"hello"]


def test_a_client_that_expects_100_continue_gets_it_once() -> None:
    head, body = PATIENT[:-3], PATIENT[-3:]
    requests, written = feed(head, body[:1], body[1:])
    assert written == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert [request.body for request in requests] == [b"abc"]


def test_a_client_that_sends_the_body_at_once_gets_no_100_continue() -> None:
    _, written = feed(PATIENT)
    assert written == b""


@pytest.mark.parametrize("cut", [0, 1, 7, 20])
def test_incomplete_chunks_are_not_decoded(cut: int) -> None:
    whole = b"5;chunk-signature=x\r\nhello\r\n0\r\nx-amz-checksum-crc32:AA==\r\n\r\n"
    assert dechunk(whole) == (b"hello", len(whole), b"x-amz-checksum-crc32:AA==\r\n")
    assert dechunk(whole[: len(whole) - 1 - cut]) is None
