from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def small_heap() -> Iterator[None]:
    """Keep what earlier tests left behind out of the collector's sight: walking it again and again takes minutes."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
