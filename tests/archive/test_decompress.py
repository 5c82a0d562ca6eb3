"""Text of stored objects is decompressed within a bound."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from auditor.archive import decode
from auditor.archive.decompress import MAX_TEXT, decompress
from auditor.domain.scope import Account


def bomb(size: int) -> bytes:
    """Return a gzipped object with this many spaces."""
    compressor = zlib.compressobj(9, wbits=31)
    chunk = b" " * 1024**2
    return b"".join(compressor.compress(chunk) for _ in range(size // len(chunk))) + compressor.flush()


def test_text_up_to_the_limit_is_returned() -> None:
    assert decompress(gzip.compress(b"x" * 100), 100) == b"x" * 100


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(gzip.compress(b"x" * 101), id="is one byte longer than the limit"),
        pytest.param(gzip.compress(b"x" * 50)[:-1], id="is cut off"),
        pytest.param(gzip.compress(b"x") + b"more", id="is followed by other bytes"),
        pytest.param(gzip.compress(b"x") * 2, id="has two members"),
        pytest.param(b"", id="is empty"),
        pytest.param(b"rows", id="is not gzip"),
    ],
)
def test_an_object_is_refused_if_it(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the callers handle any ValueError
        decompress(body, 100)


def test_memory_does_not_grow_with_a_bomb() -> None:
    body = bomb(64 * 1024**2)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="more than 1,048,576 bytes"):
            decompress(body, 1024**2)
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024**2
    finally:
        tracemalloc.stop()


def test_rows_that_are_a_bomb_are_refused() -> None:
    with pytest.raises(ValueError, match="more than"):
        decode.findings(bomb(MAX_TEXT + 1024**2), Account("111122223333"))
