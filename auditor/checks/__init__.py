"""Floor 1: the checks, one pure function a file, grouped by service, found by walking this package.

A check exists as soon as its file does: `auditor/checks/<service>/<what it says>.py` with one `@check`. Modules whose
name starts with an underscore hold what checks share and are not looked into. Other packages bring checks through the
entry point group `auditor.checks`. Nothing is imported before `load` or `built_in` is called.
"""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from auditor.domain.check import Check


@cache
def load() -> tuple[Check[Any], ...]:
    """Return all checks, those of other packages included, sorted by id.

    Raises ConfigError if another package brings checks that cannot be used.
    """
    from auditor.checks._plugins import plugged_in  # noqa: PLC0415 - looks into every installed package

    known = {check.id: check for check in built_in()}
    return tuple(sorted((*known.values(), *plugged_in(known, _modules)), key=lambda check: check.id))


@cache
def built_in() -> tuple[Check[Any], ...]:
    """Return the checks that come with auditor, sorted by id."""
    return discover(sys.modules[__name__])


def discover(package: ModuleType) -> tuple[Check[Any], ...]:
    """Every module-level `Check` below `package`, sorted by id; a check that two modules import counts once.

    Raises ValueError where two checks share an id, and whatever a module raises when it is imported.
    """
    found: dict[str, Check[Any]] = {}
    for module in _modules(package):
        for each in vars(module).values():
            if isinstance(each, Check) and found.setdefault(each.id, each) is not each:
                message = f"{module.__name__}: the id {each.id!r} is taken by another check; give this one its own."
                raise ValueError(message)
    return tuple(found[name] for name in sorted(found))


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if info.name.rpartition(".")[2].startswith("_"):
            continue
        module = import_module(info.name)
        yield module
        if info.ispkg:
            yield from _modules(module)
