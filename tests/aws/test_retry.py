"""The retry policy alone: attempts, waits, and what ends it."""

from __future__ import annotations

from itertools import pairwise
from typing import NoReturn

import pytest

from auditor.aws import retry
from auditor.aws.errors import ApiCallError, ErrorInfo, RetryAction
from auditor.domain.clock import Stopped
from auditor.domain.reason import Reason
from tests.aws.fakes import FakeClock

#: The most that may lie between two attempts, in seconds: it doubles, up to a limit.
CEILINGS = [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0]


class Failing:
    """A call that fails with a retry action, and counts its attempts."""

    def __init__(self, remedy: RetryAction) -> None:
        self.info = ErrorInfo(Reason.SERVICE_ERROR, remedy, "Code", "detail")
        self.attempts = 0

    def __call__(self) -> NoReturn:
        self.attempts += 1
        raise ApiCallError(self.info)


@pytest.mark.parametrize("remedy", [RetryAction.RETRY, RetryAction.BACK_OFF])
def test_transient_errors_are_tried_eight_times(remedy: RetryAction) -> None:
    failing, clock = Failing(remedy), FakeClock()
    with pytest.raises(ApiCallError) as raised:
        retry.retry_policy(clock)(failing)
    assert failing.attempts == retry.ATTEMPTS == 8
    assert len(clock.sleeps) == 7
    assert raised.value.info is failing.info


@pytest.mark.parametrize("remedy", [RetryAction.NONE, RetryAction.RENEW])
def test_permanent_errors_are_tried_once(remedy: RetryAction) -> None:
    failing, clock = Failing(remedy), FakeClock()
    with pytest.raises(ApiCallError):
        retry.retry_policy(clock)(failing)
    assert failing.attempts == 1
    assert clock.sleeps == []


def test_other_exceptions_are_not_retried() -> None:
    attempts = []

    def bug() -> NoReturn:
        attempts.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        retry.retry_policy(FakeClock())(bug)
    assert len(attempts) == 1


def test_waits_are_random_up_to_a_maximum_that_doubles() -> None:
    waits: list[list[float]] = [[] for _ in CEILINGS]
    for _ in range(300):
        clock = FakeClock()
        with pytest.raises(ApiCallError):
            retry.retry_policy(clock)(Failing(RetryAction.RETRY))
        for attempt, seconds in zip(waits, clock.sleeps, strict=True):
            attempt.append(seconds)
    for attempt, ceiling in zip(waits, CEILINGS, strict=True):
        assert 0 <= min(attempt) < 0.1 * ceiling
        assert 0.9 * ceiling < max(attempt) <= ceiling
        assert 0.4 * ceiling < sum(attempt) / len(attempt) < 0.6 * ceiling
    assert all(later == 2 * sooner for sooner, later in pairwise(CEILINGS[:-1]))


def test_nothing_is_retried_if_no_retry_is_left() -> None:
    left = iter([True, True, False])
    failing = Failing(RetryAction.RETRY)
    with pytest.raises(ApiCallError):
        retry.retry_policy(FakeClock(), lambda: next(left))(failing)
    assert failing.attempts == 3


def test_a_run_that_stops_during_the_wait_ends_the_retries() -> None:
    failing = Failing(RetryAction.RETRY)
    with pytest.raises(Stopped):
        retry.retry_policy(FakeClock(stops_at=0.0))(failing)
    assert failing.attempts == 1


@pytest.mark.parametrize(
    ("stopped_for", "allowed"),
    [
        pytest.param(0.0, True, id="the run continues"),
        pytest.param(4.0, True, id="shortly after the stop"),
        pytest.param(6.0, False, id="later"),
    ],
)
def test_calls_to_the_output_are_retried_until_shortly_after_the_stop(stopped_for: float, *, allowed: bool) -> None:
    assert retry.OutputRetryQuota(lambda: stopped_for).acquire() is allowed
