"""Decompress stored objects. Others may write to the output, so the size of the result is bounded."""

import zlib

#: The window size that makes zlib read the gzip format.
_GZIP = 31
#: The most text of one object (bytes). Findings of an account with 4,000 families take a tenth of it.
MAX_TEXT = 256 * 1024**2


def decompress(body: bytes, limit: int = MAX_TEXT) -> bytes:
    """Return the text of a gzipped object.

    Raises ValueError if it is not gzip, is cut off, is followed by other bytes, or has more than `limit` bytes. Memory
    does not grow beyond the limit.
    """
    reader = zlib.decompressobj(wbits=_GZIP)
    try:
        text = reader.decompress(body, limit + 1)
    except zlib.error as error:
        raise ValueError(f"not gzip: {error}") from error
    if len(text) > limit:
        raise ValueError(f"more than {limit:,} bytes when decompressed")
    if not reader.eof or reader.unused_data:
        raise ValueError("cut off, or followed by other bytes")
    return text
