from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def small_heap() -> Iterator[None]:
    """Exclude the objects of earlier tests from garbage collection: scanning them again and again takes minutes."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
