"""A bucket that accepts the claim and then hangs: deadline and signals still end the run, and nothing is lost."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running

#: With a read timeout of 2 s, eight attempts and their waits would take about 40 s, twice.
LONGEST = 25.0


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(Shape(accounts=2, regions=1, families=3)) as fleet:
        yield fleet


def start(fleet: Fleet, folder: Path, name: str, deadline: str) -> subprocess.Popen[str]:
    inventory = folder / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")
    flags = ("--output", f"s3://{fleet.bucket}/{name}", "--spool", str(folder), "--deadline", deadline)
    command = [sys.executable, "-m", "auditor", "run", "-c", str(inventory), "--read-timeout", "2s", *flags]
    return subprocess.Popen(command, env=fleet.env(), stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("number", [None, signal.SIGTERM], ids=["a deadline of 3 s", "SIGTERM"])
def test_a_hanging_bucket_does_not_keep_a_run_that_was_stopped(
    fleet: Fleet, tmp_path: Path, number: signal.Signals | None
) -> None:
    fleet.set_faults(Fault("hang", services=("s3",), operation="PutObject", skip=1))
    process = start(fleet, tmp_path, "term" if number else "deadline", "1h" if number else "3s")
    started_at = time.monotonic()
    assert process.stderr is not None
    process.stderr.readline()  # the first line of the log: the claim is written, and signals are handled
    if number:
        time.sleep(2)
        process.send_signal(number)

    _, stderr = process.communicate(timeout=120)

    assert time.monotonic() - started_at < LONGEST
    last = json.loads([line for line in stderr.splitlines() if line.startswith("{")][-1])
    assert (process.returncode, last["event"], last["delivered"]) == (1, "run-ended", False)
    assert len(list(tmp_path.rglob("*.jsonl.gz"))) == 3 * len(fleet.organization.members)
