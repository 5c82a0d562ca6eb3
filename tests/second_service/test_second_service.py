"""A second AWS service is new files only: Parameter Store, added to a copy of the product and known everywhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import Night, command
from tests.second_service.parameter_store import KINDS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NEW_FILES = Path(__file__).with_name("files")
CHECK = "ssm-parameter-not-encrypted"
COLLECTOR = "ssm-parameters"
SCOPES = 4  # two accounts in two regions


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the product into a folder and add the new files, none of which may replace a file of the product."""
    tree = tmp_path_factory.mktemp("tree")
    for folder in ("auditor", "config"):
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    added = [file.relative_to(NEW_FILES) for file in NEW_FILES.rglob("*.py")]
    assert [file for file in added if (tree / file).exists()] == []
    shutil.copytree(NEW_FILES, tree, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return tree


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    shape = Shape(accounts=2, regions=("eu-west-1", "us-east-1"), families=3)
    with running(shape, services=("tests.second_service.parameter_store",)) as fleet:
        yield fleet


def run(tree: Path, fleet: Fleet, *arguments: str) -> Night:
    """Run the product of the tree against the stand-in."""
    inventory = tree / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")
    environment = fleet.env(PYTHONPATH=str(tree))
    program = (
        "-c",
        "import sys, os; sys.path.insert(0, os.environ['PYTHONPATH']); from auditor.cli import main; main()",
    )
    return command(arguments, tree / "out", environment, program)


@pytest.fixture(scope="module")
def night(tree: Path, fleet: Fleet) -> Night:
    """Audit with the new check and one check of ECS."""
    return _audit(tree, fleet)


def _audit(tree: Path, fleet: Fleet) -> Night:
    settings = tree / "settings.yaml"
    settings.write_text(json.dumps({"checks": {"include": [CHECK, "ecs-host-pid-mode"]}}), encoding="utf-8")
    options = ("--inventory", str(tree / "inventory.yaml"), "--settings", str(settings))
    return run(tree, fleet, "run", *options, "--output", str(tree / "out"))


def test_findings_know_it(night: Night) -> None:
    assert night.code == 0, night.stderr
    statuses = sorted((row["resource"]["name"], row["status"]) for row in night.findings() if row["check_id"] == CHECK)
    expected = [(name, "PASS" if kind == "SecureString" else "FAIL") for name, kind in KINDS.items()]

    assert statuses == sorted(expected * SCOPES)
    failing = next(row for row in night.findings("FAIL") if row["check_id"] == CHECK)
    assert failing["problem"] == "Parameter is not encrypted"
    assert failing["resource"]["type"] == "AWS::SSM::Parameter"


def test_coverage_knows_it(night: Night) -> None:
    records = [record for record in night.coverage() if record["collector"] == COLLECTOR]

    assert [(record["status"], record["resources"]) for record in records] == [("EXAMINED", len(KINDS))] * SCOPES


def test_summary_and_report_know_it(night: Night) -> None:
    summary = night.document(str(night.latest["summary"]))

    assert CHECK in json.dumps(summary)
    assert CHECK in night.report()
    assert "Parameter is not encrypted" in night.report() or "Parameters are encrypted" in night.report()


def test_the_fact_cache_knows_it(tree: Path, fleet: Fleet, night: Night) -> None:
    before = [row["finding_id"] for row in night.findings()]
    fleet.reset()

    second = _audit(tree, fleet)

    operations = fleet.report()["operations"]
    # One cached fact of each of the two accounts is drawn and read anew, a parameter or a definition.
    assert operations.get("GetParameter", 0) + operations.get("DescribeTaskDefinition", 0) == 2
    assert operations["DescribeParameters"] == SCOPES * 2
    assert sorted(row["finding_id"] for row in second.findings()) == sorted(before * 2)


def test_a_refused_region_is_a_gap(tree: Path, fleet: Fleet, night: Night) -> None:
    fleet.set_faults(Fault("access-denied", services=("ssm",), region="us-east-1"))
    denied = _audit(tree, fleet)
    fleet.set_faults()

    assert denied.code == 4
    refused = {
        (record["region"], record["status"], record["reason"])
        for record in denied.coverage()
        if record["collector"] == COLLECTOR and record["run_id"] == denied.latest["run_id"]
    }
    assert refused == {("eu-west-1", "EXAMINED", None), ("us-east-1", "NOT_EXAMINED", "permission-denied")}


def test_policy_plan_and_lists_know_it(tree: Path, fleet: Fleet) -> None:
    policy = run(tree, fleet, "policy", "--check", CHECK)
    plan = run(tree, fleet, "plan", "--inventory", str(tree / "inventory.yaml"), "--check", CHECK)
    checks = run(tree, fleet, "checks")
    facts = run(tree, fleet, "checks", "--facts")

    assert "ssm:DescribeParameters" in policy.stdout
    assert "ssm:GetParameter" in policy.stdout
    resources = SCOPES * len(KINDS)
    (total,) = (line.split() for line in plan.stdout.splitlines() if line.startswith("Total"))
    assert total[2] == str(resources), plan.stdout
    assert CHECK in checks.stdout
    assert "Parameter" in facts.stdout


def test_yaml_checks_know_it(tree: Path, fleet: Fleet) -> None:
    folder = tree / "own"
    folder.mkdir(exist_ok=True)
    check = {
        "id": "own-parameter",
        "title": "Parameters are not strings",
        "problem": "Parameter is a string",
        "severity": "low",
        "resource": "parameter",
        "fail_when": "kind == 'String'",
        "remediation": "Encrypt it.",
    }
    (folder / "own.yaml").write_text(json.dumps(check), encoding="utf-8")

    assert run(tree, fleet, "checks", "--checks-folder", str(folder), "own-parameter").code == 0


@pytest.mark.parametrize(("kind", "code"), [("SecureString", 0), ("String", 3)])
def test_templates_know_it(tree: Path, fleet: Fleet, kind: str, code: int) -> None:
    template = {"Resources": {"Password": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": kind, "Value": "x"}}}}
    (tree / "template.json").write_text(json.dumps(template), encoding="utf-8")

    assert run(tree, fleet, "check", str(tree / "template.json")).code == code


def test_its_own_tests_pass(tree: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "tests"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert process.returncode == 0, process.stdout
