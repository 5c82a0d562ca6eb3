"""S3 in memory, with conditional writes, checksums and the expected bucket owner."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from email.utils import formatdate

from tests.fleet.calls import Call, ServerView, ServiceError
from tests.fleet.http_protocol import Request, response
from tests.fleet.organization import MANAGEMENT
from tests.fleet.protocols import s3_body, s3_listing, s3_multipart
from tests.fleet.protocols.json11 import request_id
from tests.fleet.protocols.s3_body import Stored, check_conditions, kept_headers
from tests.fleet.protocols.xml import tag


class S3:
    """Amazon S3. Every bucket belongs to the management account."""

    prefix = "s3"
    codes = {  # noqa: RUF012 - a constant of the protocol
        "bad-token": ("InvalidAccessKeyId", 403),
        "expired": ("ExpiredToken", 400),
        "denied": ("AccessDenied", 403),
        "throttled": ("SlowDown", 503),
        "broken": ("InternalError", 500),
        "unavailable": ("ServiceUnavailable", 503),
    }

    def __init__(self, world: ServerView, buckets: tuple[str, ...] = ("auditor-results",)) -> None:
        """Create empty buckets."""
        self._world = world
        self.buckets: dict[str, dict[str, Stored]] = {name: {} for name in buckets}
        self._uploads = s3_multipart.Uploads()
        self._operations: dict[str, Callable[[Call, str, dict[str, Stored], str], bytes]] = {
            "PutObject": _put,
            "GetObject": _get,
            "HeadObject": _get,
            "DeleteObject": _delete,
            "ListObjectsV2": lambda call, bucket, objects, _: s3_listing.answer(call.request, bucket, objects),
            "HeadBucket": _head_bucket,
            "GetBucketLocation": _location,
        }

    def operation(self, request: Request) -> str:
        """Return the operation of a method, path and query."""
        _, key = _place(request)
        parameters = request.target.partition(b"?")[2]
        method = request.method.decode()
        special = s3_multipart.operation(method, parameters)
        if special:
            return special
        if key:
            return {"PUT": "PutObject", "GET": "GetObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}.get(
                method, method
            )
        if method == "GET":
            return "GetBucketLocation" if b"location" in parameters else "ListObjectsV2"
        return {"HEAD": "HeadBucket", "PUT": "CreateBucket"}.get(method, method)

    def address(self, call: Call) -> None:
        """Identify calls by method and target, because bodies are large and can be equal for two keys."""
        call.subject = call.request.method + b" " + call.request.target

    def resource(self, call: Call) -> str:
        """Return bucket and key."""
        return "/".join(_place(call.request))

    def answer(self, call: Call) -> bytes:
        """Answer a call."""
        bucket, key = _place(call.request)
        if call.operation == "CreateBucket":
            self.buckets.setdefault(bucket, {})
            return response(200, _id(), b"")
        objects = self.buckets.get(bucket)
        if objects is None:
            raise ServiceError("NoSuchBucket", "The specified bucket does not exist", 404)
        owner = call.request.header(b"x-amz-expected-bucket-owner")
        if owner and owner.decode() != MANAGEMENT:
            raise ServiceError("AccessDenied", "Access Denied", 403)
        handler = self._operations.get(call.operation, self._uploads.answer)
        return handler(call, bucket, objects, key)

    def missing(self, call: Call) -> bytes:
        """Respond as if the key did not exist."""
        raise ServiceError("NoSuchKey", "The specified key does not exist.", 404)

    def refuse(self, refusal: ServiceError, call: Call | None) -> bytes:
        """Return an error response; responses to HEAD have no body."""
        if call is not None and call.request.method == b"HEAD":
            return response(refusal.status, _id(), b"")
        inner = tag("Code", refusal.code) + tag("Message", refusal.message) + tag("RequestId", "F1EE")
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'
        return response(refusal.status, _id() + b"Content-Type: application/xml\r\n", text.encode())


def _put(call: Call, bucket: str, objects: dict[str, Stored], key: str) -> bytes:
    request = call.request
    body, checksums = s3_body.read(request)
    check_conditions(request, objects.get(key))
    stored = Stored(body, s3_body.etag(body), time.time(), kept_headers(request), checksums)
    objects[key] = stored
    extra = b"".join(b"%b: %b\r\n" % pair for pair in checksums.items())
    return response(200, _id() + b"ETag: %b\r\n" % stored.etag.encode() + extra, b"")


def _delete(call: Call, bucket: str, objects: dict[str, Stored], key: str) -> bytes:
    objects.pop(key, None)
    return response(204, _id(), b"")


def _head_bucket(call: Call, bucket: str, objects: dict[str, Stored], key: str) -> bytes:
    return response(200, _id() + b"x-amz-bucket-region: %b\r\n" % call.region.encode(), b"")


def _location(call: Call, bucket: str, objects: dict[str, Stored], key: str) -> bytes:
    return response(200, _id(), f"<LocationConstraint>{call.region}</LocationConstraint>".encode())


def _get(call: Call, bucket: str, objects: dict[str, Stored], key: str) -> bytes:
    request = call.request
    stored = objects.get(key)
    if stored is None:
        raise ServiceError("NoSuchKey", "The specified key does not exist.", 404)
    headers = {
        **stored.headers,
        b"etag": stored.etag.encode(),
        b"last-modified": formatdate(stored.modified, usegmt=True).encode(),
    }
    if request.header(b"x-amz-checksum-mode"):
        headers |= stored.checksums
    body, status = stored.body, 200
    asked = re.fullmatch(rb"bytes=(\d+)-(\d*)", request.header(b"range"))
    if asked:
        start, end = int(asked[1]), min(int(asked[2] or len(body)), len(body) - 1)
        if start >= len(body):
            raise ServiceError("InvalidRange", "The requested range is not satisfiable", 416)
        headers[b"content-range"] = b"bytes %d-%d/%d" % (start, end, len(body))
        headers = {name: value for name, value in headers.items() if not name.startswith(b"x-amz-checksum")}
        body, status = body[start : end + 1], 206
    lines = _id() + b"".join(b"%b: %b\r\n" % pair for pair in headers.items())
    if call.operation == "HeadObject":
        return response(status, lines, b"", len(body))
    return response(status, lines, body)


def _id() -> bytes:
    return b"x-amz-request-id: %b\r\n" % request_id()


def _place(request: Request) -> tuple[str, str]:
    """Return bucket and key from the path or from a host such as `bucket.localhost`."""
    host = request.header(b"host").partition(b":")[0].decode()
    path = request.path[1:]
    bucket, dot, _ = host.partition(".localhost")
    if dot and bucket:
        return bucket, path
    first, _, key = path.partition("/")
    return first, key
