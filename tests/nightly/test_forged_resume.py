"""Another writer changes the rows of an interrupted run before it is resumed. No forged verdict is taken over."""

from __future__ import annotations

import gzip
import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.declared_checks import declare_checks
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import ONE_CHECK
from tests.nightly.output import Row, rows
from tests.nightly.run_process import RUN, RunProcess, RunSetup, after_object, folder_run

pytestmark = pytest.mark.slow

SHAPE = Shape(accounts=10, regions=2, families=4)
KEY_ARN = "arn:aws:kms:us-east-1:000000000000:key/nightly"
#: With this setting, every account that has rows is compared.
DRAW_ALL, WITH_KEY = "cache: {reread_nights: 1}\n", f"cache: {{mac_key: '{KEY_ARN}'}}\n"


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(SHAPE, services=("tests.fleet.kms",), latency=0.02) as fleet:
        yield fleet


def interrupted(fleet: Fleet, folder: Path, settings: str, number: signal.Signals = signal.SIGTERM) -> RunSetup:
    """Interrupt a run when its first account has rows."""
    (folder / "cache.yaml").write_text(settings, encoding="utf-8")
    flags = declare_checks(folder, *ONE_CHECK, "--settings", str(folder / "cache.yaml"), "--workers", "2")
    night = folder_run(fleet, folder, *flags)
    attempt = night.start("--run-id", RUN)
    attempt.wait_until(after_object("coverage/"))
    attempt.stop(number)
    assert attempt.code in {143, -number}, "the run had ended before"
    return night


def finding_files(night: RunSetup) -> list[Path]:
    """Return the rows of the accounts that have a FAIL and were examined in full."""
    partly = {row["account_id"] for row in rows(night.output, "coverage", RUN) if row["status"] != "EXAMINED"}
    paths = sorted((night.folder / "out" / "findings").rglob("*.jsonl.gz"))
    failing = [
        path for path in paths if path.name[:12] not in partly and b'"FAIL"' in gzip.decompress(path.read_bytes())
    ]
    assert failing
    return failing


def edit_rows(path: Path, change: Callable[[Row], Row | None]) -> None:
    """Replace or remove rows."""
    before = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    after = [row for row in map(change, before) if row is not None]
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in after).encode()))


def _pass(row: Row) -> Row:
    return {**row, "status": "PASS", "reasons": [], "evidence": []} if row["status"] == "FAIL" else row


def _removed(row: Row) -> Row | None:
    return row if row["status"] != "FAIL" else None


def verdicts(night: RunSetup) -> dict[str, str]:
    return {row["resource"]["arn"]: row["status"] for row in rows(night.output, "findings", RUN)}


def truth(fleet: Fleet) -> dict[str, str]:
    return {expected.arn: expected.verdict for expected in fleet.truth() if expected.verdict != "NOT_APPLICABLE"}


def resume(night: RunSetup) -> RunProcess:
    night.fleet.reset()
    return night.run_to_end("--resume", RUN)


def problems(night: RunSetup) -> list[Any]:
    summary: Row = json.loads(night.output.get(f"runs/{RUN}/summary.json") or b"")
    found: list[Any] = summary["integrity"]
    return found


@pytest.mark.parametrize(
    "change", [pytest.param(_pass, id="PASS"), pytest.param(_removed, id="missing", marks=pytest.mark.slow)]
)
def test_no_row_is_taken_over_if_a_failure_was_made(
    fleet: Fleet, tmp_path: Path, change: Callable[[Row], Row | None]
) -> None:
    night = interrupted(fleet, tmp_path, DRAW_ALL)
    forged = finding_files(night)[0]
    edit_rows(forged, change)

    attempt = resume(night)

    assert attempt.code == 6, attempt.stderr
    assert verdicts(night) == truth(fleet)
    (problem,) = problems(night)
    assert (problem["kind"], problem["account"]) == ("resume-mismatch", forged.name[:12])
    assert "put into use after the interruption" in problem["advice"]
    assert "resume-mismatch" in attempt.stderr


@pytest.mark.slow
def test_true_rows_are_taken_over_although_some_accounts_are_compared(fleet: Fleet, tmp_path: Path) -> None:
    night = interrupted(fleet, tmp_path, "")

    attempt = resume(night)

    assert (attempt.code, verdicts(night), problems(night)) == (0, truth(fleet), [])


def test_authenticated_rows_are_taken_over_without_a_comparison(fleet: Fleet, tmp_path: Path) -> None:
    night = interrupted(fleet, tmp_path, WITH_KEY)
    finished = {path.name[:12] for path in finding_files(night)}

    attempt = resume(night)

    assert (attempt.code, verdicts(night), problems(night)) == (0, truth(fleet), [])
    assert not {call[0] for call in fleet.report(scopes=True)["scopes"] if "Task" in call[2]} & finished


def test_rows_that_the_mac_does_not_cover_are_read_anew(fleet: Fleet, tmp_path: Path) -> None:
    night = interrupted(fleet, tmp_path, WITH_KEY)
    forged = finding_files(night)[0]
    edit_rows(forged, _pass)

    attempt = resume(night)

    assert (attempt.code, verdicts(night)) == (6, truth(fleet))
    assert [(problem["kind"], problem["account"]) for problem in problems(night)] == [
        ("resume-mac-mismatch", forged.name[:12])
    ]


@pytest.mark.slow
def test_a_forged_list_of_rows_is_not_believed(fleet: Fleet, tmp_path: Path) -> None:
    night = interrupted(fleet, tmp_path, WITH_KEY)
    path = tmp_path / "out" / "state" / "interrupted" / f"{RUN}.json"
    path.write_bytes(path.read_bytes().replace(b'"complete": false', b'"complete": true'))

    attempt = resume(night)

    assert (attempt.code, verdicts(night)) == (6, truth(fleet))
    assert [(problem["kind"], problem["account"]) for problem in problems(night)] == [("resume-mac-mismatch", "")]


@pytest.mark.slow
@pytest.mark.parametrize("lost", ["", ".mac"])
def test_without_a_mac_nothing_is_taken_over_if_there_is_a_key(fleet: Fleet, tmp_path: Path, lost: str) -> None:
    night = interrupted(fleet, tmp_path, WITH_KEY)
    edit_rows(finding_files(night)[0], _pass)
    (tmp_path / "out" / "state" / "interrupted" / f"{RUN}.json{lost}").unlink()

    attempt = resume(night)

    assert (attempt.code, verdicts(night)) == (0, truth(fleet))
    assert "has no MAC: the run did not end in order" in attempt.stderr


@pytest.mark.slow
def test_a_killed_run_is_read_in_full_if_there_is_a_key(fleet: Fleet, tmp_path: Path) -> None:
    night = interrupted(fleet, tmp_path, WITH_KEY, signal.SIGKILL)

    attempt = resume(night)

    assert (attempt.code, verdicts(night)) == (0, truth(fleet))
    assert "No rows are taken over" in attempt.stderr


@pytest.mark.slow
def test_the_rows_of_another_account_are_not_taken_over(fleet: Fleet, tmp_path: Path) -> None:
    night = interrupted(fleet, tmp_path, WITH_KEY)
    failing = finding_files(night)[0]
    other = next(path for path in sorted(failing.parent.iterdir()) if path != failing)
    failing.write_bytes(other.read_bytes())

    attempt = resume(night)

    assert verdicts(night) == truth(fleet)
    assert attempt.code in {0, 6}
