"""Checks of other packages: each entry point of the group `auditor.checks` names a module or package that defines some.

What another package does wrong ends the command with its name. Leaving its checks out would look like a clean night.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from types import FunctionType, ModuleType
from typing import Any

from auditor.domain.check import Check, Origin
from auditor.domain.errors import ConfigError, Problem

GROUP = "auditor.checks"

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
_ADVICE = "Mend or uninstall that package; its entry point is in the group `auditor.checks`."

#: A module and what is below it.
Modules = Callable[[ModuleType], Iterable[ModuleType]]


class _Refused(Exception):  # noqa: N818 - becomes a problem with the package's name
    """What is wrong with an entry point."""


def plugged_in(known: Mapping[str, Check[Any]], below: Modules) -> tuple[Check[Any], ...]:
    """Return the checks that other packages bring. Raises ConfigError, with every package that has a fault.

    `known` are those that are there already, by id; `below` walks a package.
    """
    found, origins, problems = dict(known), dict[str, Origin](), list[Problem]()
    points = sorted(entry_points(group=GROUP), key=lambda each: (_origin(each).source, each.name, each.value))
    for point in points:
        try:
            for check in _checks(point, below):
                _accept(check, found, origins)
                if check.id not in known:
                    origins.setdefault(check.id, _origin(point))
                found[check.id] = check
        except _Refused as refused:
            source = f"{_origin(point).source} {_origin(point).version}".strip()
            problems.append(Problem(source, 0, f"{point.name} = {point.value}", str(refused), _ADVICE))
    if problems:
        raise ConfigError(problems)
    return tuple(replace(check, origin=origins[name]) for name, check in found.items() if name not in known)


def _origin(point: EntryPoint) -> Origin:
    if point.dist is None:
        return Origin("a package without a name")
    return Origin(point.dist.name, point.dist.version)


def _checks(point: EntryPoint, below: Modules) -> Iterator[Check[Any]]:
    """Each check once, however many of the modules import it."""
    seen: list[Check[Any]] = []
    for module in _imported(point, below):
        for each in vars(module).values():
            if isinstance(each, Check) and not any(each is other for other in seen):
                seen.append(each)
                yield each
    if not seen:
        raise _Refused("defines no check")


def _imported(point: EntryPoint, below: Modules) -> list[ModuleType]:
    try:
        module = point.load()
        if isinstance(module, ModuleType):
            return [module, *(below(module) if hasattr(module, "__path__") else ())]
    except (Exception, SystemExit) as error:  # the boundary: whatever another's module does
        message = f"cannot be imported: {type(error).__name__}: {error}"
        raise _Refused(" ".join(message.split())[:300]) from error
    raise _Refused("names something that is not a module")


def _accept(check: Check[Any], found: Mapping[str, Check[Any]], origins: Mapping[str, Origin]) -> None:
    """Raise _Refused where a check cannot be taken in. One that is there already, and only imported, is no fault."""
    if not _ID.fullmatch(check.id):
        raise _Refused(f"{check.id!r} is not an id: small letters and digits with hyphens between")
    if found.get(check.id, check) is not check:
        owner = origins[check.id].source if check.id in origins else "a check that comes with auditor"
        raise _Refused(f"the id {check.id!r} is taken by {owner}")
    if isinstance(check.judge, FunctionType) and not _stands_for_its_function(check, check.judge):
        raise _Refused(f"{check.id!r} does not stand where its function was: make it with the decorator @check")


def _stands_for_its_function(check: Check[Any], judge: FunctionType) -> bool:
    """Whether another process finds the check by the name of its function."""
    return getattr(sys.modules.get(judge.__module__), judge.__name__, None) is check
