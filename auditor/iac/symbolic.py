"""Instrumented facts, which record the unknown values that a check reads.

A check is an ordinary function of a fact. An instrumented fact records each read of an attribute: a comparison with
None or by identity would leave no other trace.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

from auditor.iac.symbolic_values import ReadLog, Symbol

#: The way from a fact to one of its parts: attribute names, indexes of tuples and keys of mappings.
Path = tuple["Step", ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step into a fact: `kind` is `attribute`, `index` or `key`."""

    kind: str
    at: Any


def differences(left: object, right: object, path: Path = ()) -> Iterator[Path]:
    """Yield the paths at which two facts differ: of single values if their shapes are equal, or of the whole part."""
    left_parts, right_parts = dict(_parts(left)), dict(_parts(right))
    if left_parts and type(left) is type(right) and left_parts.keys() == right_parts.keys():
        for step, part in left_parts.items():
            yield from differences(part, right_parts[step], (*path, step))
    elif type(left) is not type(right) or left != right:
        yield path


def _parts(value: object) -> Iterator[tuple[Step, object]]:
    """Yield the parts of a dataclass, a tuple or a mapping."""
    if is_dataclass(value):
        for attribute in fields(value):
            yield Step("attribute", attribute.name), getattr(value, attribute.name)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield Step("index", index), item
    elif isinstance(value, dict):
        for key, member in value.items():
            yield Step("key", key), member


def instrumented(
    fact: Any,
    choices: Mapping[Path, Any],
    symbolic: Mapping[Path, Symbol],
    log: ReadLog,
) -> Any:
    """Return a copy of a fact that records its reads in `log`.

    Reading the attribute at, or around, a path of `choices` is recorded with the value of that mapping. At the paths
    of `symbolic` the copy has symbolic values.
    """
    choice_reads: dict[Path, list[Any]] = {}
    symbolic_reads: dict[Path, list[str]] = {}
    for path, unknown in choices.items():
        choice_reads.setdefault(_attribute_path(path), []).append(unknown)
    for path, symbol in symbolic.items():
        symbolic_reads.setdefault(_attribute_path(path), []).append(symbol.expression)
    ancestors = {path[:end] for path in (*choices, *symbolic) for end in range(len(path) + 1)}
    return _Instrumenter(choice_reads, symbolic_reads, symbolic, ancestors, log).copy(fact, ())


def _attribute_path(path: Path) -> Path:
    """Return the part of a path up to its last attribute: reads inside tuples and mappings cannot be observed."""
    last = max((index for index, step in enumerate(path) if step.kind == "attribute"), default=-1)
    return path[: last + 1]


@dataclass(frozen=True, slots=True)
class _Instrumenter:
    choice_reads: Mapping[Path, list[Any]]
    symbolic_reads: Mapping[Path, list[str]]
    symbolic: Mapping[Path, Symbol]
    ancestors: set[Path]
    log: ReadLog

    def copy(self, value: Any, path: Path) -> Any:
        """Return `value`, which is at `path`, with instrumented dataclasses and symbolic values in it."""
        if path in self.symbolic:
            return self.symbolic[path].value(self.log, value)
        if path not in self.ancestors:
            return value
        if is_dataclass(value):
            return self._observed(value, path)
        if isinstance(value, tuple):
            return tuple(self.copy(item, (*path, Step("index", index))) for index, item in enumerate(value))
        if isinstance(value, dict):
            return {key: self.copy(member, (*path, Step("key", key))) for key, member in value.items()}
        return value

    def _observed(self, value: Any, path: Path) -> Any:
        copy = object.__new__(_instrumented_class(value.__class__))
        recorders: dict[str, Callable[[], None]] = {}
        for attribute in fields(value):
            member = (*path, Step("attribute", attribute.name))
            object.__setattr__(copy, attribute.name, self.copy(getattr(value, attribute.name), member))
            if member in self.choice_reads or member in self.symbolic_reads:
                recorders[attribute.name] = self._recorder(member)
        object.__setattr__(copy, "_recorders", recorders)
        return copy

    def _recorder(self, member: Path) -> Callable[[], None]:
        choices, symbolic = self.choice_reads.get(member, []), self.symbolic_reads.get(member, [])

        def record() -> None:
            self.log.choices.extend(choices)
            self.log.symbolic.extend(symbolic)

        return record


class _Alias(type):
    """The type of instrumented classes: one is equal to the class that it instruments, also as a key of mappings."""

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is cls.__mro__[1]

    def __hash__(cls) -> int:
        return hash(cls.__mro__[1])


@cache
def _instrumented_class(kind: Any) -> type[Any]:
    """Return the subclass of `kind` that records reads, one for each kind."""

    def get(self: object, name: str) -> Any:
        if not name.startswith("_"):
            try:
                record = object.__getattribute__(self, "_recorders").get(name)
            except AttributeError:  # a copy that the check made, with dataclasses.replace for example
                record = None
            if record is not None:
                record()
        return object.__getattribute__(self, name)

    return _Alias(kind.__name__, (kind,), {"__slots__": ("_recorders",), "__getattribute__": get})
