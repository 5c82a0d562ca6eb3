"""YAML checks in the commands: listed, documented, selected, refused, and part of the fingerprint of a run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.commands import config
from auditor.commands.check_registry import checks_without_collector
from auditor.commands.dispatch import perform
from auditor.commands.options import ChecksOptions, RunOptions
from auditor.domain.check import Status
from auditor.engine.signals import handle_signals
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import OK, USAGE_ERROR, Outcome
from auditor.run.orchestrator import RunRequest, audit, fingerprint
from auditor.settings import Settings
from tests.builders import target
from tests.engine.stubs import StubReader, one_definition
from tests.run.stubs import stub_aws
from tests.run.test_orchestrator import MANIFEST, RUN
from tests.store.stubs import Memory
from tests.yaml_checks.sample_checks import make_check, write_check

ROOT = Path(__file__).parents[2]
FLAGSHIP = "ecs-host-network-privileged-or-root"

OPTIONS = {"checks": ChecksOptions, "validate": RunOptions}

Perform = Callable[..., Outcome]


@pytest.fixture
def command(tmp_path: Path) -> Perform:
    """Perform a command with options, and with a settings file if there is a text for it."""

    def perform_command(name: str, settings: str = "", **flags: Any) -> Outcome:  # noqa: ANN401 - values of options
        if settings:
            path = tmp_path / "auditor.yaml"
            path.write_text(settings, encoding="utf-8")
            flags["settings"] = str(path)
        return perform(name, OPTIONS[name](**flags))

    return perform_command


def load_settings(folder: Path) -> Settings:
    return config.load_settings(RunOptions(checks_folder=(str(folder),)), AwsContext())


def test_yaml_checks_are_listed_with_their_files(command: Perform, tmp_path: Path) -> None:
    path = write_check(tmp_path / "mine")

    by_flag = command("checks", checks_folder=(str(tmp_path / "mine"),))
    by_settings = command("checks", f"checks: {{folders: ['{tmp_path}/mine'], exclude: [own-*]}}")

    assert by_flag == by_settings
    assert by_flag.exit_code == OK
    lines = {line.split()[0]: line for line in by_flag.text.splitlines() if line}
    assert str(path) in lines["own-no-privileged"]
    assert "built in" in lines[FLAGSHIP]


def test_a_yaml_check_has_a_manual_page(command: Perform, tmp_path: Path) -> None:
    write_check(tmp_path / "mine", title="No \u202econtainer", manual={"rationale": "One.\n\n    two \x1b[31m"})

    page = command("checks", check_id="own-no-privileged", checks_folder=(str(tmp_path / "mine"),)).text

    assert "severity    high" in page
    assert "Rationale\n---------\nOne.\n\n    two \\x1b[31m\n" in page
    assert "\u202e" not in page


def test_the_facts_that_yaml_checks_can_read_are_printed(command: Perform) -> None:
    assert "resource: task-definition (TaskDefinition)" in command("checks", facts=True).text


def test_the_flag_replaces_the_folders_of_the_settings(command: Perform, tmp_path: Path) -> None:
    write_check(tmp_path / "a", id="own-a")
    write_check(tmp_path / "b", id="own-b")

    text = command("checks", f"checks: {{folders: '{tmp_path}/a'}}", checks_folder=(f"{tmp_path}/b",)).text

    assert "own-b" in text
    assert "own-a" not in text


def test_yaml_checks_are_selected_by_id(command: Perform, tmp_path: Path) -> None:
    write_check(tmp_path / "mine")
    folder = (str(tmp_path / "mine"),)

    assert "1 check" in command("validate", "fail_on: none", checks_folder=folder, check=("own-*",)).text
    assert command("validate", "fail_on: none", checks_folder=folder, check=("own-x",)).exit_code == USAGE_ERROR


def test_all_problems_are_reported_together_and_once(command: Perform, tmp_path: Path) -> None:
    write_check(tmp_path / "mine", "bad.yaml", id="own-bad", severity="bad", fail_when="usr")
    write_check(tmp_path / "mine", "taken.yaml", id=FLAGSHIP)
    (tmp_path / "inventory.yaml").write_text("accounts: [{id: 1}]\n", encoding="utf-8")
    settings = f"checks:\n  include: [own-bad]\n  folders: [{tmp_path}/mine, nowhere, 's3://bucket/checks']\nsped: 1\n"

    outcome = command("validate", settings, inventory=str(tmp_path / "inventory.yaml"))

    problems = [line for line in outcome.text.splitlines() if not line.startswith("  ->")]
    assert outcome.exit_code == USAGE_ERROR
    assert [line.removeprefix(f"{tmp_path}/") for line in problems] == [
        "auditor.yaml:3: checks.folders[1]: nowhere: No such file or directory",
        "auditor.yaml:3: checks.folders[2]: s3://bucket/checks is not a folder",
        "auditor.yaml:4: sped: is not a known key",
        "inventory.yaml:1: accounts[0].id: 1 is a number, not an account ID",
        "mine/bad.yaml:3: severity: bad is not one of low, medium, high, critical",
        "mine/bad.yaml:5: fail_when: usr is not a member of TaskDefinition",
        f"mine/taken.yaml:1: id: {FLAGSHIP} is taken by a check that comes with auditor",
    ]


def test_a_fact_without_collector_is_a_problem_that_names_the_file(tmp_path: Path) -> None:
    own = make_check(tmp_path)

    (problem,) = checks_without_collector([own, replace(own, fact_type=bytes)])

    assert str(problem).startswith(f"{tmp_path}/own.yaml: resource: own-no-privileged: no collector reads bytes\n  -> ")


def test_the_fingerprint_of_a_run_depends_on_the_text_of_its_checks(tmp_path: Path) -> None:
    write_check(tmp_path)
    before = fingerprint(RunRequest(RUN, "out", (), load_settings(tmp_path), {}))
    again = fingerprint(RunRequest(RUN, "out", (), load_settings(tmp_path), {}))
    write_check(tmp_path, reason_text="has all powers")
    after = fingerprint(RunRequest(RUN, "out", (), load_settings(tmp_path), {}))

    assert before == again != after


def test_the_manifest_has_the_origins_of_yaml_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_check(tmp_path / "mine", fail_when="uses_host_network", reason="host-mode")
    how, bucket = load_settings(tmp_path / "mine"), Memory()
    aws = stub_aws(monkeypatch, bucket, StubReader(read_scope=one_definition))

    with handle_signals(aws.clock) as orders:
        audit(RunRequest(RUN, "s3://bucket", (target(1),), how, {}), aws, lambda _: None, orders)

    manifest = json.loads(bucket.blobs[MANIFEST].body)
    (own,) = (check for check in how.checks if check.id == "own-no-privileged")
    assert {FLAGSHIP, "own-no-privileged"} <= set(manifest["provenance"]["checks"])
    assert manifest["provenance"]["check_origins"] == {
        "own-no-privileged": {"source": str(path), "version": own.origin.version}
    }
    summary = json.loads(bucket.blobs[f"runs/{RUN}/summary.json"].body)
    assert summary["counts"]["check"]["own-no-privileged"][Status.FAIL] > 0


def test_a_run_without_yaml_checks_does_not_load_their_package() -> None:
    code = (
        "import os, sys; from auditor.commands.dispatch import perform; "
        "from auditor.commands.options import RunOptions; "
        "perform('validate', RunOptions(inventory='config/inventory.yaml')); "
        "print([name for name in sys.modules if name.startswith('auditor.yaml_checks')])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT, env=dict(os.environ)
    )

    assert (run.stdout, run.stderr) == ("[]\n", "")
