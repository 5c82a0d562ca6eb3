"""Wrong configuration ends with 2, says everything at once and calls nothing; what only AWS can tell ends with 1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import ONE_CHECK, audit, command


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
    ("inventory", "place", "said"),
    [
        pytest.param("accounts: [}\n", ":1", "not YAML", id="broken YAML"),
        pytest.param("acounts: []\n", ":1", "acounts", id="an unknown key"),
        pytest.param('accounts: []\naccounts: [{id: "111122223333"}]\n', ":2", "accounts", id="a duplicate key"),
        pytest.param("accounts:\n  - id: 111122223333\n", ":2", "number", id="an unquoted account id"),
        pytest.param("accounts:\n  - id: 012345670123\n", ":2", '"012345670123"', id="an octal account id"),
        pytest.param('accounts:\n  - id: "11112222333"\n', ":2", "12 digits", id="eleven digits"),
        pytest.param('accounts:\n- {id: "111122223333"}\n- {id: "111122223333"}\n', ":3", "1111222", id="twice"),
        pytest.param(
            'accounts: [{id: "111122223333", regions: [eu-west-9]}]\n', ":1", "eu-west-9", id="no such region"
        ),
        pytest.param(BOMB, "", "", id="an alias bomb"),
        pytest.param("", "", "", id="an empty file"),
        pytest.param("!!python/object/apply:os.system [id]\n", ":1", "", id="a tag that would run code"),
        pytest.param("\x00\x01\x02", "", "", id="bytes that are not text"),
    ],
)
def test_wrong_inventories(fleet: Fleet, tmp_path: Path, inventory: str, place: str, said: str) -> None:
    night = audit(fleet, tmp_path, inventory=inventory or " ")

    assert night.code == 2, night.stderr
    assert f"inventory.yaml{place}" in night.stderr
    assert said in night.stderr
    assert "->" in night.stderr
    assert "Traceback" not in night.stderr
    assert fleet.report()["calls"] == 0
    assert not (tmp_path / "out").exists()


def test_problems_of_inventory_settings_and_flags_come_together(fleet: Fleet, tmp_path: Path) -> None:
    settings = tmp_path / "auditor.yaml"
    settings.write_text("limits: {workers: many}\nchecks: {include: [ecs-no-such-check]}\n", encoding="utf-8")

    inventory = "accounts: [{id: 111122223333}]\nroles: x\n"
    night = audit(fleet, tmp_path, "--settings", str(settings), "--headroom", "7", inventory=inventory, checks=())

    assert night.code == 2
    for part in ("auditor.yaml:1", "auditor.yaml:2", "ecs-no-such-check", "--headroom", "inventory.yaml:1", "roles"):
        assert part in night.stderr, part
    assert fleet.report()["calls"] == 0


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        pytest.param(["--check", "ecs-nope"], "ecs-nope", id="an unknown check"),
        pytest.param(["--account", "nobody-*"], "nobody-*", id="an account that is not there"),
        pytest.param(["--region", "eu-west-9"], "eu-west-9", id="a region that does not exist"),
        pytest.param(["--run-id", "../../etc"], "does not start with a time", id="a run id that is a path"),
        pytest.param(["--fail-on", "hihg"], "--fail-on", id="a severity that does not exist"),
        pytest.param(["--min-coverage", "101"], "--min-coverage", id="more than everything"),
        pytest.param(["--inventory", "no-such-file.yaml"], "no-such-file.yaml", id="an inventory that is not there"),
        pytest.param(["--settings", "/"], "--settings", id="settings that are a folder"),
    ],
)
def test_wrong_flags(fleet: Fleet, tmp_path: Path, flags: list[str], said: str) -> None:
    night = audit(fleet, tmp_path, *flags)

    assert night.code == 2, night.stderr
    assert said in night.stderr
    assert fleet.report()["calls"] == 0


def test_a_misspelt_variable_is_not_passed_over(fleet: Fleet, tmp_path: Path) -> None:
    night = audit(fleet, tmp_path, AUDITOR_INVETORY="x")

    assert night.code == 2
    assert "AUDITOR_INVETORY" in night.stderr
    assert "Did you mean AUDITOR_INVENTORY?" in night.stderr


def test_no_output_is_a_problem_with_advice(fleet: Fleet, tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")

    night = command(["run", "--inventory", str(inventory)], tmp_path, fleet.env())

    assert night.code == 2
    assert "AUDITOR_OUTPUT" in night.stderr


@pytest.mark.parametrize(
    ("output", "said"),
    [
        pytest.param("s3://no-such-bucket-here/x", "NoSuchBucket", id="no such bucket"),
        pytest.param("/proc/auditor", "Cannot write", id="a folder that cannot be written"),
        pytest.param("/dev/null/auditor", "Cannot write", id="a folder below a file"),
    ],
)
def test_an_output_that_refuses_ends_with_1_before_anything_is_read(
    fleet: Fleet, tmp_path: Path, output: str, said: str
) -> None:
    night = audit(fleet, tmp_path, "--output", output)

    assert night.code == 1, night.stderr
    assert said in night.stderr
    assert "->" in night.stderr
    assert "Traceback" not in night.stderr
    assert set(fleet.report()["operations"]) <= {"GetCallerIdentity", "PutObject"}


def test_a_bucket_that_denies_us_ends_with_1_and_names_the_permission(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults(Fault("access-denied", services=("s3",)))

    night = audit(fleet, tmp_path, "--output", f"s3://{fleet.bucket}/audit")

    assert night.code == 1
    assert "s3:PutObject" in night.stderr


def test_an_inventory_in_a_bucket_that_cannot_be_read_ends_with_1(fleet: Fleet, tmp_path: Path) -> None:
    night = audit(fleet, tmp_path, "--inventory", f"s3://{fleet.bucket}/missing.yaml")

    assert night.code == 1
    assert re.search(r"no object s3://\S+/missing.yaml", night.stderr)


def test_no_credentials_end_with_1_and_advice(fleet: Fleet, tmp_path: Path) -> None:
    environment = {name: value for name, value in fleet.env().items() if "KEY" not in name}
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")

    arguments = ["run", "--inventory", str(inventory), "--output", str(tmp_path / "out")]
    night = command(arguments, tmp_path / "out", environment)

    assert night.code == 1
    assert "No AWS credentials were found." in night.stderr
    assert not (tmp_path / "out").exists()


def test_validate_calls_nothing(fleet: Fleet, tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")

    night = command(["validate", "--inventory", str(inventory)], tmp_path, fleet.env())

    assert night.code == 0, night.stderr
    assert "2 accounts to audit" in night.stdout
    assert fleet.report()["calls"] == 0


@pytest.mark.parametrize(
    ("flags", "variables", "said"),
    [
        pytest.param([], {"AUDITOR_FAIL_ON": "hihg"}, "AUDITOR_FAIL_ON", id="a variable of the nightly task"),
        pytest.param(["--min-coverage", "101"], {}, "--min-coverage", id="a flag"),
        pytest.param(["--output", "ftp://x"], {}, "--output", id="an output that is neither"),
        pytest.param(["--run-id", "tonight"], {}, "--run-id", id="a run id without a time"),
    ],
)
def test_validate_refuses_what_a_run_would_refuse(
    fleet: Fleet, tmp_path: Path, flags: list[str], variables: dict[str, str], said: str
) -> None:
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")

    night = command(["validate", "--inventory", str(inventory), *flags], tmp_path, {**fleet.env(), **variables})

    assert night.code == 2, night.stdout
    assert said in night.stderr
    assert fleet.report()["calls"] == 0


def test_validate_counts_in_plain_words(fleet: Fleet, tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text('accounts: [{id: "111122223333"}]\n', encoding="utf-8")

    night = command(["validate", "--inventory", str(inventory), *ONE_CHECK], tmp_path, fleet.env())

    assert night.stdout.splitlines()[:2] == ["inventory: 1 account to audit, 0 excluded", "settings: 1 check enabled"]
