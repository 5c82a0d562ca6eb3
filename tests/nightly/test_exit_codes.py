"""What the shell sees, for each way a night can end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import audit, command


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(Shape(accounts=4, regions=2, families=6)) as fleet:
        yield fleet


@pytest.mark.parametrize(
    ("refused", "flags", "code"),
    [
        pytest.param(0, [], 0, id="complete, and findings never fail a nightly run"),
        pytest.param(0, ["--fail-on", "critical"], 0, id="nothing as bad as the threshold"),
        pytest.param(0, ["--fail-on", "high"], 3, id="findings at the threshold"),
        pytest.param(0, ["--fail-on", "low"], 3, id="findings above the threshold"),
        pytest.param(1, [], 4, id="an account refused"),
        pytest.param(1, ["--min-coverage", "75"], 0, id="three quarters are enough here"),
        pytest.param(1, ["--min-coverage", "75.01"], 4, id="three quarters are not enough here"),
        pytest.param(1, ["--fail-on", "high"], 5, id="findings, and an account refused"),
        pytest.param(4, ["--min-coverage", "0"], 0, id="nothing was wanted and nothing was examined"),
    ],
)
def test_exit_code(fleet: Fleet, tmp_path: Path, refused: int, flags: list[str], code: int) -> None:
    ids = tuple(member.id for member in fleet.organization.members[:refused])
    fleet.set_faults(*([Fault("role-refused", accounts=ids)] if refused else []))

    night = audit(fleet, tmp_path, *flags)

    assert night.code == code, night.stderr
    assert night.latest["complete"] is (refused == 0)


def test_nothing_left_to_examine_is_not_complete(fleet: Fleet, tmp_path: Path) -> None:
    inventory = 'accounts:\n  - {id: "111122223333", exclude: "closed in June, SEC-7"}\n'

    night = audit(fleet, tmp_path, inventory=inventory)

    assert night.code == 4
    assert night.stdout.startswith("INCOMPLETE")
    assert [(row["status"], row["detail"]) for row in night.coverage()] == [("EXCLUDED", "closed in June, SEC-7")]


def test_settings_come_from_the_environment_too(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults()
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")
    variables = fleet.env(
        AUDITOR_INVENTORY=str(inventory), AUDITOR_OUTPUT=str(tmp_path / "out"), AUDITOR_FAIL_ON="high"
    )

    assert command(["run"], tmp_path / "out", variables).code == 3
    assert command(["run", "--fail-on", "none"], tmp_path / "out", variables).code == 0


def test_the_same_run_id_twice_is_refused_and_harms_nothing(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults()
    first = audit(fleet, tmp_path, "--run-id", "2026-11-23T02:00:00Z")
    manifest = first.manifest()
    second = audit(fleet, tmp_path, "--run-id", "2026-11-23T02:00:00Z")

    assert (first.code, second.code) == (0, 0)
    assert first.latest["run_id"] == "20261123T020000Z-scheduled"
    assert "Nothing done: another run has the id 20261123T020000Z-scheduled" in second.stdout
    assert second.manifest() == manifest


def test_an_older_run_does_not_become_the_latest(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults()
    audit(fleet, tmp_path, "--run-id", "2026-11-24T02:00:00Z")
    older = audit(fleet, tmp_path, "--run-id", "2026-11-23T02:00:00Z")

    assert older.code == 0
    assert older.latest["run_id"] == "20261124T020000Z-scheduled"
