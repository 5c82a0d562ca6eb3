"""S3: requests, conflicts and errors."""

from __future__ import annotations

import gzip
import hashlib
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from auditor.aws import storage
from auditor.aws.calls import CallContext
from auditor.aws.roles import identify
from auditor.aws.storage import Protection, S3Store
from auditor.domain.errors import StorageError
from auditor.store.store import NDJSON, AlreadyExists, Blob
from tests.aws.conftest import Connect
from tests.aws.fakes import (
    FakeClock,
    FakeServer,
    HttpAnswer,
    HttpRequest,
    answers_in_turn,
    call_context,
    client_error,
    http_server,
    sent_calls,
)
from tests.fleet import Fault, Fleet
from tests.fleet.organization import MANAGEMENT

BODY = b"one row\nanother row\n"
ONCE = Blob(BODY, once=True)


def bucket(context: CallContext, url: str = "s3://auditor-results/nightly", **protection: str) -> S3Store:
    return S3Store(context, MANAGEMENT, url, Protection(**protection))


@pytest.mark.parametrize(
    ("url", "bucket", "prefix"),
    [
        ("s3://results", "results", ""),
        ("s3://results/", "results", ""),
        ("s3://results/a", "results", "a/"),
        ("s3://results/a/b/", "results", "a/b/"),
        ("s3://results//a//", "results", "a/"),
        ("s3://results/a?b#c%20d", "results", "a?b#c%20d/"),
        ("s3://my.old_Bucket/a", "my.old_Bucket", "a/"),
    ],
)
def test_an_s3_url_is_parsed(url: str, bucket: str, prefix: str) -> None:
    assert storage.parse_s3_url(url) == storage.S3Location(bucket, prefix)


@pytest.mark.parametrize(
    "url", ["", "results", "s3:results", "s3://", "s3:///a", "s3://a b/c", "s3://[/x", "http://b/k"]
)
def test_an_invalid_s3_url_is_an_error_before_any_call(url: str) -> None:
    context = call_context(answers_in_turn({}))
    with pytest.raises(StorageError, match="is not an S3 URL") as raised:
        storage.fetch(context, MANAGEMENT, url)
    assert raised.value.advice == "Write it as s3://bucket/prefix."
    with pytest.raises(StorageError):
        S3Store(context, MANAGEMENT, url)
    assert sent_calls(context) == []


def test_keys_are_appended_to_the_prefix() -> None:
    assert bucket(call_context(answers_in_turn({}))).url("a/b") == "s3://auditor-results/nightly/a/b"
    assert bucket(call_context(answers_in_turn({})), "s3://auditor-results").url() == "s3://auditor-results/"


def test_a_put_requests_all_configured_protection() -> None:
    context = call_context(answers_in_turn({"ETag": '"x"'}))
    location = bucket(context, sse="aws:kms", kms_key_id="alias/audit", bucket_owner="111122223333")
    location.put("k", Blob(BODY, NDJSON, "gzip", once=True))
    (call,) = sent_calls(context)
    assert call.parameters == {
        "Bucket": "auditor-results",
        "Key": "nightly/k",
        "Body": BODY,
        "ContentType": "application/x-ndjson",
        "ContentEncoding": "gzip",
        "ChecksumSHA256": b64encode(hashlib.sha256(BODY).digest()).decode(),
        "ExpectedBucketOwner": "111122223333",
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": "alias/audit",
        "IfNoneMatch": "*",
    }
    assert (call.region, call.key) == ("us-east-1", "AKIAAMBIENT")


def test_protection_that_is_not_configured_is_left_to_the_bucket() -> None:
    context = call_context(answers_in_turn({"ETag": '"x"'}))
    bucket(context).put("k", Blob(BODY))
    assert set(sent_calls(context)[0].parameters) == {"Bucket", "Key", "Body", "ContentType", "ChecksumSHA256"}


def test_an_answer_without_an_etag_is_an_error() -> None:
    context = call_context(answers_in_turn({}))
    with pytest.raises(StorageError, match="no `ETag` in the answer"):
        bucket(context).put("k", Blob(BODY))
    assert len(sent_calls(context)) == 8


def test_the_http_status_is_the_code_if_s3_returns_none() -> None:
    assert bucket(call_context(answers_in_turn(client_error(None, None, 404)))).get("k") is None
    taken = answers_in_turn(client_error(None, None, 412), {"ETag": '"x"', "Body": Body(b"theirs")})
    with pytest.raises(AlreadyExists):
        bucket(call_context(taken)).put("k", ONCE)


class Body:
    def __init__(self, body: bytes) -> None:
        self.body = body

    def read(self) -> bytes:
        return self.body


