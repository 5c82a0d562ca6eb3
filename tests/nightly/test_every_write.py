"""A run can be resumed after it was killed at any of its writes, both before and after the object exists.

From the n-th write on, S3 does not respond, and the run is killed while it waits, so no race decides the moment.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.fleet.sessions import AMBIENT_KEY, AMBIENT_SECRET
from tests.nightly.output import BucketOutput, comparable_rows, s3_client
from tests.nightly.run_process import RUN, Moment, RunSetup, bucket_run, resume_and_compare

pytestmark = pytest.mark.slow

SHAPE = Shape(accounts=3, regions=2, families=2)
#: The claim; findings, coverage, history and fact cache of each account; and the documents of the run.
WRITES = 1 + 3 * 4 + 7
TREND, SUMMARY, RESULT, REPORT, MANIFEST, INDEX, LATEST = range(WRITES - 7, WRITES)

BEFORE, AFTER = "hang", "slow"


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    buckets = tuple(f"results-{number}" for number in range(2 * WRITES + 1))
    with running(SHAPE, buckets=buckets) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def undisturbed(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 - rows of any type
    night = _night(fleet, tmp_path_factory.mktemp("undisturbed"), fleet.bucket)
    attempt = night.run_to_end("--run-id", RUN)
    assert attempt.code == 0, attempt.stderr
    assert len(night.output.keys()) == WRITES
    return comparable_rows(night.output, RUN)


def _night(fleet: Fleet, folder: Path, bucket: str) -> RunSetup:
    output = BucketOutput(s3_client(fleet.url, AMBIENT_KEY, AMBIENT_SECRET), bucket)
    return bucket_run(fleet, folder, output, "--workers", "8")


def kill_at_write(fleet: Fleet, folder: Path, number: int, kind: str, expected: object) -> None:
    night = _night(fleet, folder, fleet.options.buckets[1 + number * 2 + (kind == AFTER)])
    fleet.reset()
    fleet.set_faults(Fault(kind, services=("s3",), operation="PutObject", skip=number, seconds=300.0))
    attempt = night.start("--run-id", RUN)
    attempt.wait_until(_puts(number + 1))
    assert attempt.process.poll() is None, attempt.stderr
    attempt.kill()
    fleet.set_faults()

    assert attempt.code == -signal.SIGKILL
    if kind == BEFORE:
        assert len(night.output.keys()) == number
    else:
        assert len(night.output.keys()) > number
    resume_and_compare(night, expected)
    # An earlier attempt may have written changes, so a resumed run replaces them even if there are none.
    written = night.output.keys()
    others = [key for key in written if not key.startswith("changes/")]
    assert len(others) in {WRITES, WRITES + 1}, "a resumed run adds its own claim and nothing else"


def _puts(count: int) -> Moment:
    return Moment(
        f"{count} writes", lambda attempt: attempt.setup.fleet.report()["operations"].get("PutObject", 0) >= count
    )


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        pytest.param(REPORT, AFTER, id="between the report and the manifest"),
        pytest.param(MANIFEST, AFTER, id="between the manifest and the index"),
        pytest.param(INDEX, AFTER, id="between the index and latest.json"),
    ],
)
def test_a_run_that_is_killed_at_its_end_can_be_resumed(
    fleet: Fleet, undisturbed: object, tmp_path: Path, number: int, kind: str
) -> None:
    kill_at_write(fleet, tmp_path, number, kind, undisturbed)


@pytest.mark.parametrize("number", range(WRITES))
def test_a_run_that_is_killed_before_any_write_can_be_resumed(
    fleet: Fleet, undisturbed: object, tmp_path: Path, number: int
) -> None:
    kill_at_write(fleet, tmp_path, number, BEFORE, undisturbed)


@pytest.mark.parametrize("number", sorted(set(range(WRITES)) - {REPORT, MANIFEST, INDEX}))
def test_a_run_that_is_killed_after_any_write_can_be_resumed(
    fleet: Fleet, undisturbed: object, tmp_path: Path, number: int
) -> None:
    kill_at_write(fleet, tmp_path, number, AFTER, undisturbed)
