"""Each fault has the documented effect on boto3."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from botocore.parsers import ResponseParserError

from tests.fleet import Fault, Fleet, running
from tests.fleet.conftest import SHAPE, Connect, code
from tests.fleet.sessions import AMBIENT_KEY

BUCKET = "auditor-results"


@pytest.fixture(scope="module")
def started_fleet() -> Iterator[Fleet]:
    with running(SHAPE) as started:
        yield started


@pytest.fixture
def faulty(started_fleet: Fleet) -> Iterator[Fleet]:
    """Return a stand-in whose faults end with the test."""
    started_fleet.reset()
    yield started_fleet
    started_fleet.set_faults()


def account(fleet: Fleet, number: int = 0) -> str:
    return fleet.organization.members[number].id


def ask(fleet: Fleet, connect: Connect, service: str) -> Any:  # noqa: ANN401 - an answer of boto3
    """Make one typical call of a service."""
    client = connect(fleet, service, account=account(fleet)) if service in {"ecs", "ec2"} else connect(fleet, service)
    if service == "sts":
        return client.assume_role(RoleArn=f"arn:aws:iam::{account(fleet)}:role/Auditor", RoleSessionName="run")
    if service == "s3":
        return client.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    return getattr(client, _CALLS[service])()


_CALLS = {"ecs": "list_clusters", "ec2": "describe_regions", "account": "list_regions", "organizations": "list_roots"}

ERRORS = [
    ("http-500", "ecs", "ServerException", 500),
    ("http-500", "sts", "InternalFailure", 500),
    ("http-500", "ec2", "InternalError", 500),
    ("http-500", "s3", "InternalError", 500),
    ("http-503", "ecs", "ServiceUnavailableException", 503),
    ("http-503", "s3", "SlowDown", 503),
    ("throttle", "ecs", "ThrottlingException", 400),
    ("throttle", "sts", "Throttling", 400),
    ("throttle", "ec2", "RequestLimitExceeded", 503),
    ("throttle", "organizations", "TooManyRequestsException", 400),
    ("throttle", "s3", "SlowDown", 503),
    ("bad-gateway", "ecs", "502", 502),
    ("role-refused", "sts", "AccessDenied", 403),
    ("scp-denied", "ecs", "AccessDeniedException", 400),
    ("scp-denied", "ec2", "UnauthorizedOperation", 403),
    ("scp-denied", "account", "AccessDeniedException", 403),
    ("access-denied", "ecs", "AccessDeniedException", 400),
    ("access-denied", "organizations", "AccessDeniedException", 400),
    ("access-denied", "s3", "AccessDenied", 403),
    ("region-disabled", "ecs", "UnrecognizedClientException", 400),
    ("region-disabled", "ec2", "AuthFailure", 401),
    ("region-disabled", "sts", "RegionDisabledException", 403),
    ("bad-token", "ecs", "UnrecognizedClientException", 400),
    ("bad-token", "sts", "InvalidClientTokenId", 403),
    ("missing", "sts", "AccessDenied", 403),
    ("missing", "s3", "NoSuchKey", 404),
    ("precondition-failed", "s3", "PreconditionFailed", 412),
    ("conflict", "s3", "ConditionalRequestConflict", 409),
]


@pytest.mark.parametrize(("kind", "service", "expected", "status"), ERRORS)
def test_an_error_has_the_code_and_status_of_its_service(  # noqa: PLR0913, PLR0917 - the table's columns
    faulty: Fleet, connect: Connect, kind: str, service: str, expected: str, status: int
) -> None:
    faulty.set_faults(Fault(kind))
    with pytest.raises(ClientError) as error:
        ask(faulty, connect, service)
    assert (code(error), error.value.response["ResponseMetadata"]["HTTPStatusCode"]) == (expected, status)
    faulty.set_faults()
    assert ask(faulty, connect, service)


@pytest.mark.parametrize(
    ("kind", "service", "expected"),
    [
        ("reset", "ecs", ConnectionClosedError | EndpointConnectionError),
        ("reset", "s3", ConnectionClosedError | EndpointConnectionError),
        ("lost", "ecs", ConnectionClosedError | EndpointConnectionError),
        ("hang", "ecs", ReadTimeoutError),
        ("garbled", "sts", ResponseParserError),
        ("garbled", "ec2", ResponseParserError),
        ("truncated", "sts", ResponseParserError),
        ("proxy-page", "sts", KeyError),
    ],
)
def test_a_broken_response_raises_the_exception_of_boto3(
    faulty: Fleet,
    connect: Connect,
    kind: str,
    service: str,
    expected: Any,  # noqa: ANN401 - a type or a union of types
) -> None:
    faulty.set_faults(Fault(kind))
    with pytest.raises((BotoCoreError, ResponseParserError, KeyError)) as error:
        ask(faulty, connect, service)
    assert isinstance(error.value, expected)


def test_only_conditional_writes_are_not_implemented(faulty: Fleet, connect: Connect) -> None:
    faulty.set_faults(Fault("not-implemented"))
    s3 = connect(faulty, "s3")

    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=BUCKET, Key="k", Body=b"x", IfMatch='"x"')

    assert code(error) == "NotImplemented"


def test_a_trickling_answer_arrives_byte_by_byte(faulty: Fleet) -> None:
    faulty.set_faults(Fault("trickle", services=("s3",)))
    host, _, port = faulty.url.removeprefix("http://").partition(":")
    scope = f"{AMBIENT_KEY}/20261123/us-east-1/s3/aws4_request"
    head = f"GET /{BUCKET}/k HTTP/1.1\r\nHost: x\r\nAuthorization: Credential={scope},"

    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(f"{head}\r\n\r\n".encode())
        assert [connection.recv(100) for _ in range(4)] == [b"H", b"T", b"T", b"P"]


@pytest.mark.parametrize("kind", ["garbled", "truncated", "proxy-page", "empty"])
def test_boto3_accepts_broken_json_as_a_response_without_members(faulty: Fleet, connect: Connect, kind: str) -> None:
    """This is boto3's behaviour: code that reads `answer.get("clusterArns", [])` sees an empty region."""
    faulty.set_faults(Fault(kind))
    answer = ask(faulty, connect, "ecs")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert set(answer) == {"ResponseMetadata"}


