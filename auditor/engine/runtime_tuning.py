"""Tune garbage collection, malloc arenas and the thread switch interval for long, highly threaded runs."""

import ctypes
import gc
import sys
from contextlib import suppress

#: Thresholds of the garbage collector. Python's default of 700 for the youngest generation costs a fifth of a run's
#: CPU time. API answers contain reference cycles, so the oldest generation must still be collected often enough.
_GC_THRESHOLDS = (20_000, 5, 3)

#: How long a thread runs before another one may interrupt it (seconds). Dozens of threads that compute for about a
#: millisecond between two waits take turns by themselves, and every interruption costs time.
_SWITCH_INTERVAL = 0.02

#: `M_ARENA_MAX` of glibc's mallopt(3). By default most threads get an arena of their own that keeps what they have
#: freed: with dozens of threads, a third of the memory of a process.
_M_ARENA_MAX = -8
_ARENAS = 2


def tune_process() -> None:
    """Tune this process for a run. Call it after the imports and before threads start."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # a C library other than glibc has no mallopt
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
    gc.collect()
    gc.freeze()  # forked processes then keep sharing these memory pages
    gc.set_threshold(*_GC_THRESHOLDS)
    sys.setswitchinterval(_SWITCH_INTERVAL)
