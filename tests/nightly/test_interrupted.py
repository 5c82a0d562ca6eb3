"""An interrupted run keeps its finished accounts, and `--resume` gives the results of an undisturbed run.

Real runs with several processes receive signals at seeded random moments.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import MANAGEMENT, Shape
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

#: Enough accounts for two processes. A run takes two to three seconds, including half a second to start.
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
    """Return findings, coverage and size of an undisturbed run."""
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
    """Return random moments between the start of the process and the end of the run."""
    chance = random.Random(seed)
    kinds = [
        lambda: after_seconds(round(chance.uniform(0.05, 0.6), 2)),
        lambda: after_calls(chance.random()),
        lambda: after_calls(chance.random()),
        lambda: after_objects(chance.random()),
    ]
    return [kinds[number % len(kinds)]() for number in range(count)]


def assert_orderly_shutdown(attempt: RunProcess, number: signal.Signals) -> None:
    """The run reports the interruption and has a coverage record for every account, or it had ended before."""
    night = attempt.setup
    assert "Traceback" not in attempt.stderr
    if published_run(night.output) == RUN:
        # The signal came after the run was complete, while Python was shutting down.
        assert attempt.code in {0, CODES[number], -number}
        return
    if attempt.code == -number:
        assert not is_claimed(night), "a claimed run handles signals"
        return
    assert attempt.code == CODES[number], attempt.stderr
    if not is_claimed(night):
        return
    assert attempt.stdout.startswith("INCOMPLETE: the run was interrupted"), attempt.stdout
    accounts = {row["account_id"] for row in rows(night.output, "coverage", RUN)}
    assert accounts == {member.id for member in night.fleet.organization.members}
    assert gap_reasons(night.output, RUN) <= {"interrupted"}
    assert published_run(night.output) is None


def stop_and_resume(night: RunSetup, moment: Moment, number: signal.Signals, expected: object) -> RunProcess:
    attempt = night.start("--run-id", RUN)
    attempt.wait_until(moment)
    seconds = attempt.stop(number)

    assert seconds < SHUTDOWN_SECONDS
    assert_orderly_shutdown(attempt, number)
    resume_and_compare(night, expected)
    return attempt


def kill_and_resume(night: RunSetup, moment: Moment, expected: object) -> RunProcess:
    attempt = night.start("--run-id", RUN)
    attempt.wait_until(moment)
    attempt.kill()

    resume_and_compare(night, expected)
    return attempt


def kill_one_worker(night: RunSetup, moment: Moment, expected: object) -> RunProcess:
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
        pytest.param(signal.SIGTERM, FIRST_ROWS, id="SIGTERM after the first account"),
        pytest.param(signal.SIGINT, after_calls(0.02), id="SIGINT when the worker processes start"),
    ],
)
def test_a_stopped_run_shuts_down_in_order_and_can_be_resumed(
    night: RunSetup, undisturbed: Rows, number: signal.Signals, moment: Moment
) -> None:
    attempt = stop_and_resume(night, moment, number, undisturbed)

    assert attempt.code == CODES[number], "the run had ended before"


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(FIRST_ROWS, id="after the first account"),
        pytest.param(after_calls(0.5), id="halfway"),
        pytest.param(MANIFEST, id="after the manifest"),
    ],
)
def test_a_killed_run_can_be_resumed(night: RunSetup, undisturbed: Rows, moment: Moment) -> None:
    attempt = kill_and_resume(night, moment, undisturbed)

    assert attempt.code == -signal.SIGKILL, "the run had ended before"


def test_a_resumed_run_has_the_accounts_of_its_start_even_if_the_organization_lists_fewer(
    night: RunSetup, undisturbed: Rows
) -> None:
    discover = f'{night.fleet.discovery_text}accounts: [{{id: "{MANAGEMENT}", exclude: "the management account"}}]\n'
    (night.folder / "inventory.yaml").write_text(discover, encoding="utf-8")
    attempt = night.start("--run-id", RUN)
    attempt.wait_until(FIRST_ROWS)
    attempt.stop(signal.SIGTERM)
    assert attempt.code == 143, "the run had ended before"
    claim = json.loads(night.output.get(f"state/claims/{RUN}.json") or b"")
    accounts = {account["id"] for account in claim["accounts"]}
    complete = {row["account_id"] for row in rows(night.output, "coverage", RUN) if row["status"] == "EXAMINED"}
    lost = min(member.id for member in night.fleet.organization.members if member.id not in complete)
    night.fleet.set_faults(Fault("access-denied", services=("organizations",)), Fault("role-refused", accounts=(lost,)))

    resumed = night.run_to_end("--resume", RUN)

    assert resumed.code == 4, resumed.stderr
    records = rows(night.output, "coverage", RUN)
    assert {row["account_id"] for row in records} == accounts
    assert {row["account_id"] for row in records if row["reason"] == "role-denied"} == {lost}
    assert resumed.stdout.startswith("INCOMPLETE")


def test_a_killed_worker_process_does_not_change_the_results(night: RunSetup, undisturbed: Rows) -> None:
    attempt = kill_one_worker(night, FIRST_ROWS, undisturbed)

    assert "A worker process died" in attempt.stderr


@pytest.mark.parametrize("moment", moments(12, seed=1), ids=str)
def test_sigterm_at_any_moment(night: RunSetup, undisturbed: Rows, moment: Moment) -> None:
    stop_and_resume(night, moment, signal.SIGTERM, undisturbed)


@pytest.mark.parametrize("moment", moments(12, seed=2), ids=str)
def test_sigint_at_any_moment(night: RunSetup, undisturbed: Rows, moment: Moment) -> None:
    stop_and_resume(night, moment, signal.SIGINT, undisturbed)


@pytest.mark.parametrize("moment", [*moments(15, seed=3), REPORT], ids=str)
def test_sigkill_at_any_moment(night: RunSetup, undisturbed: Rows, moment: Moment) -> None:
    kill_and_resume(night, moment, undisturbed)


@pytest.mark.parametrize("moment", [after_calls(number / 7) for number in range(1, 7)], ids=str)
def test_sigkill_of_a_worker_at_any_moment(night: RunSetup, undisturbed: Rows, moment: Moment) -> None:
    kill_one_worker(night, moment, undisturbed)


@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_is_interrupted_repeatedly_can_be_completed(night: RunSetup, undisturbed: Rows, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(5):
        attempt = night.start("--resume" if is_claimed(night) else "--run-id", RUN)
        # A resumed run makes fewer calls each time, so the moment must come early.
        attempt.wait_until(after_calls(chance.uniform(0, 0.25)))
        if chance.random() < 0.5:
            attempt.kill()
        else:
            assert attempt.stop(signal.SIGTERM) < SHUTDOWN_SECONDS

    resume_and_compare(night, undisturbed)
