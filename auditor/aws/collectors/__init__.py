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
def catalogue() -> tuple[Collector, ...]:
    """Return every collector, sorted by name."""
    modules = (importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__))
    found = (getattr(module, "collector", None) for module in modules)
    return tuple(sorted((each for each in found if isinstance(each, Collector)), key=lambda each: each.name))


def reading(kinds: Iterable[type[Any]]) -> tuple[Collector, ...]:
    """Return the collectors that yield these kinds of facts. Raises LookupError where nothing reads one of them."""
    wanted = set(kinds)
    found = tuple(each for each in catalogue() if each.yields in wanted)
    missing = wanted - {each.yields for each in found}
    if missing:
        names = ", ".join(sorted(kind.__name__ for kind in missing))
        message = f"no collector reads {names}"
        raise LookupError(message)
    return found
