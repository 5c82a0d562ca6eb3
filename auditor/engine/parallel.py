"""Map a function over items on several threads, for short calls that wait for a network."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

#: Items under way per worker, finished ones included: memory does not grow with the number of items.
_PER_WORKER = 2


def parallel_map(function: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[R]:
    """Yield the result of `function` for each item, in their order. Raises what it raises."""
    remaining = iter(items)
    with ThreadPoolExecutor(workers, thread_name_prefix="auditor-map") as executor:
        futures = deque(executor.submit(function, item) for item in islice(remaining, workers * _PER_WORKER))
        try:
            while futures:
                yield futures.popleft().result()
                futures.extend(executor.submit(function, item) for item in islice(remaining, 1))
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
