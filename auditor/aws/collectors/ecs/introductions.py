"""Which revision brought a fault in: the first one that has it without a break up to the one that was judged.

What earlier nights have written down often tells, at no cost. Where it does not, the revisions in between may be asked
for, by halves: that finds a revision with the fault whose predecessor has none, in a number of calls that grows with
the logarithm of the revisions.
"""

from __future__ import annotations

from collections.abc import Callable

from auditor.domain.aws_resource import Introduction
from auditor.domain.check import Status
from auditor.domain.ecs.task_definitions import Definition

#: Returns a revision by its number, None where there is none to be had.
FetchRevision = Callable[[int], Definition | None]

#: How many revisions that are gone the search steps over before it gives up.
_MOST_MISSING = 8


def introduction_from_cache(
    revision: int, look: FetchRevision, judge: Callable[[Definition], Status]
) -> Introduction | None:
    """Return what is known without asking, by going back from `revision` one by one. None where that breaks off."""
    current = look(revision)
    if current is None or judge(current) is not Status.FAIL:
        return None  # not what the revision says makes it fail, but what became of it
    while current.revision > 1:
        before = look(current.revision - 1)
        if before is None:
            return None
        if judge(before) is not Status.FAIL:
            break
        current = before
    return _of(current)


def bisect_introduction(
    revision: int, look: FetchRevision, judge: Callable[[Definition], Status]
) -> Introduction | None:
    """Return what asking for some of the revisions in between tells; `look` may call, and raises what ends the search.

    None where the revision does not fail by what it says, and where too many of its predecessors are gone.
    """
    first = look(revision)
    if first is None or judge(first) is not Status.FAIL:
        return None
    failing, sound, missing = first, 0, 0
    gone: set[int] = set()
    while failing.revision - sound > 1:
        between = [number for number in _from_the_middle(sound, failing.revision) if number not in gone]
        if not between:
            break
        found = look(between[0])
        if found is None:
            gone.add(between[0])
            missing += 1
            if missing > _MOST_MISSING:
                return None
        elif judge(found) is Status.FAIL:
            failing = found
        else:
            sound = found.revision
    return _of(failing)


def _from_the_middle(low: int, high: int) -> list[int]:
    middle = (low + high) // 2
    nearest = range(max(low + 1, middle - _MOST_MISSING), min(high, middle + _MOST_MISSING + 1))
    return sorted(nearest, key=lambda number: (abs(number - middle), number))


def _of(definition: Definition) -> Introduction:
    return Introduction(definition.revision, definition.registered_at, definition.registered_by)
