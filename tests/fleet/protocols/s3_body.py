"""Bodies of S3 uploads: decode `aws-chunked` and verify all checksums."""

from __future__ import annotations

import hashlib
import re
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fleet.calls import ServiceError
from tests.fleet.http_protocol import Request, dechunk

_DIGESTS: dict[bytes, Callable[[bytes], bytes]] = {
    b"sha256": lambda body: hashlib.sha256(body).digest(),
    b"sha1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    b"crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    b"md5": lambda body: hashlib.md5(body, usedforsecurity=False).digest(),
}
#: Not verified, because the standard library cannot compute them.
_UNCHECKED = (b"crc32c", b"crc64nvme", b"sha512")

_KEPT = (
    b"content-type", b"content-encoding", b"content-disposition", b"cache-control",
    b"x-amz-server-side-encryption", b"x-amz-server-side-encryption-aws-kms-key-id",
)  # fmt: skip # a table, in columns
_META = re.compile(rb"\r\n(x-amz-meta-[^:]+):")


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored object. GetObject returns the `headers`, and the `checksums` on request."""

    body: bytes
    etag: str
    modified: float
    headers: dict[bytes, bytes] = field(default_factory=dict)
    checksums: dict[bytes, bytes] = field(default_factory=dict)


def read(request: Request) -> tuple[bytes, dict[bytes, bytes]]:
    """Return the payload and its verified checksums by header name. Raises ServiceError if one is wrong."""
    body = request.body
    trailers = b""
    if b"aws-chunked" in request.header(b"content-encoding").lower():
        whole = dechunk(body)
        if whole is None:
            raise ServiceError("IncompleteBody", "You did not provide the number of bytes specified by the header.")
        body, _, trailers = whole
    _verify_content(request, body)
    checksums = {}
    for name in (*_DIGESTS, *_UNCHECKED):
        header = b"x-amz-checksum-" + name
        claimed = request.header(header) or _trailer(trailers, header)
        if not claimed:
            continue
        if name in _DIGESTS and claimed != b64encode(_DIGESTS[name](body)):
            word = name.decode().upper()
            raise ServiceError("BadDigest", f"The {word} you specified did not match the calculated checksum.")
        checksums[header] = claimed
    return body, checksums


def etag(body: bytes) -> str:
    """Return the entity tag of an object that is uploaded in one piece."""
    return '"' + hashlib.md5(body, usedforsecurity=False).hexdigest() + '"'


def check_conditions(request: Request, present: Stored | None) -> None:
    """Check `If-None-Match: *` and `If-Match`. Raises ServiceError."""
    expected = request.header(b"if-match").decode()
    taken = request.header(b"if-none-match") == b"*" and present is not None
    if taken or (expected and present is not None and present.etag != expected):
        raise ServiceError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)
    if expected and present is None:
        raise ServiceError("NoSuchKey", "The specified key does not exist.", 404)


def kept_headers(request: Request) -> dict[bytes, bytes]:
    """Return the headers of an upload that a download includes."""
    names = [*_KEPT, *_META.findall(request.head.lower())]
    kept = {name: request.header(name) for name in names if request.header(name)}
    if b"content-encoding" in kept:
        codings = [part.strip() for part in kept[b"content-encoding"].split(b",")]
        kept[b"content-encoding"] = b",".join(part for part in codings if part != b"aws-chunked")
    return {name: value for name, value in kept.items() if value}


def _verify_content(request: Request, body: bytes) -> None:
    md5 = request.header(b"content-md5")
    if md5 and md5 != b64encode(_DIGESTS[b"md5"](body)):
        raise ServiceError("BadDigest", "The Content-MD5 you specified did not match what we received.")
    sha256 = request.header(b"x-amz-content-sha256")
    if len(sha256) == 64 and sha256.decode() != hashlib.sha256(body).hexdigest():
        raise ServiceError("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match.")


def _trailer(trailers: bytes, name: bytes) -> bytes:
    for line in trailers.split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip()
    return b""
