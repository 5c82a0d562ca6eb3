"""The run's clock: it stops for two reasons, and whoever sleeps hears of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from threading import Timer

import pytest

from auditor.domain.clock import Stopped
from auditor.domain.reason import Reason
from auditor.engine.clock import RunClock


def test_without_a_deadline_nothing_stops_it() -> None:
    clock = RunClock()

    clock.raise_if_stopped()
    clock.sleep(0.001)

    assert (clock.stopped, clock.interrupted) == (None, False)


def test_a_deadline_that_has_passed_stops_it() -> None:
    clock = RunClock(deadline=0.0)

    with pytest.raises(Stopped) as caught:
        clock.raise_if_stopped()

    assert caught.value.reason is clock.stopped is Reason.DEADLINE
    assert not clock.interrupted


def test_a_deadline_that_is_far_off_does_not() -> None:
    assert RunClock(deadline=60).stopped is None


def test_an_interruption_weighs_more_than_the_deadline() -> None:
    clock = RunClock(deadline=0.0)

    clock.interrupt()

    assert clock.interrupted
    assert clock.stopped is Reason.INTERRUPTED


def test_a_sleeper_hears_the_order_to_stop_long_before_its_time() -> None:
    clock, before = RunClock(), time.monotonic()
    Timer(0.05, clock.interrupt).start()

    with pytest.raises(Stopped):
        clock.sleep(60)

    assert time.monotonic() - before < 5


def test_a_sleeper_wakes_for_the_deadline() -> None:
    clock, before = RunClock(deadline=0.1), time.monotonic()

    with pytest.raises(Stopped):
        clock.sleep(60)

    assert time.monotonic() - before < 5


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.3])
def test_a_sleep_takes_its_time(seconds: float) -> None:
    before = time.monotonic()

    RunClock().sleep(seconds)

    assert time.monotonic() - before >= seconds


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 0.01, 1.0])
def test_after_the_order_no_sleep_is_taken_for_done(seconds: float) -> None:
    clock = RunClock()
    clock.interrupt()

    with pytest.raises(Stopped):
        clock.sleep(seconds)


@pytest.mark.parametrize(("seconds", "told"), [(0.01, []), (0.03, ["in", "out"])])
def test_only_a_noticeable_sleep_is_told_to_the_pool(seconds: float, told: list[str]) -> None:
    clock, heard = RunClock(), list[str]()

    @contextmanager
    def asleep() -> Iterator[None]:
        heard.append("in")
        try:
            yield
        finally:
            heard.append("out")

    clock.asleep = asleep
    clock.sleep(seconds)

    assert heard == told


def test_it_tells_the_time_in_utc() -> None:
    assert RunClock().now().utcoffset() == timedelta(0)
    assert RunClock().now().tzinfo is UTC
