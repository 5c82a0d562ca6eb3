"""Discovery of checks in packages that are made up for the test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from auditor.checks import discover

CHECK = """
from auditor.domain.check import Severity, Status, Verdict, check
from auditor.domain.ecs.task_definitions import TaskDefinition

@check(id="{id}", title="", problem="", severity=Severity.LOW, fact_type=TaskDefinition, frameworks={{}},
       remediation="")
def judge(task, params):
    return Verdict(Status.PASS)
"""


def package(folder: Path, files: dict[str, str]) -> ModuleType:
    """Create and import a package below `folder` with `files` by path. Every folder is a package."""
    for path, text in files.items():
        (folder / "made_up" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "made_up" / path).write_text(text, encoding="utf-8")
        for parent in (folder / "made_up" / path).parents:
            if parent != folder and folder in parent.parents:
                (parent / "__init__.py").touch()
    return import_module("made_up")


@pytest.fixture(autouse=True)
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "made_up"]:
        del sys.modules[name]


def test_a_file_is_enough_to_add_a_check(tmp_path: Path) -> None:
    made_up = package(tmp_path, {"ecs/b.py": CHECK.format(id="ecs-b"), "a/deep/a.py": CHECK.format(id="a-deep-a")})

    assert [check.id for check in discover(made_up)] == ["a-deep-a", "ecs-b"]


def test_modules_with_a_leading_underscore_are_not_imported(tmp_path: Path) -> None:
    made_up = package(tmp_path, {"ecs/_shared.py": "raise RuntimeError", "ecs/a.py": CHECK.format(id="ecs-a")})

    assert [check.id for check in discover(made_up)] == ["ecs-a"]


def test_a_check_that_another_module_imports_counts_once(tmp_path: Path) -> None:
    made_up = package(tmp_path, {"a.py": CHECK.format(id="ecs-a"), "b.py": "from made_up.a import judge"})

    assert [check.id for check in discover(made_up)] == ["ecs-a"]


def test_two_checks_with_the_same_id_are_an_error_that_names_the_second_module(tmp_path: Path) -> None:
    made_up = package(tmp_path, {"a.py": CHECK.format(id="ecs-a"), "b.py": CHECK.format(id="ecs-a")})

    with pytest.raises(ValueError, match=r"^made_up\.b: the id 'ecs-a' is taken by another check"):
        discover(made_up)
