"""The lock files match pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "config"
PINNED = re.compile(r"([a-z0-9-]+)==(\S+)(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n")


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(lock: str) -> dict[str, str]:
    """Return the versions of a lock file. Every line must be a pin with hashes or a comment."""
    text = (CONFIG / lock).read_text(encoding="utf-8")
    rest = [line for line in PINNED.sub("", text).splitlines() if line and not line.lstrip().startswith("#")]
    assert rest == []
    return {match[1]: match[2] for match in PINNED.finditer(text)}


@pytest.mark.parametrize(
    ("lock", "section", "key"),
    [
        ("requirements.lock", "project", "dependencies"),
        ("parquet.lock", "project", "dependencies"),
        ("build.lock", "build-system", "requires"),
    ],
)
def test_a_lock_satisfies_the_requirements_of_the_project(lock: str, section: str, key: str) -> None:
    locked = pins(lock)
    requirements = [Requirement(text) for text in pyproject()[section][key]]

    assert requirements
    for requirement in requirements:
        version = locked.get(canonicalize_name(requirement.name), "nothing")
        assert requirement.specifier.contains(version), f"{lock} has {version} for {requirement}: run make lock"


def test_the_lock_with_parquet_adds_only_its_library() -> None:
    added = {name: version for name, version in pins("parquet.lock").items() if name not in pins("requirements.lock")}
    (requirement,) = map(Requirement, pyproject()["project"]["optional-dependencies"]["parquet"])

    assert set(added) == {requirement.name}
    assert requirement.specifier.contains(added[requirement.name])


def test_the_image_contains_no_dependency_of_tests_or_the_demo() -> None:
    assert {"moto", "pytest", "werkzeug"}.isdisjoint(pins("requirements.lock"))


@pytest.mark.parametrize("lock", ["requirements.lock", "parquet.lock", "build.lock"])
def test_a_lock_contains_no_index_host_or_path(lock: str) -> None:
    # `pins` allows only pins and comments; a URL or a path in a comment would contain a slash.
    assert "/" not in (CONFIG / lock).read_text(encoding="utf-8")
