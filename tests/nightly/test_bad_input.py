"""An invalid configuration ends with 2, reports all problems together and calls nothing; AWS-side problems end with 1.

Cases that end before the run begins run in this process: starting one for each would take most of the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import ONE_CHECK, audit, command, command_in_process


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(Shape(accounts=2, regions=2)) as fleet:
        yield fleet


@pytest.fixture(autouse=True)
def healthy(fleet: Fleet) -> None:
    fleet.set_faults()
    fleet.reset()


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("inventory", "position", "message"),
    [
        pytest.param("accounts: [}\n", ":1", "not YAML", id="invalid YAML"),
        pytest.param("acounts: []\n", ":1", "acounts", id="an unknown key"),
        pytest.param('accounts: []\naccounts: [{id: "111122223333"}]\n', ":2", "accounts", id="a duplicate key"),
        pytest.param("accounts:\n  - id: 111122223333\n", ":2", "number", id="an unquoted account ID"),
        pytest.param(
            "accounts:\n  - id: 012345670123\n", ":2", '"012345670123"', id="an unquoted account ID with a leading zero"
        ),
        pytest.param('accounts:\n  - id: "11112222333"\n', ":2", "12 digits", id="eleven digits"),
        pytest.param(
            'accounts:\n- {id: "111122223333"}\n- {id: "111122223333"}\n', ":3", "1111222", id="a duplicate account"
        ),
        pytest.param(
            'accounts: [{id: "111122223333", regions: [eu-west-9]}]\n', ":1", "eu-west-9", id="an unknown region"
        ),
        pytest.param(BOMB, "", "", id="exponential alias expansion"),
        pytest.param("", "", "", id="an empty file"),
        pytest.param("!!python/object/apply:os.system [id]\n", ":1", "", id="a tag that executes code"),
        pytest.param("\x00\x01\x02", "", "", id="binary data"),
    ],
)
def test_an_invalid_inventory_is_rejected_with_its_position(
    fleet: Fleet, tmp_path: Path, inventory: str, position: str, message: str
) -> None:
    night = audit(fleet, tmp_path, inventory=inventory or " ", in_process=True)

    assert night.code == 2, night.stderr
    assert f"inventory.yaml{position}" in night.stderr
    assert message in night.stderr
    assert "->" in night.stderr
    assert "Traceback" not in night.stderr
    assert fleet.report()["calls"] == 0
    assert not (tmp_path / "out").exists()


def test_problems_of_inventory_settings_and_flags_are_reported_together(fleet: Fleet, tmp_path: Path) -> None:
    settings = tmp_path / "auditor.yaml"
    settings.write_text("limits: {workers: many}\nchecks: {include: [ecs-no-such-check]}\n", encoding="utf-8")

    inventory = "accounts: [{id: 111122223333}]\nroles: x\n"
    night = audit(fleet, tmp_path, "--settings", str(settings), "--headroom", "7", inventory=inventory, checks=())

    assert night.code == 2
    for part in ("auditor.yaml:1", "auditor.yaml:2", "ecs-no-such-check", "--headroom", "inventory.yaml:1", "roles"):
        assert part in night.stderr, part
    assert fleet.report()["calls"] == 0


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        pytest.param(["--check", "ecs-nope"], "ecs-nope", id="an unknown check"),
        pytest.param(["--account", "nothing-*"], "nothing-*", id="an unknown account"),
        pytest.param(["--region", "eu-west-9"], "eu-west-9", id="an unknown region"),
        pytest.param(["--run-id", "../../etc"], "run-id", id="a run ID that is a path"),
        pytest.param(["--fail-on", "hihg"], "--fail-on", id="an unknown severity"),
        pytest.param(["--min-coverage", "101"], "--min-coverage", id="a coverage above 100 percent"),
        pytest.param(["--inventory", "no-such-file.yaml"], "no-such-file.yaml", id="a missing inventory"),
        pytest.param(["--settings", "/"], "--settings", id="a settings file that is a folder"),
    ],
)
def test_an_invalid_flag_is_rejected_by_name(fleet: Fleet, tmp_path: Path, flags: list[str], message: str) -> None:
    night = audit(fleet, tmp_path, *flags, in_process=True)

    assert night.code == 2, night.stderr
    assert message in night.stderr
    assert fleet.report()["calls"] == 0


def test_an_unknown_environment_variable_is_rejected_with_a_suggestion(fleet: Fleet, tmp_path: Path) -> None:
    night = audit(fleet, tmp_path, in_process=True, AUDITOR_INVETORY="x")

    assert night.code == 2
    assert "AUDITOR_INVETORY" in night.stderr
    assert "Did you mean AUDITOR_INVENTORY?" in night.stderr


def test_a_missing_output_is_rejected_with_advice(fleet: Fleet, tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")

    night = command_in_process(["run", "--inventory", str(inventory)], tmp_path, fleet.env())

    assert night.code == 2
    assert "AUDITOR_OUTPUT" in night.stderr


@pytest.mark.parametrize(
    ("output", "message"),
    [
        pytest.param("s3://no-such-bucket-here/x", "NoSuchBucket", id="a missing bucket"),
        pytest.param("/proc/auditor", "Cannot write", id="a folder that is not writable"),
        pytest.param("/dev/null/auditor", "Cannot write", id="a folder below a file", marks=pytest.mark.slow),
    ],
)
def test_an_output_that_cannot_be_written_ends_the_run_before_any_account_is_called(
    fleet: Fleet, tmp_path: Path, output: str, message: str
) -> None:
    night = audit(fleet, tmp_path, "--output", output)

    assert night.code == 1, night.stderr
    assert message in night.stderr
    assert "->" in night.stderr
    assert "Traceback" not in night.stderr
    assert set(fleet.report()["operations"]) <= {"GetCallerIdentity", "GetObject", "PutObject"}


def test_a_bucket_that_denies_access_ends_the_run_and_names_the_permission(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults(Fault("access-denied", services=("s3",)))

    night = audit(fleet, tmp_path, "--output", f"s3://{fleet.bucket}/audit")

    assert night.code == 1
    assert "s3:PutObject" in night.stderr


def test_a_missing_inventory_object_ends_the_run(fleet: Fleet, tmp_path: Path) -> None:
    night = audit(fleet, tmp_path, "--inventory", f"s3://{fleet.bucket}/missing.yaml")

    assert night.code == 1
    assert re.search(r"s3://\S+/missing.yaml does not exist", night.stderr)


def test_missing_credentials_end_the_run_with_advice(fleet: Fleet, tmp_path: Path) -> None:
    environment = {name: value for name, value in fleet.env().items() if "KEY" not in name}
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")

    arguments = ["run", "--inventory", str(inventory), "--output", str(tmp_path / "out")]
    night = command(arguments, tmp_path / "out", environment)

    assert night.code == 1
    assert "No AWS credentials were found." in night.stderr
    assert not (tmp_path / "out").exists()


def test_validate_makes_no_call(fleet: Fleet, tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")

    night = command_in_process(["validate", "--inventory", str(inventory)], tmp_path, fleet.env())

    assert night.code == 0, night.stderr
    assert "2 accounts to audit" in night.stdout
    assert fleet.report()["calls"] == 0


@pytest.mark.parametrize(
    ("flags", "variables", "message"),
    [
        pytest.param(
            [], {"AUDITOR_FAIL_ON": "hihg"}, "AUDITOR_FAIL_ON", id="an environment variable of the scheduled task"
        ),
        pytest.param(["--min-coverage", "101"], {}, "--min-coverage", id="a flag"),
        pytest.param(["--output", "ftp://x"], {}, "--output", id="an output that is neither a folder nor S3"),
        pytest.param(["--run-id", "tonight"], {}, "--run-id", id="a run ID without a time"),
    ],
)
def test_validate_rejects_what_run_rejects(
    fleet: Fleet, tmp_path: Path, flags: list[str], variables: dict[str, str], message: str
) -> None:
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")

    environment = {**fleet.env(), **variables}
    night = command_in_process(["validate", "--inventory", str(inventory), *flags], tmp_path, environment)

    assert night.code == 2, night.stdout
    assert message in night.stderr
    assert fleet.report()["calls"] == 0


def test_validate_counts_accounts_and_checks(fleet: Fleet, tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text('accounts: [{id: "111122223333"}]\n', encoding="utf-8")

    night = command_in_process(["validate", "--inventory", str(inventory), *ONE_CHECK], tmp_path, fleet.env())

    assert night.stdout.splitlines()[:2] == ["inventory: 1 account to audit, 0 excluded", "settings: 1 check enabled"]
