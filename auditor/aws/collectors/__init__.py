"""API pages to facts or gaps. Each collector lists the IAM actions that it needs.

Every module here that defines `collector` is one; nothing else needs to be told of it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from typing import Any

from auditor.aws.collectors.collector import Collector


@cache
def all_collectors() -> tuple[Collector, ...]:
    """Return every collector: those that others build on before these, otherwise by name."""
    modules = (importlib.import_module(info.name) for info in pkgutil.walk_packages(__path__, f"{__name__}."))
    found = (getattr(module, "collector", None) for module in modules)
    by_name = {each.name: each for each in found if isinstance(each, Collector)}
    ordered: dict[str, Collector] = {}
    for name in sorted(by_name):
        _place(by_name[name], by_name, ordered)
    return tuple(ordered.values())


def collectors_for(kinds: Iterable[type[Any]], *, running: bool = True) -> tuple[Collector, ...]:
    """Return the collectors that yield these kinds of facts, derived kinds included, in the order of `catalogue`.

    With `running`, those come along that tell what runs. Raises LookupError where nothing reads one of the kinds.
    """
    wanted = set(kinds)
    missing = {kind for kind in wanted if not any(_yields(each, kind) for each in all_collectors())}
    if missing:
        message = f"no collector reads {', '.join(sorted(kind.__name__ for kind in missing))}"
        raise LookupError(message)
    names = {each.name for each in all_collectors() if any(_yields(each, kind) for kind in wanted)}
    for each in reversed(all_collectors()):
        if each.name in names:
            names.update(each.depends_on, each.usage_depends_on if running else ())
    return tuple(each for each in all_collectors() if each.name in names)


def _yields(collector: Collector, kind: type[Any]) -> bool:
    return issubclass(collector.fact_type, kind)


def _place(collector: Collector, known: dict[str, Collector], ordered: dict[str, Collector]) -> None:
    for name in (*collector.depends_on, *collector.usage_depends_on):
        _place(known[name], known, ordered)
    ordered.setdefault(collector.name, collector)
