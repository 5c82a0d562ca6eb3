"""Rate limits: the configured share of AWS's limits is never exceeded."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.aws.collectors import all_collectors
from auditor.aws.collectors.tag_source import INDEX_ACTION, INDEX_SERVICE
from auditor.aws.rate_limit import RateLimiter, rate_limit

DESCRIBE = ("ecs", "DescribeTaskDefinition")
ACCOUNT, REGION = "000000000001", "eu-west-1"


def departures(limiter: RateLimiter, times: list[float], api: tuple[str, str] = DESCRIBE) -> list[float]:
    """Return when calls that are ready at `times` leave."""
    return [now + limiter.reserve(ACCOUNT, REGION, api, now) for now in times]


def at_once(limiter: RateLimiter, api: tuple[str, str], now: float = 0.0) -> int:
    """Return how many calls may leave at the same time."""
    return next(count for count in range(10_000) if limiter.reserve(ACCOUNT, REGION, api, now) > 0)


def pace(limiter: RateLimiter, api: tuple[str, str], now: float = 0.0) -> float:
    """Return the calls per second after the burst."""
    at_once(limiter, api, now)
    first, second = (limiter.reserve(ACCOUNT, REGION, api, now) for _ in range(2))
    return 1 / (second - first)


@pytest.mark.parametrize("headroom", [0.1, 0.5, 1.0])
@pytest.mark.parametrize(
    ("api", "burst", "rate"),
    [
        (("ecs", "DescribeTaskDefinition"), 50, 20),
        (("ecs", "ListTaskDefinitions"), 50, 20),
        (("ecs", "ListTaskDefinitionFamilies"), 50, 20),
        (("sts", "AssumeRole"), 600, 600),
        (("s3", "PutObject"), 3_500, 3_500),
        (("s3", "GetObject"), 5_500, 5_500),
        (("ecs", "DescribeTaskSets"), 20, 10),
        (("organizations", "ListAccounts"), 20, 10),
    ],
)
def test_burst_and_rate_are_the_share_of_aws_limits(
    api: tuple[str, str], burst: int, rate: int, headroom: float
) -> None:
    assert at_once(RateLimiter(headroom), api) == burst * headroom
    assert pace(RateLimiter(headroom), api) == pytest.approx(rate * headroom)


def test_the_smallest_share_is_one_call_at_a_time() -> None:
    assert at_once(RateLimiter(0.001), DESCRIBE) == 1
    assert pace(RateLimiter(0.001), DESCRIBE) == pytest.approx(0.02)


@given(
    gaps=st.lists(st.floats(-0.05, 3.0, allow_nan=False), min_size=1, max_size=200),
    headroom=st.sampled_from([0.1, 0.5, 1.0]),
)
def test_no_time_window_contains_more_calls_than_the_bucket_allows(gaps: list[float], headroom: float) -> None:
    times = [0.0]
    for gap in gaps:  # threads read the clock and then come in any order: time may seem to go back a little
        times.append(max(0.0, times[-1] + gap))
    left = sorted(departures(RateLimiter(headroom), times))
    for start, first in enumerate(left):
        for end in range(start, len(left)):
            allowed = 50 * headroom + 20 * headroom * (left[end] - first)
            assert end - start + 1 <= allowed + 1e-6


@given(st.integers(26, 300))
def test_waiting_calls_leave_as_soon_as_the_rate_allows(count: int) -> None:
    left = departures(RateLimiter(0.5), [0.0] * count)
    assert left[:25] == [0.0] * 25
    assert left[25:] == pytest.approx([(position + 1) / 10 for position in range(count - 25)])


def test_a_bucket_refills_up_to_its_size() -> None:
    limiter = RateLimiter(0.5)
    departures(limiter, [0.0] * 25)
    assert departures(limiter, [1.0] * 11)[-1] > 1.0
    assert departures(limiter, [1_000.0] * 26)[-2:] == [1_000.0, pytest.approx(1_000.1)]


def test_threads_share_the_bucket() -> None:
    limiter, waits = RateLimiter(0.5), list[float]()

    def take() -> None:
        waits.extend(limiter.reserve(ACCOUNT, REGION, DESCRIBE, 0.0) for _ in range(200))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == pytest.approx([max(0, position - 24) / 10 for position in range(1_600)])


def test_a_throttle_halves_the_rate_and_empties_the_bucket() -> None:
    limiter = RateLimiter(0.5)
    limiter.reserve(ACCOUNT, REGION, DESCRIBE, 0.0)
    limiter.on_throttle(ACCOUNT, REGION, DESCRIBE, 0.0)
    assert departures(limiter, [0.0] * 3) == pytest.approx([0.2, 0.4, 0.6])


def test_any_number_of_throttles_leaves_one_call_every_two_seconds() -> None:
    limiter = RateLimiter(0.5)
    for at in range(100):
        limiter.on_throttle(ACCOUNT, REGION, DESCRIBE, float(at))
    first, second = departures(limiter, [99.0, 99.0])
    assert second - first == pytest.approx(2.0)


def test_throttles_within_one_second_count_once() -> None:
    limiter = RateLimiter(0.5)
    for hundredth in range(100):
        limiter.on_throttle(ACCOUNT, REGION, DESCRIBE, hundredth / 100)
    assert departures(limiter, [0.99] * 3) == pytest.approx([1.19, 1.39, 1.59])
    limiter.on_throttle(ACCOUNT, REGION, DESCRIBE, 1.0)
    assert pace(limiter, DESCRIBE, 100.0) == pytest.approx(2.5)


def test_a_throttle_never_speeds_up_a_share_that_is_slower_than_the_minimum() -> None:
    limiter = RateLimiter(0.01)
    limiter.on_throttle(ACCOUNT, REGION, DESCRIBE, 0.0)
    first, second = departures(limiter, [0.0, 0.0])
    assert second - first == pytest.approx(5.0)


def test_successful_calls_restore_the_pace_and_never_exceed_it() -> None:
    limiter = RateLimiter(0.5)
    limiter.on_throttle(ACCOUNT, REGION, DESCRIBE, 0.0)
    limiter.on_success(ACCOUNT, REGION, DESCRIBE, 0.0)
    assert pace(limiter, DESCRIBE, 100.0) == pytest.approx(5.2)
    for _ in range(100):
        limiter.on_success(ACCOUNT, REGION, DESCRIBE, 0.0)
    assert pace(limiter, DESCRIBE, 1_000.0) == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("account", "region", "api"),
    [
        pytest.param("000000000002", REGION, DESCRIBE, id="another account"),
        pytest.param(ACCOUNT, "us-east-1", DESCRIBE, id="another region"),
        pytest.param(ACCOUNT, REGION, ("ecs", "ListClusters"), id="another group of actions"),
        pytest.param(ACCOUNT, REGION, ("ec2", "DescribeRegions"), id="another service"),
    ],
)
def test_buckets_are_independent(account: str, region: str, api: tuple[str, str]) -> None:
    limiter = RateLimiter(0.5)
    departures(limiter, [0.0] * 100)
    limiter.on_throttle(ACCOUNT, REGION, DESCRIBE, 0.0)
    assert limiter.reserve(account, region, api, 0.0) == 0.0


def test_the_tag_index_has_a_limit_of_its_own_below_the_published_ones() -> None:
    limit = rate_limit(INDEX_SERVICE, "GetResources")

    assert (limit.name, limit.burst, limit.rate) == ("tagging", 10, 10)


@pytest.mark.parametrize(
    "operation",
    sorted(
        {action.removeprefix("ecs:") for collector in all_collectors() for action in collector.all_actions}
        - {"DescribeDaemon", "DescribeDaemonRevisions", "DescribeDaemonTaskDefinition"}
        - {"ListDaemons", "ListDaemonTaskDefinitions", INDEX_ACTION}
    ),
)
def test_every_operation_of_a_collector_has_its_published_limit(operation: str) -> None:
    assert rate_limit("ecs", operation).name != "ecs:other"


def test_each_service_without_published_limits_has_a_bucket_of_its_own() -> None:
    limiter = RateLimiter(0.5)
    departures(limiter, [0.0] * 100, ("organizations", "ListAccounts"))
    assert limiter.reserve(ACCOUNT, REGION, ("ec2", "DescribeRegions"), 0.0) == 0.0


def test_lists_and_describes_of_task_definitions_share_one_bucket() -> None:
    limiter = RateLimiter(0.5)
    departures(limiter, [0.0] * 25, ("ecs", "ListTaskDefinitionFamilies"))
    assert limiter.reserve(ACCOUNT, REGION, DESCRIBE, 0.0) > 0


def test_evicting_an_account_drops_its_buckets_and_no_others() -> None:
    limiter = RateLimiter(0.5)
    departures(limiter, [0.0] * 100)
    for _ in range(100):
        limiter.reserve("000000000002", REGION, DESCRIBE, 0.0)
    limiter.evict(ACCOUNT)
    assert limiter.reserve(ACCOUNT, REGION, DESCRIBE, 0.0) == 0.0
    assert limiter.reserve("000000000002", REGION, DESCRIBE, 0.0) > 0
    limiter.evict("000000000002")
    limiter.evict(ACCOUNT)
    assert limiter._buckets == {}
