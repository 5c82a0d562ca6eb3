"""The exit code of each way in which a night can end."""

from __future__ import annotations

import json
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
    ("denied", "flags", "code"),
    [
        pytest.param(0, [], 0, id="complete, and findings do not fail a nightly run"),
        pytest.param(0, ["--fail-on", "critical"], 0, id="no finding at the threshold", marks=pytest.mark.slow),
        pytest.param(0, ["--fail-on", "high"], 3, id="findings at the threshold"),
        pytest.param(0, ["--fail-on", "low"], 3, id="findings above the threshold", marks=pytest.mark.slow),
        pytest.param(1, [], 4, id="a denied account", marks=pytest.mark.slow),
        pytest.param(1, ["--min-coverage", "75"], 0, id="coverage at the minimum", marks=pytest.mark.slow),
        pytest.param(1, ["--min-coverage", "75.01"], 4, id="coverage below the minimum"),
        pytest.param(1, ["--fail-on", "high"], 5, id="findings and a denied account"),
        pytest.param(4, ["--min-coverage", "0"], 0, id="no minimum and nothing examined", marks=pytest.mark.slow),
    ],
)
def test_exit_code(fleet: Fleet, tmp_path: Path, denied: int, flags: list[str], code: int) -> None:
    ids = tuple(member.id for member in fleet.organization.members[:denied])
    fleet.set_faults(*([Fault("role-refused", accounts=ids)] if denied else []))

    night = audit(fleet, tmp_path, *flags)

    assert night.code == code, night.stderr
    assert night.latest["complete"] is (denied == 0)


def test_a_run_without_any_account_to_examine_is_incomplete(fleet: Fleet, tmp_path: Path) -> None:
    inventory = 'accounts:\n  - {id: "111122223333", exclude: "closed in June, SEC-7"}\n'

    night = audit(fleet, tmp_path, inventory=inventory)

    assert night.code == 4
    assert night.stdout.startswith("INCOMPLETE")
    assert [(row["status"], row["detail"]) for row in night.coverage()] == [("EXCLUDED", "closed in June, SEC-7")]


@pytest.mark.slow
def test_flags_can_be_environment_variables_and_a_flag_wins(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults()
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")
    variables = fleet.env(
        AUDITOR_INVENTORY=str(inventory), AUDITOR_OUTPUT=str(tmp_path / "out"), AUDITOR_FAIL_ON="high"
    )

    assert command(["run"], tmp_path / "out", variables).code == 3
    assert command(["run", "--fail-on", "none"], tmp_path / "out", variables).code == 0


def test_a_second_run_with_the_same_id_changes_nothing(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults()
    first = audit(fleet, tmp_path, "--run-id", "2026-11-23T02:00:00Z")
    manifest = first.manifest()
    second = audit(fleet, tmp_path, "--run-id", "2026-11-23T02:00:00Z")

    assert (first.code, second.code) == (0, 0)
    assert first.latest["run_id"] == "20261123T020000Z-scheduled"
    assert "Run ID 20261123T020000Z-scheduled is already claimed by another run" in second.stdout
    assert second.manifest() == manifest


def test_a_run_in_the_future_is_refused_and_does_not_keep_latest_as_it_is(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults()
    future = audit(fleet, tmp_path, "--run-id", "20991231T020000Z-x", in_process=True)
    planted = {"run_id": "20991231T020000Z-x", "complete": True}
    (tmp_path / "out").mkdir()
    (tmp_path / "out/latest.json").write_text(json.dumps(planted), encoding="utf-8")

    night = audit(fleet, tmp_path, "--run-id", "2026-11-23T02:00:00Z")

    assert (future.code, night.code) == (2, 0)
    assert "'20991231T020000Z-x' is in the future" in future.stderr
    assert night.latest["run_id"] == "20261123T020000Z-scheduled"
    assert [line["message"] for line in night.log("notice") if line["level"] == "WARNING"][-1] == (
        "latest.json was replaced"
    )


@pytest.mark.slow
def test_an_older_run_does_not_become_the_latest(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults()
    audit(fleet, tmp_path, "--run-id", "2026-11-24T02:00:00Z")
    older = audit(fleet, tmp_path, "--run-id", "2026-11-23T02:00:00Z")

    assert older.code == 1
    assert "NOT PUBLISHED: latest.json names the later run 20261124T020000Z-scheduled" in older.stderr
    assert older.document("runs/20261123T020000Z-scheduled/manifest.json")["complete"]
    assert older.latest["run_id"] == "20261124T020000Z-scheduled"
