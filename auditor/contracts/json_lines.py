"""Rows as lines of JSON, and compressed lines: equal rows are equal bytes."""

import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

#: Makes zlib write a gzip header, and one without a time.
_GZIP = 16 + zlib.MAX_WBITS

#: Lines that are compressed together, about 100 KB.
_BATCH = 64

_ENCODER = json.JSONEncoder(default=vars, separators=(",", ":"))

#: An escaped UTF-16 surrogate: a half of a character beyond U+FFFF. Most lines have none.
_SURROGATE_ESCAPE = re.compile(r"\\ud[89a-f]")


def to_line(value: object) -> str:
    """Return a document or plain data as one line of JSON.

    It is ASCII only: characters that a terminal or browser interprets are escaped.
    """
    text = _ENCODER.encode(value)
    if not _SURROGATE_ESCAPE.search(text):
        return text
    # Strict readers refuse half of a surrogate pair: replace it by U+FFFD.
    return _ENCODER.encode(_without_lone_surrogates(json.loads(text)))


def gzip_lines(lines: Iterable[str]) -> tuple[int, bytes]:
    """Return the number of lines, and the lines compressed. They must be ASCII; each is dropped once compressed."""
    compressor, count = zlib.compressobj(6, wbits=_GZIP), 0
    chunks: list[bytes] = []
    remaining = iter(lines)
    # In batches: zlib gives up the interpreter's lock with every call, and a busy thread waits to get it back.
    while batch := list(islice(remaining, _BATCH)):
        count += len(batch)
        chunks.append(compressor.compress("".join(f"{line}\n" for line in batch).encode("ascii")))
    return count, b"".join((*chunks, compressor.flush()))


def _without_lone_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _well_formed(value)
    if isinstance(value, Sequence):
        return [_without_lone_surrogates(member) for member in value]
    if isinstance(value, Mapping):
        return {_well_formed(key): _without_lone_surrogates(member) for key, member in value.items()}
    return value


def _well_formed(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
