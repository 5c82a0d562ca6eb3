"""The run's clock: a deadline or an interruption stops it, and every sleeper notices."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from threading import Timer

import pytest

from auditor.domain.clock import Stopped
from auditor.domain.reason import Reason
from auditor.engine.clock import RunClock


def test_does_not_stop_without_a_deadline() -> None:
    clock = RunClock()

    clock.raise_if_stopped()
    clock.sleep(0.001)

    assert (clock.stopped, clock.interrupted) == (None, False)


def test_stops_at_the_deadline() -> None:
    clock = RunClock(deadline=0.0)

    with pytest.raises(Stopped) as caught:
        clock.raise_if_stopped()

    assert caught.value.reason is clock.stopped is Reason.DEADLINE
    assert not clock.interrupted


@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        pytest.param(lambda clock: None, 0.0, id="it was not stopped"),
        pytest.param(lambda clock: clock.limit(60), 0.0, id="the deadline is ahead"),
        pytest.param(lambda clock: clock.limit(-7), 7.0, id="the deadline is past"),
        pytest.param(lambda clock: clock.interrupt(), 0.0, id="it was interrupted just now"),
    ],
)
def test_knows_for_how_long_it_has_been_stopped(stop: Callable[[RunClock], None], expected: float) -> None:
    clock = RunClock()

    stop(clock)

    assert clock.stopped_for == pytest.approx(expected, abs=0.5)


def test_a_second_interruption_does_not_restart_the_time_since_the_first() -> None:
    clock = RunClock()
    clock.interrupt()
    time.sleep(0.05)

    clock.interrupt()

    assert clock.stopped_for >= 0.05


def test_does_not_stop_before_the_deadline() -> None:
    assert RunClock(deadline=60).stopped is None


def test_an_interruption_takes_precedence_over_the_deadline() -> None:
    clock = RunClock(deadline=0.0)

    clock.interrupt()

    assert clock.interrupted
    assert clock.stopped is Reason.INTERRUPTED


def test_an_interruption_ends_a_sleep_early() -> None:
    clock, started_at = RunClock(), time.monotonic()
    Timer(0.05, clock.interrupt).start()

    with pytest.raises(Stopped):
        clock.sleep(60)

    assert time.monotonic() - started_at < 5


def test_the_deadline_ends_a_sleep_early() -> None:
    clock, started_at = RunClock(deadline=0.1), time.monotonic()

    with pytest.raises(Stopped):
        clock.sleep(60)

    assert time.monotonic() - started_at < 5


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.3])
def test_sleeps_for_the_requested_time(seconds: float) -> None:
    started_at = time.monotonic()

    RunClock().sleep(seconds)

    assert time.monotonic() - started_at >= seconds


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 0.01, 1.0])
def test_every_sleep_raises_after_an_interruption(seconds: float) -> None:
    clock = RunClock()
    clock.interrupt()

    with pytest.raises(Stopped):
        clock.sleep(seconds)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [pytest.param(0.01, [], id="short sleep"), pytest.param(0.03, ["enter", "exit"], id="long sleep")],
)
def test_only_long_sleeps_enter_the_context_for_sleeps(seconds: float, expected: list[str]) -> None:
    calls: list[str] = []

    @contextmanager
    def while_asleep() -> Iterator[None]:
        calls.append("enter")
        try:
            yield
        finally:
            calls.append("exit")

    RunClock(while_asleep=while_asleep).sleep(seconds)

    assert calls == expected


def test_now_is_in_utc() -> None:
    assert RunClock().now().utcoffset() == timedelta(0)
    assert RunClock().now().tzinfo is UTC


def test_a_limited_block_keeps_an_earlier_deadline_and_restores_it() -> None:
    clock = RunClock()
    with clock.limited(0.0):
        assert clock.stopped is Reason.DEADLINE
        with clock.limited(60.0):
            assert clock.stopped is Reason.DEADLINE
    assert clock.left is None
