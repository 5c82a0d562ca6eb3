"""Facts: typed descriptions of resources, and the registry of their kinds.

A fact never holds the value of an environment variable: the collector examines values in memory and drops them.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any, ClassVar, Protocol, TypeVar

from auditor.domain.aws_resource import Resource

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
        ...


def fact_kind(name: str) -> Any:  # noqa: ANN401 - a decorator that returns the class it was given
    """Register the decorated class as a kind of fact.

    `name` is what YAML checks call the kind in `over:`, in lower case with hyphens, such as `task-definition`.
    Raises ValueError when another class has the name already.
    """

    def register(kind: T) -> T:
        if _KINDS.setdefault(name, kind).__qualname__ != kind.__qualname__:
            message = f"the kind of fact {name!r} is registered twice"
            raise ValueError(message)
        _KINDS[name] = kind
        return kind

    return register


@cache
def fact_kinds() -> dict[str, type[Any]]:
    """Return every kind of fact by name, sorted by name. Imports the service packages of `auditor.domain`."""
    import auditor.domain as domain  # noqa: PLC0415 - this module is part of that package

    for package in pkgutil.iter_modules(domain.__path__, f"{domain.__name__}."):
        if package.ispkg:
            for module in pkgutil.iter_modules(
                [f"{domain.__path__[0]}/{package.name.rpartition('.')[2]}"], f"{package.name}."
            ):
                importlib.import_module(module.name)
    return dict(sorted(_KINDS.items()))
