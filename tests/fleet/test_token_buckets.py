from __future__ import annotations

import time

import pytest
from botocore.exceptions import ClientError

from tests.fleet import Drain, Shape, running
from tests.fleet.conftest import Connect
from tests.fleet.token_buckets import BUCKET_OF, LIMITS, TokenBuckets

TABLE = [
    ("DescribeTaskDefinition", 50, 20),
    ("ListTaskDefinitions", 50, 20),
    ("ListTaskDefinitionFamilies", 50, 20),
    ("DescribeClusters", 50, 20),
    ("ListClusters", 50, 20),
    ("DescribeServices", 100, 20),
    ("ListServices", 100, 20),
    ("ListTasks", 100, 20),
    ("DescribeTasks", 100, 20),
    ("DescribeCapacityProviders", 50, 20),
]


def drain(buckets: TokenBuckets, operation: str, now: float, account: str = "1", region: str = "r") -> int:
    taken = 0
    while taken < 10_000 and buckets.take(account, region, operation, now):
        taken += 1
    return taken


@pytest.mark.parametrize(("operation", "burst", "rate"), TABLE)
def test_a_bucket_has_a_burst_and_a_rate(operation: str, burst: int, rate: int) -> None:
    buckets = TokenBuckets()
    assert drain(buckets, operation, 0.0) == burst
    assert drain(buckets, operation, 1.0) == rate
    assert drain(buckets, operation, 1000.0) == burst


def test_operations_of_one_kind_share_a_bucket() -> None:
    buckets = TokenBuckets()
    assert drain(buckets, "DescribeTaskDefinition", 0.0) == 50
    assert drain(buckets, "ListTaskDefinitionFamilies", 0.0) == 0
    assert drain(buckets, "ListServices", 0.0) == 100


def test_accounts_and_regions_have_their_own_buckets() -> None:
    buckets = TokenBuckets()
    drain(buckets, "ListClusters", 0.0)
    assert drain(buckets, "ListClusters", 0.0, account="2") == 50
    assert drain(buckets, "ListClusters", 0.0, region="s") == 50


def test_every_operation_with_a_bucket_has_a_limit() -> None:
    assert set(BUCKET_OF.values()) == set(LIMITS)


def test_another_caller_takes_its_share_until_it_ends() -> None:
    buckets = TokenBuckets([Drain(rate=15, account="1", seconds=100)])
    drain(buckets, "ListTaskDefinitions", 0.0)
    assert drain(buckets, "ListTaskDefinitions", 2.0) == 10
    assert drain(buckets, "ListTaskDefinitions", 102.0) == 50
    assert drain(buckets, "ListTaskDefinitions", 0.0, account="2") == 50


def test_throttled_calls_of_boto3_are_counted(connect: Connect) -> None:
    with running(Shape(accounts=1, regions=("eu-west-1",)), enforce=True) as fleet:
        ecs = connect(fleet, "ecs", account=fleet.organization.members[0].id)
        refused: list[ClientError] = []
        started = time.monotonic()
        for _ in range(150):
            try:
                ecs.list_clusters()
            except ClientError as error:
                refused.append(error)
        allowed = 150 - len(refused)
        assert 50 <= allowed <= 51 + 20 * (time.monotonic() - started)
        assert fleet.report()["throttled"] == len(refused) > 0
        answer = refused[0].response
        assert (answer["Error"]["Code"], answer["Error"]["Message"]) == ("ThrottlingException", "Rate exceeded")
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
