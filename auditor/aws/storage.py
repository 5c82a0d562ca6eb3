"""S3: a store for results, and the source of configuration files."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.aws.calls import CallContext, RegionClient
from auditor.aws.errors import ApiCallError, ErrorInfo, MalformedResponse
from auditor.aws.paging import paginate
from auditor.aws.roles import DefaultCredentials
from auditor.domain.errors import AuditorError, StorageError
from auditor.domain.reason import Reason
from auditor.store.store import AlreadyExists, Blob, NoConditionalReplace, Replaced, Version, check_key

_PRESENT = frozenset({"PreconditionFailed", "412"})
_NOT_IMPLEMENTED = frozenset({"NotImplemented", "501"})
_ACTIONS = {
    "write": "s3:PutObject",
    "read": "s3:GetObject (and s3:ListBucket, to tell missing from denied)",
    "list": "s3:ListBucket",
}
_ABSENT = frozenset({"NoSuchKey", "404", "NotFound"})

#: Bucket names that botocore accepts. S3 is stricter for new buckets.
_BUCKET_NAME = re.compile(r"[A-Za-z0-9._-]{3,255}", re.ASCII)


class _ConditionNotUnderstood(NoConditionalReplace):
    """A condition failed although the object has the expected ETag."""


@dataclass(frozen=True, slots=True)
class S3Location:
    """A parsed `s3://bucket/prefix`. `prefix` is empty or ends with a slash."""

    bucket: str
    prefix: str


def parse_s3_url(url: str) -> S3Location:
    """Parse `s3://bucket/prefix`. Raises StorageError if it has no bucket."""
    bucket, key = _split(url)
    prefix = key.strip("/")
    return S3Location(bucket, f"{prefix}/" if prefix else "")


@dataclass(frozen=True, slots=True)
class Protection:
    """Server-side encryption of objects, and the expected owner of the bucket. None leaves it to the bucket."""

    sse: str | None = None
    kms_key_id: str | None = None
    bucket_owner: str | None = None


class S3Store:
    """Implements `Store` on a bucket with a prefix, with the default credentials."""

    def __init__(
        self, call_context: CallContext, account_id: str, url: str, protection: Protection | None = None
    ) -> None:
        """Call nothing. Raises StorageError if the URL has no bucket."""
        self._place = parse_s3_url(url)
        self._protection = protection or Protection()
        self._caller = call_context
        self._account_id = account_id

    def url(self, key: str = "") -> str:
        """Return the URL of a key."""
        return f"s3://{self._place.bucket}/{self._place.prefix}{key}"

    def put(self, key: str, blob: Blob) -> None:
        """Write an object with a SHA-256 that S3 verifies. Raises AlreadyExists and StorageError."""
        request: dict[str, Any] = {
            **self._address(check_key(key)),
            "Body": blob.body,
            "ContentType": blob.content_type,
            "ChecksumSHA256": base64.b64encode(hashlib.sha256(blob.body).digest()).decode(),
            **self._encryption(),
        }
        if blob.content_encoding:
            request["ContentEncoding"] = blob.content_encoding
        if blob.once or (blob.replaces and not blob.replaces.tag):
            request["IfNoneMatch"] = "*"
        elif blob.replaces:
            request["IfMatch"] = blob.replaces.tag
        try:
            self._put(key, blob, request)
        except _ConditionNotUnderstood:
            # Some servers compare the ETag with a condition that has no quotes, and so never find it.
            self._put(key, blob, request | {"IfMatch": request["IfMatch"].strip('"')})

    def _put(self, key: str, blob: Blob, request: Mapping[str, Any]) -> None:
        try:
            self._client().call("s3", "PutObject", _read_etag, **request)
        except ApiCallError as error:
            refusal = self._refusal(key, blob, error.info)
            if refusal is not None:
                raise refusal from error

    def get(self, key: str) -> bytes | None:
        """Return an object's bytes, or None if it does not exist. Raises StorageError."""
        return self.read(check_key(key))

    def list_keys(self, folder: str) -> list[str]:
        """Return the keys below a folder, sorted. Raises StorageError."""
        prefix = f"{self._place.prefix}{check_key(folder.rstrip('/'))}/"
        address = {name: value for name, value in self._address(folder).items() if name != "Key"}
        try:
            pages = list(paginate(self._client(), "s3", "ListObjectsV2", _read_keys, **address, Prefix=prefix))
        except ApiCallError as error:
            raise self._storage_error("list", folder, error.info) from error
        return sorted(key.removeprefix(self._place.prefix) for page in pages for key in page)

    def get_version(self, key: str) -> Version:
        """Return an object with its ETag. Raises StorageError."""
        return self._read_version(check_key(key))

    def read(self, key: str) -> bytes | None:
        """Return the bytes of any key that S3 accepts; otherwise as `get`."""
        return self._read_version(key).body

    def _read_version(self, key: str) -> Version:
        try:
            return self._client().call("s3", "GetObject", _read_version, **self._address(key))
        except ApiCallError as error:
            if error.info.code in _ABSENT:
                return Version(None)
            raise self._storage_error("read", key, error.info) from error

    def _refusal(self, key: str, blob: Blob, failure: ErrorInfo) -> AuditorError | None:
        """Return the error of a failed write, None if the object was written nevertheless."""
        error = self._storage_error("write", key, failure)
        if blob.replaces and failure.code in _NOT_IMPLEMENTED:
            return NoConditionalReplace(error.message, error.advice)
        if failure.code not in (_PRESENT | _ABSENT if blob.replaces else _PRESENT):
            return error
        # It may be the object of this call: if the first answer is lost, the call is repeated.
        current = self._read_version(key)
        if current.body == blob.body:
            return None
        if blob.replaces and blob.replaces.tag and current.tag == blob.replaces.tag:
            # The object is the expected one, and yet the condition failed.
            return _ConditionNotUnderstood(error.message, error.advice)
        if blob.replaces:
            return Replaced(f"{self.url(key)} was replaced by another process.", "Run again.")
        return AlreadyExists(f"{self.url(key)} exists already, with other content.")

    def _client(self) -> RegionClient:
        return RegionClient(
            self._caller, DefaultCredentials(self._caller, self._account_id), self._caller.clients.home_region
        )

    def _address(self, key: str) -> dict[str, str]:
        address = {"Bucket": self._place.bucket, "Key": f"{self._place.prefix}{key}"}
        if self._protection.bucket_owner:
            address["ExpectedBucketOwner"] = self._protection.bucket_owner
        return address

    def _encryption(self) -> dict[str, str]:
        kms = {"SSEKMSKeyId": self._protection.kms_key_id} if self._protection.kms_key_id else {}
        return ({"ServerSideEncryption": self._protection.sse} if self._protection.sse else {}) | kms

    def _storage_error(self, verb: str, key: str, failure: ErrorInfo) -> StorageError:
        return StorageError(f"Cannot {verb} {self.url(key)}: {failure.detail}.", _advice(verb, failure))


