"""Checks: one pure function per file, grouped by service, and discovered in this package.

A file `auditor/checks/<service>/<name>.py` with one `@check` adds a check; nothing else has to be edited. Modules whose
name starts with an underscore hold shared code and are not searched. Other packages add checks through the entry point
group `auditor.checks`. No check is imported before `load` or `built_in` is called.
"""

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
    """Return all checks, including those of other packages, sorted by id.

    Raises ConfigError if the checks of another package cannot be used.
    """
    from auditor.checks._plugins import plugin_checks  # noqa: PLC0415 - reads the metadata of every installed package

    checks = {check.id: check for check in built_in()}
    return tuple(sorted((*checks.values(), *plugin_checks(checks, _modules)), key=lambda check: check.id))


@cache
def built_in() -> tuple[Check[Any], ...]:
    """Return the checks that come with auditor, sorted by id."""
    return discover(sys.modules[__name__])


def discover(package: ModuleType) -> tuple[Check[Any], ...]:
    """Return every module-level `Check` below `package`, sorted by id. A check that two modules import counts once.

    Raises ValueError if two checks have the same id, and any exception that a module raises on import.
    """
    checks: dict[str, Check[Any]] = {}
    for module in _modules(package):
        for check in vars(module).values():
            if isinstance(check, Check) and checks.setdefault(check.id, check) is not check:
                raise ValueError(f"{module.__name__}: the id {check.id!r} is taken by another check; choose another.")
    return tuple(checks[check_id] for check_id in sorted(checks))


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    """Import and yield the modules below `package`, except those whose name starts with an underscore."""
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if info.name.rpartition(".")[2].startswith("_"):
            continue
        module = import_module(info.name)
        yield module
        if info.ispkg:
            yield from _modules(module)
