"""How often Python looks for garbage: seldom, in a run that makes millions of small things and hardly any cycles."""

from __future__ import annotations

import gc

#: Allocations between two looks at the youngest objects; Python's own 700 costs a run a fifth of its CPU time.
_YOUNG = 50_000
_OLDER = 20


def look_seldom() -> None:
    """Leave alone what is there already, modules above all, and look at what comes later now and then."""
    gc.collect()
    gc.freeze()  # a forked process then shares these pages for good
    gc.set_threshold(_YOUNG, _OLDER, _OLDER)
