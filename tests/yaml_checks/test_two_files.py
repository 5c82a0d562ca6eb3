"""A new check is one file and its test. No other file changes, and the contract tests of checks include it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.yaml_checks.manual import HEADINGS

ROOT = Path(__file__).parents[2]
#: Number of tests in tests/checks/test_contract.py that run for each check.
CONTRACT_TESTS = 5

CHECK = '''
from auditor.checks._verdicts import resource_verdict
from auditor.domain.check import Severity, Verdict, check
from auditor.domain.repair import Repair
from auditor.domain.ecs.task_definitions import TaskDefinition


@check(
    id="ecs-example",
    title="No family is called test",
    problem="Family is called test",
    severity=Severity.LOW,
    fact_type=TaskDefinition,
    frameworks={},
    remediation="Give the family another name.",
    reason_texts={"called-test": "is called test"},
    repairs={"called-test": Repair(manual="Choose a name.")},
)
def example(task: TaskDefinition, _params: object) -> Verdict:
    """Judge one revision."""
    return resource_verdict("called-test" if task.family == "test" else None, family=task.family)
'''

TEST = """
from auditor.checks.ecs.example import example
from auditor.domain.check import NoParameters, Status
from tests.builders import task_definition


def test_a_family_called_test_fails():
    assert example.judge(task_definition("test"), NoParameters()).status is Status.FAIL
    assert example.judge(task_definition("web"), NoParameters()).status is Status.PASS
"""

YAML = """
id: own-example
title: No family is called test
severity: low
resource: task-definition
fail_when: family == 'test'
remediation: Give the family another name.
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the product and of the tests that every check must pass."""
    for path in ("auditor", "tests/checks"):
        shutil.copytree(ROOT / path, tmp_path / path, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ("pyproject.toml", "tests/__init__.py", "tests/builders.py", "tests/conftest.py"):
        shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(folder)}
    process = subprocess.run(
        [sys.executable, "-m", *arguments], capture_output=True, text=True, check=False, cwd=folder, env=environment
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_python_check_is_one_file_and_its_test(copy: Path) -> None:
    before = contents(copy)
    manual = "\n\n".join(f"## {title}\nSomething." for title in HEADINGS.values())
    (copy / "auditor/checks/ecs/example.py").write_text(f'"""No family is called test.\n\n{manual}\n"""\n{CHECK}')
    (copy / "tests/checks/ecs/test_example.py").write_text(TEST)

    listed = run(copy, "auditor", "checks")
    flags = ("-q", "-n0", "-p", "no:cacheprovider", "-k", "example or every_file or sorted_by_id")
    tested = run(copy, "pytest", *flags, "tests/checks/test_contract.py", "tests/checks/ecs/test_example.py")

    after = contents(copy)
    assert set(after) - set(before) == {"auditor/checks/ecs/example.py", "tests/checks/ecs/test_example.py"}
    assert {path: after[path] for path in before} == before
    assert [line.split()[0] for line in listed.splitlines() if line.startswith("ecs-example")] == ["ecs-example"]
    assert " passed" in tested
    assert int(tested.split(" passed")[0].split()[-1]) > CONTRACT_TESTS, "the contract and its own test"


def test_a_yaml_check_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks/example.yaml").write_text(YAML)

    listed = run(tmp_path, "auditor", "checks", "--checks-folder", "checks")

    assert any(line.startswith("own-example ") and "checks/example.yaml" in line for line in listed.splitlines())
