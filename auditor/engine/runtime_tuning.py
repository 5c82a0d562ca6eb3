"""Memory and time that a long run with many threads would waste, and Python and the C library save when told to."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress

#: Allocations between two looks at the youngest objects; Python's own 700 costs a run a fifth of its CPU time. Calls
#: leave cycles with their answers in them, so that the oldest objects are looked at often enough.
_YOUNG = 20_000
_OLDER = 5
_OLDEST = 3

#: How long a thread computes before another one may ask for its turn (seconds). Dozens of threads that compute for a
#: millisecond between two waits need no help to take turns, and asking costs.
_TURN = 0.02

#: `M_ARENA_MAX` of glibc's mallopt(3). Its default gives every second thread an arena of its own, and what a thread has
#: freed stays there: with dozens of threads, a third of a process.
_ARENA_MAX = -8
_ARENAS = 2


def tune_process() -> None:
    """Prepare this process for a run: to be called once what it needs is imported, and before its threads start."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library has other ways
            ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)
    gc.collect()
    gc.freeze()  # a forked process then shares these pages for good
    gc.set_threshold(_YOUNG, _OLDER, _OLDEST)
    sys.setswitchinterval(_TURN)
