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
from tests.nightly.output import Row, comparable_rows, gap_reasons, published_run, rows
from tests.nightly.run_process import (
    RUN,
    SHUTDOWN_SECONDS,
    ExpectedSize,
    Moment,
    RunProcess,
    RunSetup,
    after_calls,
    after_object,
    after_objects,
    after_seconds,
    folder_run,
    is_claimed,
    resume_and_compare,
)

pytestmark = pytest.mark.slow

#: Enough accounts for two processes; a run takes two to three seconds, of which half a one to start.
SHAPE = Shape(accounts=16, regions=2, families=4)
FLAGS = ("--workers", "8", "--processes", "2")
CODES = {signal.SIGTERM: 143, signal.SIGINT: 130}
Rows = dict[str, list[Row]]
Whole = tuple[Rows, ExpectedSize]
FIRST_ROWS, REPORT, MANIFEST = (
    after_object("coverage/"),
    after_object(f"runs/{RUN}/report"),
    after_object(f"runs/{RUN}/manifest"),
)


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
    night = folder_run(fleet, tmp_path_factory.mktemp("undisturbed"), *FLAGS)
    attempt = night.run_to_end("--run-id", RUN)
    assert attempt.code == 0, attempt.stderr
    return comparable_rows(night.output, RUN), ExpectedSize(attempt.calls(), len(night.output.keys()))


@pytest.fixture
def undisturbed(whole: Whole) -> Rows:
    return whole[0]


@pytest.fixture
def night(fleet: Fleet, tmp_path: Path, whole: Whole) -> RunSetup:
    return replace(folder_run(fleet, tmp_path, *FLAGS), size=whole[1])


def moments(count: int, seed: int) -> list[Moment]:
    """Draw moments from the start of the process until after the end of the run."""
    chance = random.Random(seed)
    kinds = [
        lambda: after_seconds(round(chance.uniform(0.05, 0.6), 2)),
        lambda: after_calls(chance.random()),
        lambda: after_calls(chance.random()),
        lambda: after_objects(chance.random()),
    ]
    return [kinds[number % len(kinds)]() for number in range(count)]


def ended_in_order(attempt: RunProcess, number: signal.Signals) -> None:
    """The run said that it was interrupted, and everything expected has its row; or it had ended before."""
    night = attempt.setup
    assert "Traceback" not in attempt.stderr
    if published_run(night.output) == RUN:
        # Told when all was done: before Python was told about its last signal, or after.
        assert attempt.code in {0, CODES[number], -number}
        return
    if attempt.code == -number:
        assert not is_claimed(night), "a run that has begun listens"
        return
    assert attempt.code == CODES[number], attempt.stderr
    if not is_claimed(night):
        return
    assert attempt.stdout.startswith("INCOMPLETE: the run was interrupted"), attempt.stdout
    found = {row["account"]["id"] for row in rows(night.output, "coverage", RUN)}
    assert found == {member.id for member in night.fleet.organization.members}
    assert gap_reasons(night.output, RUN) <= {"interrupted"}
    assert published_run(night.output) is None


def stopped_and_taken_up(night: RunSetup, moment: Moment, number: signal.Signals, expected: object) -> RunProcess:
    attempt = night.start("--run-id", RUN)
    attempt.wait_until(moment)
    took = attempt.stop(number)

    assert took < SHUTDOWN_SECONDS
    ended_in_order(attempt, number)
    resume_and_compare(night, expected)
    return attempt


def killed_and_taken_up(night: RunSetup, moment: Moment, expected: object) -> RunProcess:
    attempt = night.start("--run-id", RUN)
    attempt.wait_until(moment)
    attempt.kill()

    resume_and_compare(night, expected)
    return attempt


def one_worker_killed(night: RunSetup, moment: Moment, expected: object) -> RunProcess:
    attempt = night.start("--run-id", RUN)
    attempt.wait_until(moment)
    attempt.poll(lambda: bool(attempt.workers()) or attempt.process.poll() is not None)
    for pid in attempt.workers()[:1]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    attempt.wait()

    assert attempt.code == 0, attempt.stderr
    assert "Traceback" not in attempt.stderr
    assert published_run(night.output) == RUN
    assert comparable_rows(night.output, RUN) == expected
    return attempt


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        pytest.param(signal.SIGTERM, FIRST_ROWS, id="SIGTERM when the first account has ended"),
        pytest.param(signal.SIGINT, after_calls(0.02), id="SIGINT when the worker processes begin"),
    ],
)
def test_an_interrupted_run_ends_in_order_and_can_be_taken_up(
    night: RunSetup, undisturbed: Rows, number: signal.Signals, moment: Moment
) -> None:
    attempt = stopped_and_taken_up(night, moment, number, undisturbed)

    assert attempt.code == CODES[number], "it had ended before"


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(FIRST_ROWS, id="when the first account has ended"),
        pytest.param(after_calls(0.5), id="in the middle"),
        pytest.param(MANIFEST, id="when it is sealed"),
    ],
)
def test_a_run_that_is_killed_can_be_taken_up(night: RunSetup, undisturbed: Rows, moment: Moment) -> None:
    attempt = killed_and_taken_up(night, moment, undisturbed)

    assert attempt.code == -signal.SIGKILL, "it had ended before"


def test_a_worker_process_that_is_killed_costs_time_only(night: RunSetup, undisturbed: Rows) -> None:
    attempt = one_worker_killed(night, FIRST_ROWS, undisturbed)

    assert "A worker process died" in attempt.stderr


@pytest.mark.parametrize("moment", moments(12, seed=1), ids=str)
def test_sigterm_at_any_moment(night: RunSetup, undisturbed: Rows, moment: Moment) -> None:
    stopped_and_taken_up(night, moment, signal.SIGTERM, undisturbed)


@pytest.mark.parametrize("moment", moments(12, seed=2), ids=str)
def test_sigint_at_any_moment(night: RunSetup, undisturbed: Rows, moment: Moment) -> None:
    stopped_and_taken_up(night, moment, signal.SIGINT, undisturbed)


@pytest.mark.parametrize("moment", [*moments(15, seed=3), REPORT], ids=str)
def test_sigkill_at_any_moment(night: RunSetup, undisturbed: Rows, moment: Moment) -> None:
    killed_and_taken_up(night, moment, undisturbed)


@pytest.mark.parametrize("moment", [after_calls(number / 7) for number in range(1, 7)], ids=str)
def test_sigkill_of_a_worker_at_any_moment(night: RunSetup, undisturbed: Rows, moment: Moment) -> None:
    one_worker_killed(night, moment, undisturbed)


@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_is_stopped_again_and_again_gets_there(night: RunSetup, undisturbed: Rows, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(5):
        attempt = night.start("--resume" if is_claimed(night) else "--run-id", RUN)
        # A run that is taken up makes fewer calls each time: all of them come early enough.
        attempt.wait_until(after_calls(chance.uniform(0, 0.25)))
        if chance.random() < 0.5:
            attempt.kill()
        else:
            assert attempt.stop(signal.SIGTERM) < SHUTDOWN_SECONDS

    resume_and_compare(night, undisturbed)
