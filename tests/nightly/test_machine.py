"""Problems of the machine during a run: clock changes, a full disk, a folder that becomes unwritable."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.fleet import Fleet, Shape, running
from tests.nightly.night import CLOCK_JUMPS, audit
from tests.nightly.verdicts import expected_verdicts, reported

pytestmark = pytest.mark.slow

OLD = json.dumps({"run_id": "20200101T000000Z-000000"})


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(Shape(accounts=12, regions=3, families=4, skew=0)) as started:
        yield started


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system with room for a few accounts, on which an earlier run is the latest."""
    path = tmp_path / "disk"
    path.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    process = _mount("-t", "tmpfs", "-o", "size=96k", "none", str(path))
    if process.returncode:
        pytest.skip(f"cannot mount a small disk: {process.stderr.strip()}")
    (path / "latest.json").write_text(OLD, encoding="utf-8")
    yield path
    subprocess.run(["umount", str(path)], check=True)


def _mount(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)


def test_clock_changes_during_the_run_have_no_effect(fleet: Fleet, tmp_path: Path) -> None:
    fleet.reset()
    night = audit(fleet, tmp_path, "--deadline", "2m", program=CLOCK_JUMPS)
    summary = night.document(f"runs/{night.latest['run_id']}/summary.json")["run"]

    assert night.code == 0, night.stderr
    assert reported(night) == expected_verdicts(fleet)
    assert fleet.report()["operations"]["AssumeRole"] == fleet.shape.accounts
    assert all(row["duration_s"] < 60 for row in night.coverage())
    assert datetime.fromisoformat(summary["finished_at"]) >= datetime.fromisoformat(summary["started_at"])


def test_a_full_disk_spools_the_remaining_results_and_keeps_the_latest_run(
    fleet: Fleet, tmp_path: Path, disk: Path
) -> None:
    night = audit(fleet, tmp_path, "--output", str(disk), "--spool", str(tmp_path))
    match = re.search(r"are in (\S+), under the same keys", night.stdout + night.stderr)

    assert night.code == 1
    assert "No space left on device" in night.stdout + night.stderr
    assert "Traceback" not in night.stderr
    assert (disk / "latest.json").read_text(encoding="utf-8") == OLD
    assert match
    spool = Path(match[1])
    accounts = {folder: {path.name[:12] for path in folder.glob("findings/*/*/*.jsonl.gz")} for folder in (disk, spool)}
    assert accounts[disk] | accounts[spool] == {member.id for member in fleet.organization.members}
    assert accounts[disk]
    assert accounts[spool]
    assert not list(disk.rglob("*.part"))


def test_both_paths_are_named_if_the_spool_is_full_too(fleet: Fleet, tmp_path: Path, disk: Path) -> None:
    night = audit(fleet, tmp_path, "--output", str(disk / "out"), "--spool", str(disk / "spool"))

    assert night.code == 1
    text = "".join(line for line in night.stderr.splitlines() if not line.startswith("{"))
    assert text.count("No space left on device") == 2
    assert "Traceback" not in night.stderr
    assert not (disk / "out" / "latest.json").exists()


def test_a_read_only_folder_ends_the_run_before_any_account_is_called(fleet: Fleet, tmp_path: Path, disk: Path) -> None:
    fleet.reset()
    _mount("-o", "remount,ro", str(disk))
    night = audit(fleet, tmp_path, "--output", str(disk))

    assert night.code == 1
    assert "Read-only file system" in night.stderr
    assert "Traceback" not in night.stderr
    assert set(fleet.report()["operations"]) <= {"GetCallerIdentity"}


def test_a_folder_that_becomes_unwritable_is_reported_at_the_end(tmp_path: Path) -> None:
    """A file blocks the findings folder, so that the claim can be written and nothing after it."""
    with running(Shape(accounts=2, regions=2)) as small:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "findings").write_text("not a folder", encoding="utf-8")
        night = audit(small, tmp_path, "--spool", str(tmp_path))

        assert night.code == 1
        assert "NOT DELIVERED: Cannot write" in night.stdout + night.stderr
        assert "Traceback" not in night.stderr
        assert not (tmp_path / "out" / "latest.json").exists()
        assert len(list(tmp_path.glob("auditor-spool-*/findings/*/*/*.jsonl.gz"))) == 2
