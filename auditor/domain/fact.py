"""Facts: typed descriptions of resources, and the registry of their kinds.

A fact never holds the value of an environment variable: the collector examines values in memory and drops them.
"""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, Protocol, TypeVar

from auditor.domain.aws_resource import Resource
from auditor.domain.usage import Usage

T = TypeVar("T", bound=type[Any])

_KINDS: dict[str, type[Any]] = {}


class Fact(Protocol):
    """A parsed description of one AWS resource.

    `TYPE` is the CloudFormation type of the resource, such as `AWS::ECS::Service`. It is empty for a base class of
    several kinds.
    """

    TYPE: ClassVar[str]

    @property
    def resource(self) -> Resource:
        """The resource, as findings and gaps name it."""


def fact_kind(name: str) -> Any:  # noqa: ANN401 - a decorator that returns the class it was given
    """Register the decorated class as a kind of fact.

    `name` is what YAML checks call the kind in `resource:`, in lower case with hyphens, such as `task-definition`.
    Raises ValueError when another class has the name already.
    """

    def register(kind: T) -> T:
        if _KINDS.setdefault(name, kind).__qualname__ != kind.__qualname__:
            raise ValueError(f"the kind of fact {name!r} is registered twice")
        _KINDS[name] = kind
        return kind

    return register


@cache
def usage_types() -> dict[str, type[Usage]]:
    """Return the class of usage by CloudFormation type, for the kinds of facts that have a `USAGE`."""
    return {kind.TYPE: kind.USAGE for kind in fact_kinds().values() if kind.TYPE and hasattr(kind, "USAGE")}


@cache
def fact_kinds() -> dict[str, type[Any]]:
    """Return every kind of fact by name, sorted by name. Imports the service packages of `auditor.domain`."""
    domain = importlib.import_module(__package__ or "auditor.domain")
    services = (info for info in pkgutil.iter_modules(domain.__path__, f"{domain.__name__}.") if info.ispkg)
    for service in services:
        package = importlib.import_module(service.name)
        for module in pkgutil.iter_modules(package.__path__, f"{service.name}."):
            importlib.import_module(module.name)
    return dict(sorted(_KINDS.items()))


def usage_of(fact: object) -> Usage | None:
    """Return the usage of a fact, None for a kind that has none or if it was not read.

    A kind holds it as `usage` if its collector adds it, or derives it from its other fields in `own_usage()`.
    """
    own_usage: Callable[[], Usage | None] | None = getattr(fact, "own_usage", None)
    if own_usage is not None:
        return own_usage()
    usage: Usage | None = getattr(fact, "usage", None)
    return usage
