"""Each fault is what it says, as boto3 meets it, and strikes where it was told to."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from itertools import pairwise
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
from tests.fleet.conftest import SHAPE, Client, Connect, code
from tests.fleet.faults import KINDS
from tests.fleet.sessions import AMBIENT_KEY

BUCKET = "auditor-results"


@pytest.fixture(scope="module")
def place() -> Iterator[Fleet]:
    with running(SHAPE) as started:
        yield started


@pytest.fixture
def faulty(place: Fleet) -> Iterator[Fleet]:
    """A stand-in whose faults end with the test."""
    place.reset()
    yield place
    place.set_faults()


def account(fleet: Fleet, number: int = 0) -> str:
    return fleet.organization.members[number].id


def ask(fleet: Fleet, connect: Connect, service: str) -> Any:  # noqa: ANN401 - an answer of boto3
    """Make one typical call."""
    client = connect(fleet, service, account=account(fleet)) if service in {"ecs", "ec2"} else connect(fleet, service)
    if service == "sts":
        return client.assume_role(RoleArn=f"arn:aws:iam::{account(fleet)}:role/Auditor", RoleSessionName="run")
    if service == "s3":
        return client.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    return getattr(client, _CALLS[service])()


_CALLS = {"ecs": "list_clusters", "ec2": "describe_regions", "account": "list_regions", "organizations": "list_roots"}

REFUSALS = [
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


@pytest.mark.parametrize(("kind", "service", "expected", "status"), REFUSALS)
def test_a_refusal_speaks_the_words_of_its_service(  # noqa: PLR0913, PLR0917 - the table's columns
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
def test_a_broken_answer_breaks_as_it_does_in_the_wild(
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


@pytest.mark.parametrize("kind", ["garbled", "truncated", "proxy-page", "empty"])
def test_boto3_takes_broken_json_for_an_answer_without_members(faulty: Fleet, connect: Connect, kind: str) -> None:
    """Not a fault of the stand-in: whoever reads `answer.get("clusterArns", [])` sees a clean, empty region."""
    faulty.set_faults(Fault(kind))
    answer = ask(faulty, connect, "ecs")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert set(answer) == {"ResponseMetadata"}


def test_a_download_that_stops_short_is_noticed(faulty: Fleet, connect: Connect) -> None:
    s3 = connect(faulty, "s3")
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x" * 1000)
    faulty.set_faults(Fault("truncated", operation="GetObject"))
    body = s3.get_object(Bucket=BUCKET, Key="k")["Body"]
    with pytest.raises((BotoCoreError, ResponseStreamingError)):
        body.read()


def test_an_answer_can_be_lost_after_the_call_took_effect(faulty: Fleet, connect: Connect) -> None:
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


def test_a_reset_is_a_reset_on_the_wire(faulty: Fleet) -> None:
    faulty.set_faults(Fault("reset"))
    host, _, port = faulty.url.removeprefix("http://").partition(":")
    request = (
        "POST / HTTP/1.1\r\nAuthorization: AWS4-HMAC-SHA256 "
        f"Credential={AMBIENT_KEY}/20261123/eu-west-1/sts/aws4_request, SignedHeaders=host\r\nContent-Length: 24\r\n\r\nAction=GetCallerIdentity"
    )
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        raw.sendall(request.encode())
        with pytest.raises(ConnectionResetError):
            raw.recv(1)


def test_a_slow_answer_is_a_good_one(faulty: Fleet, connect: Connect) -> None:
    faulty.set_faults(Fault("slow", seconds=0.2))
    started = time.monotonic()
    assert "clusterArns" in ask(faulty, connect, "ecs")
    assert time.monotonic() - started >= 0.2


def test_the_words_of_a_denial_tell_whose_it_is(faulty: Fleet, connect: Connect) -> None:
    for kind, words in [
        ("scp-denied", "with an explicit deny in a service control policy: arn:aws:organizations::"),
        ("access-denied", "because no identity-based policy allows the ecs:ListClusters action"),
    ]:
        faulty.set_faults(Fault(kind))
        with pytest.raises(ClientError, match=words):
            ask(faulty, connect, "ecs")


def test_a_disabled_region_is_not_listed_and_a_bad_token_is_no_reason_to_unlist_it(
    faulty: Fleet, connect: Connect
) -> None:
    ec2 = connect(faulty, "ec2", account=account(faulty))
    rule = {"accounts": (account(faulty),), "region": "us-east-1"}
    faulty.set_faults(Fault("region-disabled", **rule))  # type: ignore[arg-type]
    assert [row["RegionName"] for row in ec2.describe_regions()["Regions"]] == ["eu-west-1"]
    faulty.set_faults(Fault("bad-token", **rule))  # type: ignore[arg-type]
    assert [row["RegionName"] for row in ec2.describe_regions()["Regions"]] == ["eu-west-1", "us-east-1"]
    for kind in ("region-disabled", "bad-token"):
        faulty.set_faults(Fault(kind, **rule))  # type: ignore[arg-type]
        with pytest.raises(ClientError) as error:
            connect(faulty, "ecs", account=account(faulty), region="us-east-1").list_clusters()
        assert code(error) == "UnrecognizedClientException"


def test_a_missing_thing_is_a_failure_inside_a_200_where_there_is_room_for_it(faulty: Fleet, connect: Connect) -> None:
    ecs = connect(faulty, "ecs", account=account(faulty))
    faulty.set_faults(Fault("missing"))
    for batch in ("services", "tasks", "clusters"):
        answer = getattr(ecs, f"describe_{batch}")(**{batch: ["a", "b"]})
        assert answer[batch] == []
        assert [failure["arn"] for failure in answer["failures"]] == ["a", "b"]
    with pytest.raises(ClientError, match="Unable to describe task definition") as error:
        ecs.describe_task_definition(taskDefinition="app-00000")
    assert code(error) == "ClientException"


def _outcomes(clients: list[Client]) -> list[str]:
    found = []
    for client in clients:
        try:
            client.list_clusters()
            found.append("ok")
        except ClientError as error:
            found.append(error.response["Error"]["Code"])
    return found


def test_a_rule_strikes_one_account_or_region_and_spares_the_others(faulty: Fleet, connect: Connect) -> None:
    clients = [connect(faulty, "ecs", account=account(faulty, number), region=region)
               for number in (0, 1) for region in ("eu-west-1", "us-east-1")]  # fmt: skip
    faulty.set_faults(Fault("http-500", accounts=(account(faulty, 1),)))
    assert _outcomes(clients) == ["ok", "ok", "ServerException", "ServerException"]
    faulty.set_faults(Fault("http-500", region="us-*"))
    assert _outcomes(clients) == ["ok", "ServerException", "ok", "ServerException"]
    faulty.set_faults(Fault("http-500", operation="Describe*"))
    assert _outcomes(clients) == ["ok"] * 4
    faulty.set_faults(Fault("http-500", services=("s3",)))
    assert _outcomes(clients) == ["ok"] * 4


def test_a_rule_strikes_one_family_by_name_or_arn(faulty: Fleet, connect: Connect) -> None:
    first, second = [truth for truth in faulty.truth() if truth.region == "eu-west-1"][:2]
    ecs = connect(faulty, "ecs", account=first.account)
    faulty.set_faults(Fault("access-denied", operation="DescribeTaskDefinition", resource=first.family))
    for wanted in (first.family, first.arn, f"{first.family}:{first.revision}"):
        with pytest.raises(ClientError):
            ecs.describe_task_definition(taskDefinition=wanted)
    assert ecs.describe_task_definition(taskDefinition=second.family)


def test_a_rule_strikes_one_key(faulty: Fleet, connect: Connect) -> None:
    s3 = connect(faulty, "s3")
    faulty.set_faults(Fault("access-denied", services=("s3",), resource=f"{BUCKET}/findings/*"))
    s3.put_object(Bucket=BUCKET, Key="runs/1", Body=b"")
    with pytest.raises(ClientError):
        s3.put_object(Bucket=BUCKET, Key="findings/1", Body=b"")


def test_a_rule_can_begin_late_and_end(faulty: Fleet, connect: Connect) -> None:
    clients = [connect(faulty, "ecs", account=account(faulty))] * 6
    faulty.set_faults(Fault("http-500", skip=2, times=3))
    assert _outcomes(clients) == ["ok", "ok", "ServerException", "ServerException", "ServerException", "ok"]


def test_storms_come_and_go(faulty: Fleet, connect: Connect) -> None:
    ecs = connect(faulty, "ecs", account=account(faulty))
    faulty.set_faults(Fault("throttle", every=0.2, lasts=0.1))
    until = time.monotonic() + 0.6
    seen = []
    while time.monotonic() < until:
        seen += _outcomes([ecs])
    changes = sum(1 for one, other in pairwise(seen) if one != other)
    assert set(seen) == {"ok", "ThrottlingException"}
    assert 3 <= changes <= 12


def _struck(fleet: Fleet, connect: Connect, rounds: int) -> list[str]:
    clients = [connect(fleet, "ecs", account=account(fleet, n % 3), region=r)
               for n in range(3) for r in ("eu-west-1", "us-east-1")]  # fmt: skip
    return [outcome for _ in range(rounds) for outcome in _outcomes(clients)]


def test_a_rate_is_a_rate_and_a_retry_has_its_own_chance(faulty: Fleet, connect: Connect) -> None:
    faulty.set_faults(Fault("http-500", rate=0.3))
    seen = _struck(faulty, connect, 50)
    assert 0.2 < seen.count("ServerException") / len(seen) < 0.4
    first = seen[::6]
    assert {"ok", "ServerException"} == set(first)


def test_the_same_calls_meet_the_same_faults(faulty: Fleet, connect: Connect) -> None:
    faulty.set_faults(Fault("http-500", rate=0.3))
    faulty.reset()
    once = _struck(faulty, connect, 5)
    faulty.reset()
    assert _struck(faulty, connect, 5) == once


def test_a_session_expires_before_its_time(faulty: Fleet, connect: Connect) -> None:
    ecs = connect(faulty, "ecs", account=account(faulty))
    faulty.set_faults(Fault("expired-token", services=("ecs",), seconds=0.0))
    with pytest.raises(ClientError) as error:
        ecs.list_clusters()
    assert code(error) == "ExpiredTokenException"
    assert ask(faulty, connect, "sts")
    faulty.set_faults(Fault("expired-token", services=("ecs",), seconds=3600.0))
    assert ecs.list_clusters()


def test_a_session_expires_after_so_many_calls_and_a_new_one_does_not(faulty: Fleet, connect: Connect) -> None:
    faulty.set_faults(Fault("expired-token", services=("ecs",), times=2))
    assert _outcomes([connect(faulty, "ecs", account=account(faulty))] * 3) == ["ok", "ok", "ExpiredTokenException"]
    assert _outcomes([connect(faulty, "ecs", account=account(faulty, 1))]) == ["ok"]


def test_every_session_ends_at_last(connect: Connect) -> None:
    with running(SHAPE, session_seconds=0.0) as fleet, pytest.raises(ClientError) as error:
        connect(fleet, "ecs", account=account(fleet)).list_clusters()
    assert code(error) == "ExpiredTokenException"


def test_a_fault_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="There is no fault 'flood'"):
        Fault("flood")
    assert all(KINDS.values())


def test_latency_is_added_to_every_call(connect: Connect) -> None:
    with running(SHAPE, latency=0.08) as fleet:
        ecs = connect(fleet, "ecs", account=account(fleet))
        ecs.list_clusters()
        started = time.monotonic()
        ecs.list_clusters()
        assert 0.08 <= time.monotonic() - started < 0.5
