"""SIGTERM and SIGINT in mid-run: what was done is kept, what was not is said, and nothing points at half a run."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fleet.organization import Shape
from tests.fleet.running import running
from tests.nightly.night import Night


@pytest.mark.parametrize(("order", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_interrupted_run_ends_in_order(tmp_path: Path, order: signal.Signals, code: int) -> None:
    with running(Shape(accounts=12, regions=4, families=10), latency=0.05) as fleet:
        inventory = tmp_path / "inventory.yaml"
        inventory.write_text(fleet.inventory_text(), encoding="utf-8")
        arguments = ["--inventory", str(inventory), "--output", str(tmp_path / "out"), "--workers", "4"]
        process = subprocess.Popen(
            [sys.executable, "-m", "auditor", "run", *arguments],
            env=fleet.env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not list((tmp_path / "out").rglob("coverage/**/*.gz")) and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(order)
        ordered = time.monotonic()
        stdout, stderr = process.communicate(timeout=30)
        took = time.monotonic() - ordered

        night = Night(process.returncode, stdout, stderr, tmp_path / "out")
        rows = night.coverage()
        assert night.code == code, stderr
        assert took < 20
        assert stdout.startswith("INCOMPLETE: the run was interrupted")
        assert "Traceback" not in stderr
        assert not (night.output / "latest.json").exists()
        assert {row["account"]["id"] for row in rows} == {member.id for member in fleet.organization.members}
        assert {row["reason"] for row in rows if row["status"] != "EXAMINED"} == {"interrupted"}
        assert {row["status"] for row in rows} >= {"EXAMINED", "NOT_EXAMINED"}
