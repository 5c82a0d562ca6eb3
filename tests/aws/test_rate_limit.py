"""How fast we ask: AWS's numbers, of which a share is ours, and never more of them."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.aws.rate_limit import RateLimiter

DESCRIBE = ("ecs", "DescribeTaskDefinition")
ACCOUNT, REGION = "000000000001", "eu-west-1"


def departures(budget: RateLimiter, times: list[float], api: tuple[str, str] = DESCRIBE) -> list[float]:
    """When the calls leave that are ready at `times`."""
    return [now + budget.reserve(ACCOUNT, REGION, api, now) for now in times]


def at_once(budget: RateLimiter, api: tuple[str, str], now: float = 0.0) -> int:
    """How many calls may leave at the same moment."""
    return next(count for count in range(10_000) if budget.reserve(ACCOUNT, REGION, api, now) > 0)


def pace(budget: RateLimiter, api: tuple[str, str], now: float = 0.0) -> float:
    """Calls a second, once the burst is spent."""
    at_once(budget, api, now)
    first, second = (budget.reserve(ACCOUNT, REGION, api, now) for _ in range(2))
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
def test_our_share_of_what_aws_allows(api: tuple[str, str], burst: int, rate: int, headroom: float) -> None:
    assert at_once(RateLimiter(headroom), api) == burst * headroom
    assert pace(RateLimiter(headroom), api) == pytest.approx(rate * headroom)


def test_the_smallest_share_is_one_call_at_a_time() -> None:
    assert at_once(RateLimiter(0.001), DESCRIBE) == 1
    assert pace(RateLimiter(0.001), DESCRIBE) == pytest.approx(0.02)


@given(
    gaps=st.lists(st.floats(-0.05, 3.0, allow_nan=False), min_size=1, max_size=200),
    headroom=st.sampled_from([0.1, 0.5, 1.0]),
)
def test_no_window_holds_more_calls_than_the_bucket_allows(gaps: list[float], headroom: float) -> None:
    times = [0.0]
    for gap in gaps:  # threads read the clock and then come in any order: time may seem to go back a little
        times.append(max(0.0, times[-1] + gap))
    left = sorted(departures(RateLimiter(headroom), times))
    for start, first in enumerate(left):
        for end in range(start, len(left)):
            allowed = 50 * headroom + 20 * headroom * (left[end] - first)
            assert end - start + 1 <= allowed + 1e-6


@given(st.integers(26, 300))
def test_who_waits_leaves_as_soon_as_the_rate_allows(count: int) -> None:
    left = departures(RateLimiter(0.5), [0.0] * count)
    assert left[:25] == [0.0] * 25
    assert left[25:] == pytest.approx([(place + 1) / 10 for place in range(count - 25)])


def test_a_bucket_fills_again_up_to_its_size() -> None:
    budget = RateLimiter(0.5)
    departures(budget, [0.0] * 25)
    assert departures(budget, [1.0] * 11)[-1] > 1.0
    assert departures(budget, [1_000.0] * 26)[-2:] == [1_000.0, pytest.approx(1_000.1)]


def test_threads_together_keep_to_the_bucket() -> None:
    budget, waits = RateLimiter(0.5), list[float]()

    def take() -> None:
        waits.extend(budget.reserve(ACCOUNT, REGION, DESCRIBE, 0.0) for _ in range(200))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == pytest.approx([max(0, place - 24) / 10 for place in range(1_600)])


def test_a_throttle_halves_the_pace_and_empties_the_bucket() -> None:
    budget = RateLimiter(0.5)
    budget.reserve(ACCOUNT, REGION, DESCRIBE, 0.0)
    budget.on_throttle(ACCOUNT, REGION, DESCRIBE, 0.0)
    assert departures(budget, [0.0] * 3) == pytest.approx([0.2, 0.4, 0.6])


def test_however_many_throttles_a_call_leaves_every_other_second() -> None:
    budget = RateLimiter(0.5)
    for at in range(100):
        budget.on_throttle(ACCOUNT, REGION, DESCRIBE, float(at))
    first, second = departures(budget, [99.0, 99.0])
    assert second - first == pytest.approx(2.0)


def test_throttles_in_a_bunch_are_one_event() -> None:
    budget = RateLimiter(0.5)
    for hundredth in range(100):
        budget.on_throttle(ACCOUNT, REGION, DESCRIBE, hundredth / 100)
    assert departures(budget, [0.99] * 3) == pytest.approx([1.19, 1.39, 1.59])
    budget.on_throttle(ACCOUNT, REGION, DESCRIBE, 1.0)
    assert pace(budget, DESCRIBE, 100.0) == pytest.approx(2.5)


def test_a_share_that_is_slower_still_is_not_sped_up_by_a_throttle() -> None:
    budget = RateLimiter(0.01)
    budget.on_throttle(ACCOUNT, REGION, DESCRIBE, 0.0)
    first, second = departures(budget, [0.0, 0.0])
    assert second - first == pytest.approx(5.0)


def test_calls_that_go_through_bring_the_pace_back_and_not_beyond() -> None:
    budget = RateLimiter(0.5)
    budget.on_throttle(ACCOUNT, REGION, DESCRIBE, 0.0)
    budget.on_success(ACCOUNT, REGION, DESCRIBE, 0.0)
    assert pace(budget, DESCRIBE, 100.0) == pytest.approx(5.2)
    for _ in range(100):
        budget.on_success(ACCOUNT, REGION, DESCRIBE, 0.0)
    assert pace(budget, DESCRIBE, 1_000.0) == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("account", "region", "api"),
    [
        pytest.param("000000000002", REGION, DESCRIBE, id="another account"),
        pytest.param(ACCOUNT, "us-east-1", DESCRIBE, id="another region"),
        pytest.param(ACCOUNT, REGION, ("ecs", "ListClusters"), id="another group of actions"),
        pytest.param(ACCOUNT, REGION, ("ec2", "DescribeRegions"), id="another service"),
    ],
)
def test_buckets_do_not_feel_each_other(account: str, region: str, api: tuple[str, str]) -> None:
    budget = RateLimiter(0.5)
    departures(budget, [0.0] * 100)
    budget.on_throttle(ACCOUNT, REGION, DESCRIBE, 0.0)
    assert budget.reserve(account, region, api, 0.0) == 0.0


def test_services_that_are_not_in_the_table_have_buckets_of_their_own() -> None:
    budget = RateLimiter(0.5)
    departures(budget, [0.0] * 100, ("organizations", "ListAccounts"))
    assert budget.reserve(ACCOUNT, REGION, ("ec2", "DescribeRegions"), 0.0) == 0.0


def test_lists_and_describes_of_task_definitions_share_one_bucket() -> None:
    budget = RateLimiter(0.5)
    departures(budget, [0.0] * 25, ("ecs", "ListTaskDefinitionFamilies"))
    assert budget.reserve(ACCOUNT, REGION, DESCRIBE, 0.0) > 0


def test_an_account_that_has_ended_is_forgotten_and_the_others_are_not() -> None:
    budget = RateLimiter(0.5)
    departures(budget, [0.0] * 100)
    for _ in range(100):
        budget.reserve("000000000002", REGION, DESCRIBE, 0.0)
    budget.evict(ACCOUNT)
    assert budget.reserve(ACCOUNT, REGION, DESCRIBE, 0.0) == 0.0
    assert budget.reserve("000000000002", REGION, DESCRIBE, 0.0) > 0
    budget.evict("000000000002")
    budget.evict(ACCOUNT)
    assert budget._levels == {}
