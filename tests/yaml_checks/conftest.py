"""Fixtures of the tests of YAML checks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from auditor.domain.check import Check
from tests.yaml_checks import sample_checks


@pytest.fixture
def make_check(tmp_path: Path) -> Callable[..., Check[Any]]:
    """Return a function that makes a check of the given keys, by way of a file in a temporary folder."""
    return partial(sample_checks.make_check, tmp_path)