@pytest.mark.parametrize(
    ("error", "message", "advice"),
    [
        (client_error("NoSuchBucket", "does not exist", 404), "NoSuchBucket: does not exist", "Create the bucket, or"),
        (client_error("AccessDenied", "Access Denied", 403), "AccessDenied: Access Denied", "Allow s3:PutObject"),
        (client_error("AccessDenied", None, 403), "AccessDenied: no message", "check the expected bucket owner"),
        (
            client_error("PermanentRedirect", "elsewhere.", 301),
            "PermanentRedirect: elsewhere",
            "Check the bucket's region",
        ),
        (client_error("KMS.DisabledException", "off", 400), "KMS.DisabledException: off", "can be repeated safely"),
    ],
)
def test_a_denied_write_is_an_error_with_url_cause_and_advice(error: Exception, message: str, advice: str) -> None:
    with pytest.raises(StorageError) as raised:
        bucket(call_context(answers_in_turn(error))).put("k", ONCE)
    assert raised.value.message == f"Cannot write s3://auditor-results/nightly/k: {message}."
    assert advice in raised.value.advice


def test_a_denied_read_is_an_error_with_the_actions_to_allow() -> None:
    with pytest.raises(StorageError, match="Cannot read s3://auditor-results/nightly/k") as raised:
        bucket(call_context(answers_in_turn(client_error("AccessDenied", "Access Denied", 403)))).get("k")
    assert "s3:GetObject" in raised.value.advice
    assert "s3:ListBucket" in raised.value.advice


def test_a_thousand_writes_do_not_wait_for_the_rate_limit() -> None:
    context = call_context(answers_in_turn({"ETag": '"x"'}), headroom=0.5)
    location = bucket(context)
    for number in range(1_000):
        location.put(f"{number}", Blob(b""))
    assert cast("FakeClock", context.clock).sleeps == []


@pytest.fixture
def fresh(fleet: Fleet, connect: Connect, request: pytest.FixtureRequest) -> S3Store:
    """Return a prefix that no other test has written to."""
    return bucket(connect(), f"s3://{fleet.bucket}/{request.node.name}")


def test_over_the_wire_an_object_can_be_written_and_read(fresh: S3Store) -> None:
    packed = gzip.compress(BODY)
    fresh.put("rows", Blob(packed, NDJSON, "gzip"))
    assert fresh.get("rows") == packed
    assert fresh.get("nothing") is None
    fresh.put("rows", Blob(BODY))
    assert fresh.get("rows") == BODY


def test_over_the_wire_an_object_can_be_fetched_by_its_url(fleet: Fleet, fresh: S3Store, connect: Connect) -> None:
    fresh.put("a?b#c d%20/inventory.yaml", Blob(BODY))
    url = fresh.url("a?b#c d%20/inventory.yaml")
    assert storage.fetch(connect(), "ambient", url) == BODY
    with pytest.raises(StorageError, match="does not exist") as raised:
        storage.fetch(connect(), "ambient", f"{url}x")
    assert raised.value.advice == "Check the key, and that the object was uploaded."
    with pytest.raises(StorageError, match="does not exist"):
        storage.fetch(connect(), "ambient", f"s3://{fleet.bucket}/")


def test_over_the_wire_an_existing_object_is_not_replaced(fresh: S3Store) -> None:
    fresh.put("claim", Blob(b"theirs", once=True))
    with pytest.raises(AlreadyExists, match="exists already, with other content"):
        fresh.put("claim", ONCE)
    assert fresh.get("claim") == b"theirs"


def test_over_the_wire_an_existing_object_with_the_same_bytes_is_no_conflict(fresh: S3Store) -> None:
    fresh.put("claim", ONCE)
    fresh.put("claim", ONCE)
    assert fresh.get("claim") == BODY


def test_over_the_wire_a_lost_answer_causes_no_conflict_on_the_retry(fleet: Fleet, fresh: S3Store) -> None:
    fleet.set_faults(Fault("lost", services=("s3",), operation="PutObject", times=1))
    fresh.put("claim", ONCE)
    assert fleet.report()["outcomes"]["PutObject"] == {"PreconditionFailed": 1, "lost": 1}
    assert fresh.get("claim") == BODY


def test_over_the_wire_one_of_sixteen_writers_succeeds_and_the_others_get_an_error(fresh: S3Store) -> None:
    together, lost = threading.Barrier(16), list[int]()

    def write(number: int) -> None:
        together.wait()
        try:
            fresh.put("claim", Blob(b"%d" % number, once=True))
        except AlreadyExists:
            lost.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lost) == 15
    (winner,) = set(range(16)) - set(lost)
    assert fresh.get("claim") == b"%d" % winner


