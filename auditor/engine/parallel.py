"""The same small thing for many, side by side: for what waits on a network and is quick otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

#: How many results may wait for whoever takes them, per worker: memory does not grow with the number of items.
_AHEAD = 2


def parallel_map(act: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[R]:
    """Yield what `act` makes of each item, in their order, on at most `workers` threads. Raises what it raised."""
    left = iter(items)
    with ThreadPoolExecutor(workers, thread_name_prefix="auditor-abreast") as executor:
        waiting = [executor.submit(act, item) for item in islice(left, workers * _AHEAD)]
        try:
            while waiting:
                yield waiting.pop(0).result()
                waiting += [executor.submit(act, item) for item in islice(left, 1)]
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
