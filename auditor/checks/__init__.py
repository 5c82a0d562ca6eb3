"""Floor 1: the checks, one pure function a file, grouped by service, found by walking this package.

A check exists as soon as its file does: `auditor/checks/<service>/<what it says>.py` with one `@check`. Modules whose
name starts with an underscore hold what checks share and are not looked into. Other packages bring checks through the
entry point group `auditor.checks`. Nothing is imported before `load` or `ids` is called.
"""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from auditor.domain.check import Check


def load(include: Iterable[str] = ("*",), exclude: Iterable[str] = ()) -> tuple[Check[Any], ...]:
    """The checks whose id matches a name or glob of `include` and none of `exclude`, sorted by id.

    Raises ValueError where a pattern of `include` matches no check at all: a run that asks for a misspelt check must
    not end as a run that found nothing. `unmatched` tells the same beforehand. Raises ConfigError where another package
    brings checks that cannot be taken in.
    """
    return select(_catalogue(), include, exclude)


def built_in() -> tuple[Check[Any], ...]:
    """The checks that come with auditor, sorted by id."""
    return _built_in()


def ids() -> tuple[str, ...]:
    """The ids of all checks, sorted."""
    return tuple(each.id for each in _catalogue())


def unmatched(patterns: Iterable[str]) -> tuple[str, ...]:
    """Those of `patterns` (ids or globs) that match no check, in the order given."""
    return _missing(patterns, ids())


def select(checks: Iterable[Check[Any]], include: Iterable[str], exclude: Iterable[str] = ()) -> tuple[Check[Any], ...]:
    """Those of `checks` that `include` matches and `exclude` does not, in their order. Raises as `load` does."""
    known = tuple(checks)
    wanted, unwanted = tuple(include), tuple(exclude)
    if missing := _missing(wanted, [each.id for each in known]):
        message = f"No check matches {', '.join(map(repr, missing))}; `auditor checks` lists the ids."
        raise ValueError(message)
    return tuple(each for each in known if _matches(each.id, wanted) and not _matches(each.id, unwanted))


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


@cache
def _catalogue() -> tuple[Check[Any], ...]:
    from auditor.checks._plugins import plugged_in  # noqa: PLC0415 - looks into every installed package

    known = {each.id: each for each in _built_in()}
    return tuple(sorted((*known.values(), *plugged_in(known, _modules)), key=lambda each: each.id))


@cache
def _built_in() -> tuple[Check[Any], ...]:
    return discover(sys.modules[__name__])


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if info.name.rpartition(".")[2].startswith("_"):
            continue
        module = import_module(info.name)
        yield module
        if info.ispkg:
            yield from _modules(module)


def _missing(patterns: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    names = tuple(known)
    return tuple(pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in names))


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
