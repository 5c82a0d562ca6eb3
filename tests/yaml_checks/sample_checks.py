"""Files of checks for tests: name what matters, the rest is filled in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from auditor.domain.check import Check
from auditor.domain.errors import Problem
from auditor.yaml_checks import Found, load

USUAL: dict[str, Any] = {
    "id": "own-no-privileged",
    "title": "No container is privileged",
    "severity": "high",
    "over": "task-definition",
    "fail_when": "length(containers[?privileged]) > `0`",
    "remediation": "Register a revision without it.",
    "reason": "privileged",
    "words": "is privileged",
}
PLACE = Problem("auditor.yaml", 3, "checks.folders[0]", "")


def text(**members: Any) -> str:  # noqa: ANN401 - plain data
    """Write a file, a key a line: JSON is YAML. A member that is None is left out."""
    given = {key: value for key, value in {**USUAL, **members}.items() if value is not None}
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in given.items())


def put(folder: Path, name: str = "own.yaml", **members: Any) -> Path:  # noqa: ANN401
    """Put a file into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text(**members), encoding="utf-8")
    return path


def found(folder: Path, **taken: str) -> Found:
    """Load one folder."""
    return load({str(folder): PLACE}, taken)


def check(folder: Path, **members: Any) -> Check[Any]:  # noqa: ANN401
    """Make the check of one file that must be in order."""
    put(folder, **members)
    loaded = found(folder)
    assert loaded.problems == []
    (made,) = loaded.checks
    return made