@pytest.mark.parametrize(
    "kind", ["http-503", "http-500", "reset", "conflict", "hang", "proxy-page", "empty", "bad-gateway", "expired-token"]
)
def test_over_the_wire_an_upload_survives_transient_faults(fleet: Fleet, connect: Connect, kind: str) -> None:
    location = bucket(connect(read_timeout=0.2), f"s3://{fleet.bucket}/survives/{kind}")
    fleet.set_faults(Fault(kind, services=("s3",), operation="PutObject", times=3))
    location.put("rows", ONCE)
    assert location.get("rows") == BODY


@pytest.mark.parametrize("kind", ["http-503", "reset", "truncated", "garbled", "hang", "proxy-page", "empty"])
def test_over_the_wire_a_download_survives_transient_faults(fleet: Fleet, connect: Connect, kind: str) -> None:
    location = bucket(connect(read_timeout=0.2), f"s3://{fleet.bucket}/survives/{kind}")
    location.put("rows", Blob(BODY * 1_000))
    fleet.set_faults(Fault(kind, services=("s3",), operation="GetObject", times=3))
    assert location.get("rows") == BODY * 1_000


def test_over_the_wire_a_bucket_that_stays_busy_is_an_error_and_each_throttle_is_one_attempt(
    fleet: Fleet, fresh: S3Store
) -> None:
    fleet.set_faults(Fault("http-503", services=("s3",)))
    with pytest.raises(StorageError, match="SlowDown"):
        fresh.put("rows", ONCE)
    assert fleet.report()["operations"]["PutObject"] == 8


def test_over_the_wire_the_keys_below_a_folder_are_listed_over_all_pages(fresh: S3Store) -> None:
    keys = [f"runs/{number:04}.json" for number in range(1_001)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: fresh.put(key, Blob(b"{}")), [*keys, "runs-of-others/x.json", "latest.json"]))

    assert fresh.list_keys("runs/") == keys
    assert fresh.list_keys("changes/") == []


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({}, id="a page that is not a list"),
        pytest.param({"KeyCount": 0, "IsTruncated": True}, id="a list that is cut off without a token"),
    ],
)
def test_a_garbled_list_of_keys_is_an_error(answer: dict[str, object]) -> None:
    with pytest.raises(StorageError, match="Cannot list s3://auditor-results/nightly/runs/"):
        bucket(call_context(answers_in_turn(answer, answer, answer, answer))).list_keys("runs/")


def test_over_the_wire_a_missing_bucket_is_an_error(connect: Connect, fleet: Fleet) -> None:
    with pytest.raises(StorageError, match="NoSuchBucket") as raised:
        bucket(connect(), "s3://no-such-bucket/x").put("k", ONCE)
    assert raised.value.advice == "Create the bucket, or correct its name."
    assert fleet.report()["operations"]["PutObject"] == 1


def test_over_the_wire_a_bucket_of_another_owner_is_an_error(connect: Connect, fleet: Fleet) -> None:
    ours = bucket(connect(), f"s3://{fleet.bucket}/owned", bucket_owner=MANAGEMENT)
    ours.put("k", ONCE)
    theirs = bucket(connect(), f"s3://{fleet.bucket}/owned", bucket_owner="111122223333")
    for act in (lambda: theirs.put("k", ONCE), lambda: theirs.get("k")):
        with pytest.raises(StorageError, match="AccessDenied") as raised:
            cast("Callable[[], object]", act)()
        assert "check the expected bucket owner" in raised.value.advice


Stub = Callable[[Callable[[HttpRequest], HttpAnswer]], tuple[FakeServer, S3Store]]


@pytest.fixture
def stub(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """A server instead of S3, with a bucket."""
    with http_server(lambda _: HttpAnswer(500)) as server:

        def make(script: Callable[[HttpRequest], HttpAnswer]) -> tuple[FakeServer, S3Store]:
            server.script = script
            monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url)
            return server, bucket(connect(read_timeout=0.3), "s3://results/x", sse="AES256")

        yield make


def test_the_checksum_is_sent_once_and_the_body_is_unchanged(stub: Stub) -> None:
    server, location = stub(lambda _: HttpAnswer(headers={"ETag": '"x"'}))
    location.put("k", Blob(BODY, NDJSON, "gzip", once=True))
    (request,) = server.requests
    sums = {name: value for name, value in request.headers.items() if "Checksum" in name or name == "Content-Md5"}
    assert sums == {"X-Amz-Checksum-Sha256": b64encode(hashlib.sha256(BODY).digest()).decode()}
    assert request.headers["X-Amz-Content-Sha256"] == hashlib.sha256(BODY).hexdigest()
    assert (request.method, request.path, request.body) == ("PUT", "/results/x/k", BODY)
    assert request.headers["Content-Encoding"] == "gzip"
    assert request.headers["X-Amz-Server-Side-Encryption"] == "AES256"
    assert request.headers["If-None-Match"] == "*"