def test_a_truncated_download_is_detected(faulty: Fleet, connect: Connect) -> None:
    s3 = connect(faulty, "s3")
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x" * 1000)
    faulty.set_faults(Fault("truncated", operation="GetObject"))
    body = s3.get_object(Bucket=BUCKET, Key="k")["Body"]
    with pytest.raises((BotoCoreError, ResponseStreamingError)):
        body.read()


def test_a_lost_response_comes_after_the_call_took_effect(faulty: Fleet, connect: Connect) -> None:
    s3 = connect(faulty, "s3")
    faulty.set_faults(Fault("lost", operation="PutObject", times=1))
    with pytest.raises(BotoCoreError):
        s3.put_object(Bucket=BUCKET, Key="lost", Body=b"x", IfNoneMatch="*")
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=BUCKET, Key="lost", Body=b"x", IfNoneMatch="*")
    assert code(error) == "PreconditionFailed"


def test_a_reset_comes_before_the_call_takes_effect(faulty: Fleet, connect: Connect) -> None:
    s3 = connect(faulty, "s3")
    faulty.set_faults(Fault("reset", operation="PutObject", times=1))
    with pytest.raises(BotoCoreError):
        s3.put_object(Bucket=BUCKET, Key="reset", Body=b"x", IfNoneMatch="*")
    s3.put_object(Bucket=BUCKET, Key="reset", Body=b"x", IfNoneMatch="*")


def test_a_reset_is_a_tcp_reset(faulty: Fleet) -> None:
    faulty.set_faults(Fault("reset"))
    host, _, port = faulty.url.removeprefix("http://").partition(":")
    credential = f"{AMBIENT_KEY}/20261123/eu-west-1/sts/aws4_request"
    request = (
        f"POST / HTTP/1.1\r\nAuthorization: AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host\r\n"
        "Content-Length: 24\r\n\r\nAction=GetCallerIdentity"
    )
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        raw.sendall(request.encode())
        with pytest.raises(ConnectionResetError):
            raw.recv(1)


def test_a_slow_response_is_valid(faulty: Fleet, connect: Connect) -> None:
    faulty.set_faults(Fault("slow", seconds=0.2))
    started = time.monotonic()
    assert "clusterArns" in ask(faulty, connect, "ecs")
    assert time.monotonic() - started >= 0.2


def test_the_message_of_a_denial_names_its_policy(faulty: Fleet, connect: Connect) -> None:
    for kind, words in [
        ("scp-denied", "with an explicit deny in a service control policy: arn:aws:organizations::"),
        ("access-denied", "because no identity-based policy allows the ecs:ListClusters action"),
    ]:
        faulty.set_faults(Fault(kind))
        with pytest.raises(ClientError, match=words):
            ask(faulty, connect, "ecs")


def test_a_disabled_region_is_not_listed_but_one_with_bad_tokens_is(faulty: Fleet, connect: Connect) -> None:
    ec2 = connect(faulty, "ec2", account=account(faulty))
    rule = {"accounts": (account(faulty),), "region": "us-east-1"}
    faulty.set_faults(Fault("region-disabled", **rule))  # type: ignore[arg-type]  # fields of any type
    assert "us-east-1" not in {row["RegionName"] for row in ec2.describe_regions()["Regions"]}
    faulty.set_faults(Fault("bad-token", **rule))  # type: ignore[arg-type]  # fields of any type
    assert "us-east-1" in {row["RegionName"] for row in ec2.describe_regions()["Regions"]}
    for kind in ("region-disabled", "bad-token"):
        faulty.set_faults(Fault(kind, **rule))  # type: ignore[arg-type]  # fields of any type
        with pytest.raises(ClientError) as error:
            connect(faulty, "ecs", account=account(faulty), region="us-east-1").list_clusters()
        assert code(error) == "UnrecognizedClientException"


def test_a_missing_resource_is_a_failure_in_a_200_if_the_operation_has_failures(
    faulty: Fleet, connect: Connect
) -> None:
    ecs = connect(faulty, "ecs", account=account(faulty))
    faulty.set_faults(Fault("missing"))
    for batch in ("services", "tasks", "clusters"):
        answer = getattr(ecs, f"describe_{batch}")(**{batch: ["a", "b"]})
        assert answer[batch] == []
        assert [failure["arn"] for failure in answer["failures"]] == ["a", "b"]
    with pytest.raises(ClientError, match="Unable to describe task definition") as error:
        ecs.describe_task_definition(taskDefinition="app-00000")
    assert code(error) == "ClientException"