def fetch(call_context: CallContext, account_id: str, url: str, bucket_owner: str | None = None) -> bytes:
    """Return the bytes of an object by its URL. Raises StorageError, also if it does not exist."""
    bucket, key = _split(url)
    # The user wrote this key: any key that S3 accepts is valid.
    body = (
        S3Store(call_context, account_id, f"s3://{bucket}", Protection(bucket_owner=bucket_owner)).read(key)
        if key
        else None
    )
    if body is None:
        raise StorageError(f"{url} does not exist.", "Check the key, and that the object was uploaded.")
    return body


def _split(url: str) -> tuple[str, str]:
    # urlsplit would split keys at question marks and number signs.
    scheme, _, rest = url.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not _BUCKET_NAME.fullmatch(bucket):
        raise StorageError(f"{url} is not an S3 URL.", "Write it as s3://bucket/prefix.")
    return bucket, key


def _read_etag(answer: Mapping[str, Any]) -> None:
    if not answer.get("ETag"):
        # A proxy answered with status 200: S3 always returns the ETag of the object.
        raise MalformedResponse("no `ETag` in the answer")


def _read_version(answer: Mapping[str, Any]) -> Version:
    _read_etag(answer)
    return Version(answer["Body"].read(), str(answer["ETag"]))


def _read_keys(answer: Mapping[str, Any]) -> list[str]:
    # S3 leaves `Contents` out if there is none, but it always counts.
    if not isinstance(answer.get("KeyCount"), int):
        raise MalformedResponse("no `KeyCount` in the answer")
    if answer.get("IsTruncated") and not answer.get("NextContinuationToken"):
        raise MalformedResponse("the list is cut off without a `NextContinuationToken`")
    return [entry["Key"] for entry in answer.get("Contents", ())]


def _advice(verb: str, failure: ErrorInfo) -> str:
    if failure.code in _NOT_IMPLEMENTED:
        return (
            "This storage does not support conditional writes (PutObject with If-None-Match), which keep two runs with "
            "one ID apart. Use a bucket on Amazon S3."
        )
    if failure.code == "NoSuchBucket":
        return "Create the bucket, or correct its name."
    if failure.reason in (Reason.PERMISSION_DENIED, Reason.SCP_DENIED):
        action = _ACTIONS[verb]
        return f"Allow {action} in the policies of this role and of the bucket, and check the expected bucket owner."
    return "Check the bucket's region and the network path to S3. The run can be repeated safely."
