"""Rules for faults apply to the specified calls, at the specified time and rate."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from botocore.exceptions import ClientError

from tests.fleet import Fault, Fleet, running
from tests.fleet.conftest import SHAPE, Client, Connect, code
from tests.fleet.faults import KINDS

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


def _outcomes(clients: list[Client]) -> list[str]:
    outcomes = []
    for client in clients:
        try:
            client.list_clusters()
            outcomes.append("ok")
        except ClientError as error:
            outcomes.append(error.response["Error"]["Code"])
    return outcomes


def test_a_rule_can_apply_to_one_account_or_region(faulty: Fleet, connect: Connect) -> None:
    clients = [connect(faulty, "ecs", account=account(faulty, number), region=region)
               for number in (0, 1) for region in ("eu-west-1", "us-east-1")]  # fmt: skip # a table, in columns
    faulty.set_faults(Fault("http-500", accounts=(account(faulty, 1),)))
    assert _outcomes(clients) == ["ok", "ok", "ServerException", "ServerException"]
    faulty.set_faults(Fault("http-500", region="us-*"))
    assert _outcomes(clients) == ["ok", "ServerException", "ok", "ServerException"]
    faulty.set_faults(Fault("http-500", operation="Describe*"))
    assert _outcomes(clients) == ["ok"] * 4
    faulty.set_faults(Fault("http-500", services=("s3",)))
    assert _outcomes(clients) == ["ok"] * 4


def test_a_rule_can_apply_to_one_family_by_name_or_arn(faulty: Fleet, connect: Connect) -> None:
    first, second = [truth for truth in faulty.truth() if truth.region == "eu-west-1"][:2]
    ecs = connect(faulty, "ecs", account=first.account)
    faulty.set_faults(Fault("access-denied", operation="DescribeTaskDefinition", resource=first.family))
    for wanted in (first.family, first.arn, f"{first.family}:{first.revision}"):
        with pytest.raises(ClientError):
            ecs.describe_task_definition(taskDefinition=wanted)
    assert ecs.describe_task_definition(taskDefinition=second.family)


def test_a_rule_can_apply_to_one_key(faulty: Fleet, connect: Connect) -> None:
    s3 = connect(faulty, "s3")
    faulty.set_faults(Fault("access-denied", services=("s3",), resource=f"{BUCKET}/findings/*"))
    s3.put_object(Bucket=BUCKET, Key="runs/1", Body=b"")
    with pytest.raises(ClientError):
        s3.put_object(Bucket=BUCKET, Key="findings/1", Body=b"")


def test_a_rule_can_skip_calls_and_end(faulty: Fleet, connect: Connect) -> None:
    clients = [connect(faulty, "ecs", account=account(faulty))] * 6
    faulty.set_faults(Fault("http-500", skip=2, times=3))
    assert _outcomes(clients) == ["ok", "ok", "ServerException", "ServerException", "ServerException", "ok"]


def test_a_rule_can_apply_periodically(faulty: Fleet, connect: Connect) -> None:
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
               for n in range(3) for r in ("eu-west-1", "us-east-1")]  # fmt: skip # a table, in columns
    return [outcome for _ in range(rounds) for outcome in _outcomes(clients)]


def test_a_rate_applies_to_calls_and_retries_independently(faulty: Fleet, connect: Connect) -> None:
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


def test_a_session_can_expire_early(faulty: Fleet, connect: Connect) -> None:
    ecs = connect(faulty, "ecs", account=account(faulty))
    faulty.set_faults(Fault("expired-token", services=("ecs",), seconds=0.0))
    with pytest.raises(ClientError) as error:
        ecs.list_clusters()
    assert code(error) == "ExpiredTokenException"
    assert connect(faulty, "sts").get_caller_identity()
    faulty.set_faults(Fault("expired-token", services=("ecs",), seconds=3600.0))
    assert ecs.list_clusters()


def test_a_session_can_expire_after_a_number_of_calls(faulty: Fleet, connect: Connect) -> None:
    faulty.set_faults(Fault("expired-token", services=("ecs",), times=2))
    assert _outcomes([connect(faulty, "ecs", account=account(faulty))] * 3) == ["ok", "ok", "ExpiredTokenException"]
    assert _outcomes([connect(faulty, "ecs", account=account(faulty, 1))]) == ["ok"]


def test_every_session_expires(connect: Connect) -> None:
    with running(SHAPE, session_seconds=0.0) as fleet, pytest.raises(ClientError) as error:
        connect(fleet, "ecs", account=account(fleet)).list_clusters()
    assert code(error) == "ExpiredTokenException"


def test_an_unknown_fault_is_rejected() -> None:
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
