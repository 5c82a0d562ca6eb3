"""The log of a run: its last line tells how the run ended, and a log that cannot be written does not end a run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import audit, command_in_process


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(Shape(accounts=2, regions=1, families=3)) as fleet:
        yield fleet


@pytest.fixture(autouse=True)
def healthy(fleet: Fleet) -> None:
    fleet.set_faults()


def last_line(stderr: str) -> dict[str, Any]:
    """Return the last JSON line; lines of text may follow it."""
    lines = [line for line in stderr.splitlines() if line.startswith("{")]
    content: dict[str, Any] = json.loads(lines[-1])
    return content


@pytest.mark.slow
@pytest.mark.parametrize(
    "redirections",
    [
        pytest.param("2>&-", id="standard error is closed"),
        pytest.param("2>/dev/full", id="standard error is full", marks=pytest.mark.slow),
        pytest.param("2> >(true)", id="nothing reads standard error", marks=pytest.mark.slow),
        pytest.param(">&-", id="standard output is closed"),
        pytest.param(">/dev/full", id="standard output is full", marks=pytest.mark.slow),
        pytest.param("> >(true)", id="nothing reads standard output", marks=pytest.mark.slow),
        pytest.param(">&- 2>&- <&-", id="everything is closed"),
    ],
)
def test_a_log_that_cannot_be_written_does_not_end_the_run(fleet: Fleet, tmp_path: Path, redirections: str) -> None:
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")
    command = f'"{sys.executable}" -m auditor run -v -c "{inventory}" -o "{tmp_path}/out" {redirections}'

    done = subprocess.run(["bash", "-c", command], env=fleet.env(), capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads((tmp_path / "out/latest.json").read_text(encoding="utf-8"))["complete"] is True


def test_the_last_line_has_the_result(fleet: Fleet, tmp_path: Path) -> None:
    night = audit(fleet, tmp_path)

    last = last_line(night.stderr)
    assert (last["event"], last["exit_code"], last["delivered"], last["published"]) == ("run-ended", 0, True, True)
    assert last["accounts"]["EXAMINED"] == 2
    assert last["failures"] == {
        severity: sum(row["severity"] == severity for row in night.findings("FAIL")) for severity in last["failures"]
    }
    assert last["calls"] >= 2
    assert Path(last["report"]).is_file()


def test_the_last_line_says_that_the_bucket_refused_the_results(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults(Fault("access-denied", services=("s3",), operation="PutObject", skip=1))

    night = audit(fleet, tmp_path, "--output", f"s3://{fleet.bucket}/refused", "--spool", str(tmp_path))

    last = last_line(night.stderr)
    assert night.code == 1
    assert (last["event"], last["level"], last["exit_code"]) == ("run-ended", "ERROR", 1)
    assert (last["complete"], last["delivered"], last["published"]) == (True, False, False)
    assert Path(last["results"]).is_dir()


@pytest.mark.parametrize(
    ("fault", "flags", "code", "message"),
    [
        pytest.param(
            Fault("access-denied", services=("s3",), operation="PutObject"), [], 1, "Cannot write", id="refused claim"
        ),
        pytest.param(Fault("access-denied", services=("sts",)), [], 1, "AWS identity", id="no identity"),
        pytest.param(None, ["--headroom", "7"], 2, "headroom", id="wrong setting"),
        pytest.param(None, ["--run-id", "20991231T000000Z-x"], 2, "is in the future", id="wrong run ID"),
    ],
)
def test_a_run_that_ends_before_it_began_logs_message_advice_and_exit_code(  # noqa: PLR0913, PLR0917 - columns
    fleet: Fleet, tmp_path: Path, fault: Fault | None, flags: list[str], code: int, message: str
) -> None:
    fleet.set_faults(*([fault] if fault else []))

    night = audit(fleet, tmp_path, "--output", f"s3://{fleet.bucket}/before", *flags)

    last = last_line(night.stderr)
    assert (night.code, last["event"], last["level"], last["exit_code"]) == (code, "run-failed", "ERROR", code)
    assert message in last["message"]


def test_an_unknown_variable_is_logged_too(fleet: Fleet, tmp_path: Path) -> None:
    night = audit(fleet, tmp_path, AUDITOR_INVENTROY="x")

    assert (night.code, last_line(night.stderr)["event"]) == (2, "run-failed")


@pytest.mark.slow
def test_a_second_run_with_the_same_id_is_skipped(fleet: Fleet, tmp_path: Path) -> None:
    for _ in range(2):
        night = audit(fleet, tmp_path, "--run-id", "2026-11-23T02:00:00Z")

    last = last_line(night.stderr)
    assert (night.code, last["event"], last["level"]) == (0, "run-skipped", "INFO")


@pytest.mark.parametrize(
    ("arguments", "variables", "message"),
    [
        pytest.param(["run", "--foo"], {}, "No such option", id="an unknown flag"),
        pytest.param(["run", "--output"], {}, "--output", id="a flag without its value"),
        pytest.param(["run", "surplus"], {}, "surplus", id="a surplus argument"),
        pytest.param(["run"], {"AUDITOR_VERBOSE": "perhaps"}, "perhaps", id="a variable of a wrong kind"),
        pytest.param(["rum"], {}, "rum", id="an unknown command"),
        pytest.param(["--foo", "run"], {}, "--foo", id="an unknown flag before the command"),
    ],
)
def test_a_command_line_that_cannot_be_read_is_logged_too(
    fleet: Fleet, arguments: list[str], variables: dict[str, str], message: str
) -> None:
    night = command_in_process(arguments, Path(), fleet.env(**variables))

    last = last_line(night.stderr)
    assert (night.code, last["event"], last["level"], last["exit_code"]) == (2, "run-failed", "ERROR", 2)
    assert message in last["message"]
    assert "--help" in last["advice"]


@pytest.mark.parametrize("arguments", [["check"], ["check", "--foo"], [], ["policy", "--format", "x"]])
def test_other_commands_and_help_have_no_log(fleet: Fleet, arguments: list[str]) -> None:
    night = command_in_process(arguments, Path(), fleet.env())

    assert night.code == 2
    assert "run-failed" not in night.stderr
