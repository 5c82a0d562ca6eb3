"""Collectors: AWS answers to facts or gaps. Each collector lists the IAM actions that it needs.

Every module of `collectors/<service>/` that defines `collector` is one. They are discovered, not listed anywhere.
"""

import importlib
import pkgutil
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from auditor.aws.collectors.collector import Collector


@cache
def all_collectors() -> tuple[Collector, ...]:
    """Return every collector, sorted by name, but after those that it depends on."""
    by_name = discover_collectors(importlib.import_module(__name__))
    ordered: dict[str, Collector] = {}
    for name in sorted(by_name):
        _add_after_dependencies(name, by_name, ordered)
    return tuple(ordered.values())


def discover_collectors(package: ModuleType) -> dict[str, Collector]:
    """Return the collectors of a package and its subpackages by name. Raises ValueError if two have the same name."""
    by_name: dict[str, Collector] = {}
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        collector = getattr(importlib.import_module(info.name), "collector", None)
        if not isinstance(collector, Collector):
            continue
        if by_name.setdefault(collector.name, collector) is not collector:
            raise ValueError(f"two collectors have the name {collector.name!r}; the second one is in {info.name}")
    return by_name


def collectors_for(
    kinds: Iterable[type[Any]], *, running: bool = True, needs: Collection[str] = ()
) -> tuple[Collector, ...]:
    """Return the collectors of these kinds of facts and of derived kinds, in the order of `all_collectors`.

    With `running`, the collectors that tell where resources are used are included; with `needs`, those that the
    optional parts of facts depend on. Raises LookupError if no collector yields one of the kinds.
    """
    collectors = tuple(collector.reading(needs) for collector in all_collectors())
    yielding = {
        kind: [collector.name for collector in collectors if issubclass(collector.fact_type, kind)] for kind in kinds
    }
    missing = sorted(kind.__name__ for kind, names in yielding.items() if not names)
    if missing:
        raise LookupError(f"no collector reads {', '.join(missing)}")
    needed = {name for names in yielding.values() for name in names}
    added = True
    while added:  # a dependency of an optional part can come earlier or later in the order
        names = {
            name
            for collector in collectors
            if collector.name in needed
            for name in (*collector.depends_on, *(collector.usage_depends_on if running else ()))
        }
        added = not names <= needed
        needed |= names
    return tuple(collector for collector in collectors if collector.name in needed)


def services() -> tuple[str, ...]:
    """Return botocore's names of the services that have collectors, sorted."""
    return tuple(sorted({collector.service for collector in all_collectors()}))


def _add_after_dependencies(name: str, by_name: Mapping[str, Collector], ordered: dict[str, Collector]) -> None:
    collector = by_name[name]
    for dependency in (*collector.depends_on, *collector.usage_depends_on):
        _add_after_dependencies(dependency, by_name, ordered)
    ordered.setdefault(name, collector)
