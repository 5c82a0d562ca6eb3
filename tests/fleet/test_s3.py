from __future__ import annotations

import hashlib
import http.client
import io
import zlib
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.fleet import Fleet, running
from tests.fleet.conftest import SHAPE, Client, Connect, code
from tests.fleet.organization import MANAGEMENT
from tests.fleet.sessions import AMBIENT_KEY

BUCKET = "auditor-results"
AUTHORIZATION = f"AWS4-HMAC-SHA256 Credential={AMBIENT_KEY}/20261123/eu-west-1/s3/aws4_request, SignedHeaders=host"


@pytest.fixture(scope="module")
def storage() -> Iterator[Fleet]:
    with running(SHAPE, buckets=(BUCKET, "other")) as started:
        yield started


@pytest.fixture
def s3(storage: Fleet, connect: Connect) -> Iterator[Client]:
    """Return a client whose buckets are emptied after the test."""
    client = connect(storage, "s3")
    yield client
    for listed in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=listed["Key"])


def send(fleet: Fleet, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """Send a plain HTTP request, for what boto3 does only over TLS."""
    connection = http.client.HTTPConnection(fleet.url.removeprefix("http://"))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, {"Authorization": AUTHORIZATION, **named})
    answer = connection.getresponse()
    result = answer.status, answer.read()
    connection.close()
    return result


def test_an_object_is_read_back_with_its_headers_and_checksum(s3: Client) -> None:
    headers = {"ContentType": "text/html; charset=utf-8", "ContentEncoding": "gzip", "Metadata": {"run": "1"}}
    put = s3.put_object(Bucket=BUCKET, Key="a b/é+c", Body=b"hello", ChecksumAlgorithm="SHA256", **headers)
    got = s3.get_object(Bucket=BUCKET, Key="a b/é+c", ChecksumMode="ENABLED")
    assert got["Body"].read() == b"hello"
    assert {name: got[name] for name in headers} == headers
    assert got["ETag"] == put["ETag"] == f'"{hashlib.md5(b"hello", usedforsecurity=False).hexdigest()}"'
    assert got["ChecksumSHA256"] == b64encode(hashlib.sha256(b"hello").digest()).decode()
    head = s3.head_object(Bucket=BUCKET, Key="a b/é+c")
    assert (head["ContentLength"], head["ContentType"]) == (5, "text/html; charset=utf-8")


def test_a_conditional_write_does_not_replace_an_object(s3: Client) -> None:
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"first", IfNoneMatch="*")
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=BUCKET, Key="k", Body=b"second", IfNoneMatch="*")
    assert code(error) == "PreconditionFailed"
    assert s3.get_object(Bucket=BUCKET, Key="k")["Body"].read() == b"first"


def test_a_conditional_write_replaces_an_object_with_the_expected_tag(s3: Client) -> None:
    first = s3.put_object(Bucket=BUCKET, Key="k", Body=b"first")["ETag"]
    second = s3.put_object(Bucket=BUCKET, Key="k", Body=b"second", IfMatch=first)["ETag"]
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=BUCKET, Key="k", Body=b"third", IfMatch=first)
    assert code(error) == "PreconditionFailed"
    assert s3.head_object(Bucket=BUCKET, Key="k")["ETag"] == second


def test_the_expected_bucket_owner_is_the_management_account(s3: Client) -> None:
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"", ExpectedBucketOwner=MANAGEMENT)
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=BUCKET, Key="k", Body=b"", ExpectedBucketOwner="111122223333")
    assert code(error) == "AccessDenied"


@pytest.mark.parametrize("operation", ["put_object", "get_object", "delete_object"])
def test_an_unknown_bucket_is_an_error(s3: Client, operation: str) -> None:
    with pytest.raises(ClientError) as error:
        getattr(s3, operation)(Bucket="nowhere", Key="k")
    assert code(error) == "NoSuchBucket"


def test_an_unknown_key_is_an_error(s3: Client) -> None:
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=BUCKET, Key="k")
    with pytest.raises(ClientError) as error:
        s3.head_object(Bucket=BUCKET, Key="k")
    assert code(error) == "404"