@pytest.mark.parametrize("body", [b"", b"<Error><Code>NotImplemented</Code><Message>No.</Message></Error>"])
def test_storage_without_conditional_writes_is_named_at_the_first_answer(stub: Stub, body: bytes) -> None:
    server, location = stub(lambda _: HttpAnswer(501, body))

    with pytest.raises(StorageError) as raised:
        location.put("state/claims/x.json", ONCE)

    assert "does not support conditional writes" in raised.value.advice
    assert len(server.requests) == 1


def test_the_expected_bucket_owner_is_sent_when_a_file_is_fetched(connect: Connect, stub: Stub) -> None:
    server, _ = stub(lambda _: HttpAnswer(body=BODY, headers={"ETag": '"x"'}))

    assert storage.fetch(connect(), "ambient", "s3://results/config/inventory.yaml", MANAGEMENT) == BODY

    assert server.requests[0].headers["X-Amz-Expected-Bucket-Owner"] == MANAGEMENT


def test_the_region_of_a_bucket_is_determined_once(stub: Stub) -> None:
    def redirecting(request: HttpRequest) -> HttpAnswer:
        if request.region == "eu-north-1":
            return HttpAnswer(body=BODY if request.method == "GET" else b"", headers={"ETag": '"x"'})
        body = b"<Error><Code>PermanentRedirect</Code><Message>Not here.</Message></Error>"
        return HttpAnswer(301, body, {"x-amz-bucket-region": "eu-north-1"})

    server, location = stub(redirecting)
    location.put("a", ONCE)
    location.put("b", ONCE)
    assert location.get("a") == BODY
    assert [request.region for request in server.requests] == ["us-east-1", "eu-north-1", "eu-north-1", "eu-north-1"]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(HttpAnswer(body=BODY, headers={"ETag": '"x"'}, content_length=len(BODY) + 5), id="truncated"),
        pytest.param(
            HttpAnswer(body=BODY, headers={"ETag": '"x"', "x-amz-checksum-sha256": b64encode(b"0" * 32).decode()}),
            id="the checksum does not match",
        ),
        pytest.param(HttpAnswer(body=b"<html>Blocked</html>"), id="it is a proxy's page"),
    ],
)
def test_an_incomplete_body_is_requested_again(stub: Stub, broken: HttpAnswer) -> None:
    answers = [broken, broken, HttpAnswer(body=BODY, headers={"ETag": '"x"'})]
    server, location = stub(lambda _: answers.pop(0))
    assert location.get("k") == BODY
    assert len(server.requests) == 3


def test_a_body_that_hangs_is_requested_again(stub: Stub) -> None:
    go_on = threading.Event()
    calls: list[HttpRequest] = []

    def stalling(request: HttpRequest) -> HttpAnswer:
        calls.append(request)
        if len(calls) == 1:
            return HttpAnswer(body=BODY, headers={"ETag": '"x"'}, content_length=len(BODY) + 5, after_body=go_on.wait)
        return HttpAnswer(body=BODY, headers={"ETag": '"x"'})

    _, location = stub(stalling)
    try:
        assert location.get("k") == BODY
    finally:
        go_on.set()
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (403, b"<Error><Code>AccessDenied</Code></Error>", "AccessDenied"),
        (403, b"<Error><Code>AccessDenied</Code><Message/></Error>", "AccessDenied"),
        (403, b"", "403"),
        (400, b"<Error/>", "400"),
    ],
)
def test_errors_of_other_s3_servers_without_a_body_are_handled(
    stub: Stub, status: int, body: bytes, message: str
) -> None:
    _, location = stub(lambda _: HttpAnswer(status, body))
    with pytest.raises(StorageError, match=f"Cannot write s3://results/x/k: {message}"):
        location.put("k", ONCE)


@mock_aws
def test_an_object_is_encrypted_with_the_configured_key(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3: Any = boto3.client("s3")
    s3.create_bucket(Bucket="results")
    context = connect()
    location = S3Store(context, identify(context).account_id, "s3://results/x", Protection("aws:kms", "alias/audit"))
    location.put("k", ONCE)
    head = s3.head_object(Bucket="results", Key="x/k")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/audit")
    assert location.get("k") == BODY
    with pytest.raises(AlreadyExists):
        location.put("k", Blob(b"other", once=True))
    s3.close()
