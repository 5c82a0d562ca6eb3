"""S3 multipart uploads and bulk deletes."""

from __future__ import annotations

import hashlib
import re
import time
from html import unescape
from itertools import count

from tests.fleet.calls import Call, ServiceError
from tests.fleet.http_protocol import response
from tests.fleet.protocols import s3_body
from tests.fleet.protocols.s3_body import Stored, check_conditions, kept_headers
from tests.fleet.protocols.xml import ok, tag

_PART = re.compile(r"<PartNumber>(\d+)</PartNumber>")
_KEY = re.compile(r"<Key>([^<]*)</Key>")


def operation(method: str, query: bytes) -> str:
    """Return the operation, or an empty string if it is none of these."""
    if method == "POST" and query.startswith(b"delete"):
        return "DeleteObjects"
    if method == "POST" and query.startswith(b"uploads"):
        return "CreateMultipartUpload"
    if b"uploadId=" not in query:
        return ""
    return {"PUT": "UploadPart", "POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload"}.get(method, "")


class Uploads:
    """The uploads in progress."""

    def __init__(self) -> None:
        """Start without uploads."""
        self._numbers = count(1)
        self._open: dict[str, tuple[dict[bytes, bytes], dict[int, bytes]]] = {}

    def answer(self, call: Call, bucket: str, objects: dict[str, Stored], key: str) -> bytes:
        """Answer a call."""
        match call.operation:
            case "DeleteObjects":
                return _delete(call, objects)
            case "CreateMultipartUpload":
                name = f"upload-{next(self._numbers)}"
                self._open[name] = (kept_headers(call.request), {})
                return _result(
                    "InitiateMultipartUpload", tag("Bucket", bucket) + tag("Key", key) + tag("UploadId", name)
                )
            case "UploadPart":
                return self._part(call)
            case "CompleteMultipartUpload":
                return self._complete(call, bucket, objects, key)
            case "AbortMultipartUpload":
                self._open.pop(call.request.query["uploadId"], None)
                return response(204, b"", b"")
        raise ServiceError("NotImplemented", "The fleet does not know this operation.", 501)

    def _find(self, call: Call) -> tuple[dict[bytes, bytes], dict[int, bytes]]:
        upload = self._open.get(call.request.query["uploadId"])
        if upload is None:
            raise ServiceError("NoSuchUpload", "The specified upload does not exist.", 404)
        return upload

    def _part(self, call: Call) -> bytes:
        body, checksums = s3_body.read(call.request)
        self._find(call)[1][int(call.request.query["partNumber"])] = body
        extra = b"".join(b"%b: %b\r\n" % pair for pair in checksums.items())
        return response(200, b"ETag: %b\r\n" % s3_body.etag(body).encode() + extra, b"")

    def _complete(self, call: Call, bucket: str, objects: dict[str, Stored], key: str) -> bytes:
        headers, parts = self._find(call)
        numbers = [int(number) for number in _PART.findall(call.request.body.decode())]
        if not numbers or any(number not in parts for number in numbers):
            raise ServiceError("InvalidPart", "One or more of the specified parts could not be found.")
        check_conditions(call.request, objects.get(key))
        del self._open[call.request.query["uploadId"]]
        digests = b"".join(hashlib.md5(parts[number], usedforsecurity=False).digest() for number in numbers)
        etag = f'"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(numbers)}"'
        objects[key] = Stored(b"".join(parts[number] for number in numbers), etag, time.time(), headers)
        return _result("CompleteMultipartUpload", tag("Bucket", bucket) + tag("Key", key) + tag("ETag", etag))


def _delete(call: Call, objects: dict[str, Stored]) -> bytes:
    names = [unescape(name) for name in _KEY.findall(call.request.body.decode())]
    for name in names:
        objects.pop(name, None)
    return ok(
        "<DeleteResult>" + "".join(f"<Deleted>{tag('Key', name)}</Deleted>" for name in names) + "</DeleteResult>"
    )


def _result(name: str, inner: str) -> bytes:
    return ok(f"<{name}Result>{inner}</{name}Result>")