def test_keys_are_listed_in_order_with_pages_and_common_prefixes(s3: Client) -> None:
    names = ["a/1", "a/2", "b/1 &<é", "c"]
    for name in reversed(names):
        s3.put_object(Bucket=BUCKET, Key=name, Body=name.encode())
    pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 3}))
    assert [entry["Key"] for page in pages for entry in page["Contents"]] == names
    assert len(pages) == 2
    folded = s3.list_objects_v2(Bucket=BUCKET, Delimiter="/")
    assert [entry["Prefix"] for entry in folded["CommonPrefixes"]] == ["a/", "b/"]
    assert [entry["Key"] for entry in folded["Contents"]] == ["c"]
    after = s3.list_objects_v2(Bucket=BUCKET, Prefix="a/", StartAfter="a/1")
    assert [entry["Key"] for entry in after["Contents"]] == ["a/2"]
    assert "Contents" not in s3.list_objects_v2(Bucket="other")


def test_keys_are_deleted_individually_and_in_bulk(s3: Client) -> None:
    for name in ("1", "2", "3&"):
        s3.put_object(Bucket=BUCKET, Key=name, Body=b"")
    s3.delete_object(Bucket=BUCKET, Key="1")
    deleted = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "2"}, {"Key": "3&"}]})
    assert [entry["Key"] for entry in deleted["Deleted"]] == ["2", "3&"]
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


def test_a_large_file_is_uploaded_in_parts(s3: Client) -> None:
    body = bytes(range(256)) * 80_000
    s3.upload_fileobj(io.BytesIO(body), BUCKET, "large", ExtraArgs={"ContentType": "text/plain"})
    got = s3.get_object(Bucket=BUCKET, Key="large")
    assert got["ETag"].endswith('-3"')
    assert got["ContentType"] == "text/plain"
    assert got["Body"].read() == body


def test_a_range_of_an_object_can_be_read(s3: Client) -> None:
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"0123456789")
    got = s3.get_object(Bucket=BUCKET, Key="k", Range="bytes=3-5")
    assert (got["Body"].read(), got["ContentRange"]) == (b"345", "bytes 3-5/10")
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=BUCKET, Key="k", Range="bytes=10-")
    assert code(error) == "InvalidRange"


def test_a_bucket_can_be_created_and_located(s3: Client) -> None:
    assert s3.head_bucket(Bucket=BUCKET)["BucketRegion"] == "eu-west-1"
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] == "eu-west-1"
    s3.create_bucket(Bucket="new", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="new", Key="k", Body=b"")


@pytest.mark.parametrize(
    "wrong",
    [
        {"ChecksumSHA256": b64encode(hashlib.sha256(b"other").digest()).decode()},
        {"ChecksumCRC32": b64encode(zlib.crc32(b"other").to_bytes(4, "big")).decode()},
        {"ContentMD5": b64encode(hashlib.md5(b"other", usedforsecurity=False).digest()).decode()},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_checksum_is_rejected(s3: Client, wrong: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=BUCKET, Key="k", Body=b"hello", **wrong)
    assert code(error) == "BadDigest"
    with pytest.raises(ClientError):
        s3.head_object(Bucket=BUCKET, Key="k")


@pytest.mark.parametrize(
    ("content", "status"), [(b"hello", 200), (b"other", 400)], ids=["right checksum", "wrong checksum"]
)
def test_chunked_uploads_are_decoded_and_their_trailing_checksum_is_verified(
    storage: Fleet, s3: Client, content: bytes, status: int
) -> None:
    digest = b64encode(hashlib.sha256(content).digest())
    body = b"3\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-sha256:" + digest + b"\r\n\r\n"
    headers = {
        "Content_Encoding": "gzip,aws-chunked",
        "x_amz_trailer": "x-amz-checksum-sha256",
        "x_amz_content_sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    }
    assert send(storage, "PUT", f"/{BUCKET}/k", body, **headers)[0] == status
    if status == 200:
        got = s3.get_object(Bucket=BUCKET, Key="k", ChecksumMode="ENABLED")
        assert (got["ContentEncoding"], got["ChecksumSHA256"]) == ("gzip", digest.decode())
        assert got["Body"].read() == b"hello"


def test_the_bucket_can_be_part_of_the_host_name(storage: Fleet, s3: Client) -> None:
    assert send(storage, "PUT", "/deep/key", b"hello", Host=f"{BUCKET}.localhost:80")[0] == 200
    assert s3.get_object(Bucket=BUCKET, Key="deep/key")["Body"].read() == b"hello"


def test_a_request_without_a_signature_is_rejected(storage: Fleet) -> None:
    status, body = send(storage, "GET", f"/{BUCKET}/k", Authorization="")
    assert (status, b"MissingAuthenticationToken" in body) == (403, True)
