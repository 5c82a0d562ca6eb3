"""What is installed and shipped: the locks against pyproject.toml."""

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
    """The versions of a lock. Every line that is not a pin with its hashes or a comment is a failure."""
    text = (CONFIG / lock).read_text(encoding="utf-8")
    rest = [line for line in PINNED.sub("", text).splitlines() if line and not line.lstrip().startswith("#")]
    assert rest == []
    return {match[1]: match[2] for match in PINNED.finditer(text)}


@pytest.mark.parametrize(
    ("lock", "section", "key"),
    [("requirements.lock", "project", "dependencies"), ("build.lock", "build-system", "requires")],
)
def test_a_lock_satisfies_what_the_project_asks_for(lock: str, section: str, key: str) -> None:
    locked = pins(lock)
    asked = [Requirement(each) for each in pyproject()[section][key]]

    assert asked
    for requirement in asked:
        version = locked.get(canonicalize_name(requirement.name), "nothing")
        assert requirement.specifier.contains(version), f"{lock} holds {version} for {requirement}: say make lock"


def test_the_image_holds_nothing_that_only_tests_and_demos_need() -> None:
    assert {"moto", "pytest", "werkzeug"}.isdisjoint(pins("requirements.lock"))


@pytest.mark.parametrize("lock", ["requirements.lock", "build.lock"])
def test_a_lock_names_no_index_host_or_folder(lock: str) -> None:
    # No line but pins and comments is a matter of `pins`; a URL or a path in a comment has a slash.
    assert "/" not in (CONFIG / lock).read_text(encoding="utf-8")
