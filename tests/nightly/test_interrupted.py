"""A run that is stopped at any moment keeps what it has finished, and `--resume` makes the same of it as if it had not.

Real processes, several to a run, are told to end or are killed, at moments that follow from a seed.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.attempt import (
    IN_ORDER,
    RUN,
    Attempt,
    Moment,
    Night,
    Size,
    asked,
    begun,
    folder_night,
    started,
    take_up,
    there,
    written,
)
from tests.nightly.place import Row, pointed_at, result, rows, unfinished

pytestmark = pytest.mark.slow

#: Enough accounts for two processes; a run takes two to three seconds, of which half a one to start.
SHAPE = Shape(accounts=16, regions=2, families=4)
FLAGS = ("--workers", "8", "--processes", "2")
CODES = {signal.SIGTERM: 143, signal.SIGINT: 130}
Rows = dict[str, list[Row]]
Whole = tuple[Rows, Size]
FIRST_ROWS, REPORT, MANIFEST = there("coverage/"), there(f"runs/{RUN}/report"), there(f"runs/{RUN}/manifest")


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(SHAPE, latency=0.02) as fleet:
        yield fleet


@pytest.fixture(autouse=True)
def healthy(fleet: Fleet) -> None:
    fleet.set_faults()
    fleet.reset()


@pytest.fixture(scope="module")
def whole(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Findings and coverage of a run that nobody stops."""
    fleet.reset()
    night = folder_night(fleet, tmp_path_factory.mktemp("undisturbed"), *FLAGS)
    attempt = night.whole("--run-id", RUN)
    assert attempt.code == 0, attempt.stderr
    return result(night.place, RUN), Size(attempt.calls(), len(night.place.keys()))


@pytest.fixture
def undisturbed(whole: Whole) -> Rows:
    return whole[0]


@pytest.fixture
def night(fleet: Fleet, tmp_path: Path, whole: Whole) -> Night:
    return replace(folder_night(fleet, tmp_path, *FLAGS), size=whole[1])


def moments(count: int, seed: int) -> list[Moment]:
    """Draw moments from the start of the process until after the end of the run."""
    chance = random.Random(seed)
    kinds = [
        lambda: started(round(chance.uniform(0.05, 0.6), 2)),
        lambda: asked(chance.random()),
        lambda: asked(chance.random()),
        lambda: written(chance.random()),
    ]
    return [kinds[number % len(kinds)]() for number in range(count)]


def ended_in_order(attempt: Attempt, number: signal.Signals) -> None:
    """The run said that it was interrupted, and everything expected has its row; or it had ended before."""
    night = attempt.night
    assert "Traceback" not in attempt.stderr
    if pointed_at(night.place) == RUN:
        # Told when all was done: before Python was told about its last signal, or after.
        assert attempt.code in {0, CODES[number], -number}
        return
    if attempt.code == -number:
        assert not begun(night), "a run that has begun listens"
        return
    assert attempt.code == CODES[number], attempt.stderr
    if not begun(night):
        return
    assert attempt.stdout.startswith("INCOMPLETE: the run was interrupted"), attempt.stdout
    found = {row["account"]["id"] for row in rows(night.place, "coverage", RUN)}
    assert found == {member.id for member in night.fleet.organization.members}
    assert unfinished(night.place, RUN) <= {"interrupted"}
    assert pointed_at(night.place) is None


def stopped_and_taken_up(night: Night, moment: Moment, number: signal.Signals, expected: object) -> Attempt:
    attempt = night.start("--run-id", RUN)
    attempt.after(moment)
    took = attempt.order(number)

    assert took < IN_ORDER
    ended_in_order(attempt, number)
    take_up(night, expected)
    return attempt


def killed_and_taken_up(night: Night, moment: Moment, expected: object) -> Attempt:
    attempt = night.start("--run-id", RUN)
    attempt.after(moment)
    attempt.kill()

    take_up(night, expected)
    return attempt


def one_worker_killed(night: Night, moment: Moment, expected: object) -> Attempt:
    attempt = night.start("--run-id", RUN)
    attempt.after(moment)
    attempt.watch(lambda: bool(attempt.workers()) or attempt.process.poll() is not None)
    for pid in attempt.workers()[:1]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    attempt.wait()

    assert attempt.code == 0, attempt.stderr
    assert "Traceback" not in attempt.stderr
    assert pointed_at(night.place) == RUN
    assert result(night.place, RUN) == expected
    return attempt


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        pytest.param(signal.SIGTERM, FIRST_ROWS, id="SIGTERM when the first account has ended"),
        pytest.param(signal.SIGINT, asked(0.02), id="SIGINT when the worker processes begin"),
    ],
)
def test_an_interrupted_run_ends_in_order_and_can_be_taken_up(
    night: Night, undisturbed: Rows, number: signal.Signals, moment: Moment
) -> None:
    attempt = stopped_and_taken_up(night, moment, number, undisturbed)

    assert attempt.code == CODES[number], "it had ended before"


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(FIRST_ROWS, id="when the first account has ended"),
        pytest.param(asked(0.5), id="in the middle"),
        pytest.param(MANIFEST, id="when it is sealed"),
    ],
)
def test_a_run_that_is_killed_can_be_taken_up(night: Night, undisturbed: Rows, moment: Moment) -> None:
    attempt = killed_and_taken_up(night, moment, undisturbed)

    assert attempt.code == -signal.SIGKILL, "it had ended before"


def test_a_worker_process_that_is_killed_costs_time_only(night: Night, undisturbed: Rows) -> None:
    attempt = one_worker_killed(night, FIRST_ROWS, undisturbed)

    assert "A worker process died" in attempt.stderr


@pytest.mark.parametrize("moment", moments(12, seed=1), ids=str)
def test_sigterm_at_any_moment(night: Night, undisturbed: Rows, moment: Moment) -> None:
    stopped_and_taken_up(night, moment, signal.SIGTERM, undisturbed)


@pytest.mark.parametrize("moment", moments(12, seed=2), ids=str)
def test_sigint_at_any_moment(night: Night, undisturbed: Rows, moment: Moment) -> None:
    stopped_and_taken_up(night, moment, signal.SIGINT, undisturbed)


@pytest.mark.parametrize("moment", [*moments(15, seed=3), REPORT], ids=str)
def test_sigkill_at_any_moment(night: Night, undisturbed: Rows, moment: Moment) -> None:
    killed_and_taken_up(night, moment, undisturbed)


@pytest.mark.parametrize("moment", [asked(number / 7) for number in range(1, 7)], ids=str)
def test_sigkill_of_a_worker_at_any_moment(night: Night, undisturbed: Rows, moment: Moment) -> None:
    one_worker_killed(night, moment, undisturbed)


@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_is_stopped_again_and_again_gets_there(night: Night, undisturbed: Rows, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(5):
        attempt = night.start("--resume" if begun(night) else "--run-id", RUN)
        # A run that is taken up makes fewer calls each time: all of them come early enough.
        attempt.after(asked(chance.uniform(0, 0.25)))
        if chance.random() < 0.5:
            attempt.kill()
        else:
            assert attempt.order(signal.SIGTERM) < IN_ORDER

    take_up(night, undisturbed)
