"""Check files for tests: a test states the keys that matter, defaults fill in the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from auditor.domain.check import Check
from auditor.domain.errors import Problem
from auditor.yaml_checks import LoadedChecks, load

DEFAULTS: dict[str, Any] = {
    "id": "own-no-privileged",
    "title": "No container is privileged",
    "severity": "high",
    "resource": "task-definition",
    "fail_when": "length(containers[?privileged]) > `0`",
    "remediation": "Register a revision without it.",
    "reason": "privileged",
    "reason_text": "is privileged",
}
LOCATION = Problem("auditor.yaml", 3, "checks.folders[0]", "")


def check_yaml(**keys: Any) -> str:  # noqa: ANN401 - JSON data
    """Return the text of a check file with one key per line. A key with the value None is left out."""
    document = {key: value for key, value in {**DEFAULTS, **keys}.items() if value is not None}
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in document.items())


def write_check(folder: Path, name: str = "own.yaml", **keys: Any) -> Path:  # noqa: ANN401 - JSON data
    """Write a check file, and create its folder if necessary."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(check_yaml(**keys), encoding="utf-8")
    return path


def load_folder(folder: Path, **owners: str) -> LoadedChecks:
    """Load the check files of one folder."""
    return load({str(folder): LOCATION}, owners)


def make_check(folder: Path, **keys: Any) -> Check[Any]:  # noqa: ANN401 - JSON data
    """Write and load one check file, which must be valid."""
    write_check(folder, **keys)
    loaded = load_folder(folder)
    assert loaded.problems == []
    (check,) = loaded.checks
    return check
