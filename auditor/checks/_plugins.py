"""Checks of other packages: each entry point of the group `auditor.checks` names a module or package that defines some.

An error in another package ends the command and names that package. Skipping its checks would hide that they did not
run.
"""

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
_ADVICE = "Fix or uninstall that package; its entry point is in the group `auditor.checks`."
_MAX_MESSAGE = 300

#: Returns the modules below a package.
Modules = Callable[[ModuleType], Iterable[ModuleType]]


class _PluginError(Exception):
    """An error in an entry point or its checks; it becomes a problem with the package's name."""


def plugin_checks(built_in: Mapping[str, Check[Any]], modules_below: Modules) -> tuple[Check[Any], ...]:
    """Return the checks of other packages. `built_in` holds the checks of auditor by id.

    Raises ConfigError with one problem for each entry point that cannot be used.
    """
    checks, origins, problems = dict(built_in), dict[str, Origin](), list[Problem]()
    points = sorted(entry_points(group=GROUP), key=lambda point: (_origin(point).source, point.name, point.value))
    for point in points:
        try:
            for check in _defined_checks(point, modules_below):
                _validate(check, checks, origins)
                if check.id not in built_in:
                    origins.setdefault(check.id, _origin(point))
                checks[check.id] = check
        except _PluginError as error:
            source = f"{_origin(point).source} {_origin(point).version}".strip()
            problems.append(Problem(source, 0, f"{point.name} = {point.value}", str(error), _ADVICE))
    if problems:
        raise ConfigError(problems)
    return tuple(replace(check, origin=origins[id_]) for id_, check in checks.items() if id_ not in built_in)


def _origin(point: EntryPoint) -> Origin:
    if point.dist is None:
        return Origin("a package without a name")
    return Origin(point.dist.name, point.dist.version)


def _defined_checks(point: EntryPoint, modules_below: Modules) -> Iterator[Check[Any]]:
    """Yield each check once, even if several modules import it."""
    seen: list[Check[Any]] = []
    for module in _import(point, modules_below):
        for value in vars(module).values():
            if isinstance(value, Check) and not any(value is check for check in seen):
                seen.append(value)
                yield value
    if not seen:
        raise _PluginError("defines no check")


def _import(point: EntryPoint, modules_below: Modules) -> list[ModuleType]:
    try:
        module = point.load()
        if isinstance(module, ModuleType):
            return [module, *(modules_below(module) if hasattr(module, "__path__") else ())]
    except (Exception, SystemExit) as error:  # another package's module can raise anything
        message = f"cannot be imported: {type(error).__name__}: {error}"
        raise _PluginError(" ".join(message.split())[:_MAX_MESSAGE]) from error
    raise _PluginError("names an object that is not a module")


def _validate(check: Check[Any], checks: Mapping[str, Check[Any]], origins: Mapping[str, Origin]) -> None:
    """Raise _PluginError if a check cannot be used. One that is known already and only imported is valid."""
    if not _ID.fullmatch(check.id):
        raise _PluginError(f"{check.id!r} is not an id: use lower-case letters and digits with hyphens between them")
    if checks.get(check.id, check) is not check:
        owner = origins[check.id].source if check.id in origins else "a check of auditor itself"
        raise _PluginError(f"the id {check.id!r} is taken by {owner}")
    if isinstance(check.judge, FunctionType) and not _replaces_its_function(check, check.judge):
        raise _PluginError(f"{check.id!r} does not replace its function: create it with the decorator @check")


def _replaces_its_function(check: Check[Any], judge: FunctionType) -> bool:
    """Return whether another process can import the check by the name of its function."""
    return getattr(sys.modules.get(judge.__module__), judge.__name__, None) is check
