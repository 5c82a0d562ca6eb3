"""Facts in which some values are open: they tell which of those a check reads, and let nobody look into the rest.

A check is an ordinary function over facts. Whether its verdict depends on an open value is seen by giving it facts
that watch: reading an attribute that an open value is part of is noted, whatever is done with it then (comparing with
None or with `is` leaves no other trace). Where the value may be anything, the attribute holds an `Opaque`, which can be
carried into evidence and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, NoReturn

#: From a fact to one of its values: attribute names, indexes of tuples and keys of mappings, in that order.
Path = tuple["Step", ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step into a fact: `kind` is `attribute`, `index` or `key`."""

    kind: str
    at: Any


class TouchedError(Exception):
    """A check looked into an open value."""


@dataclass(slots=True)
class Session:
    """What one call of a check did with open values: those it read, first things first, and those it looked into."""

    read: list[Any] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)


class Opaque:
    """An open value. Whatever is done with it, other than passing it on, is noted and refused."""

    __slots__ = ("_expression", "_session")

    def __init__(self, expression: str, session: Session) -> None:
        """Keep the expression as the file has it."""
        object.__setattr__(self, "_expression", expression)
        object.__setattr__(self, "_session", session)

    def __getattr__(self, _name: str) -> NoReturn:
        """Refuse methods and attributes of whatever this stands for."""
        _touch(self)

    def __repr__(self) -> str:
        """Let debuggers show it."""
        return f"<open: {expression_of(self)}>"


def expression_of(value: Opaque) -> str:
    """Return what the file has in place of the value."""
    return str(object.__getattribute__(value, "_expression"))


def _touch(value: Opaque, *_: object) -> NoReturn:
    object.__getattribute__(value, "_session").touched.append(expression_of(value))
    raise TouchedError


_OPERATIONS = (
    "bool str format bytes hash len iter next reversed contains getitem call int float index complex round fspath "
    "eq ne lt le gt ge add radd sub rsub mul rmul matmul truediv rtruediv floordiv rfloordiv mod rmod divmod rdivmod "
    "pow rpow and rand or ror xor rxor lshift rshift neg pos abs invert enter exit trunc floor ceil setattr delattr"
)
for _name in _OPERATIONS.split():
    setattr(Opaque, f"__{_name}__", _touch)


def differences(one: object, other: object, path: Path = ()) -> Iterator[Path]:
    """Yield the paths at which two facts of the same shape differ."""
    parts, others = dict(_parts(one)), dict(_parts(other))
    if parts and type(one) is type(other) and parts.keys() == others.keys():
        for step, part in parts.items():
            yield from differences(part, others[step], (*path, step))
    elif type(one) is not type(other) or one != other:
        yield path


def _parts(value: object) -> Iterator[tuple[Step, object]]:
    """Yield what a value is made of, if it is made of anything."""
    if is_dataclass(value):
        yield from ((Step("attribute", each.name), getattr(value, each.name)) for each in fields(value))
    elif isinstance(value, tuple):
        yield from ((Step("index", index), each) for index, each in enumerate(value))
    elif isinstance(value, dict):
        yield from ((Step("key", key), each) for key, each in value.items())


def watched(fact: Any, forks: Mapping[Path, Any], opaques: Mapping[Path, str], session: Session) -> Any:  # noqa: ANN401
    """Return a copy of a fact that reports to `session`.

    Reading what lies at a path of `forks` is noted as reading that mapping's value; at the paths of `opaques` the copy
    has Opaque values.
    """
    read: dict[Path, list[Any]] = {}
    carried: dict[Path, list[str]] = {}
    for path, ident in forks.items():
        read.setdefault(_attribute(path), []).append(ident)
    for path, expression in opaques.items():
        carried.setdefault(_attribute(path), []).append(expression)
    around = {path[:end] for path in (*forks, *opaques) for end in range(len(path) + 1)}
    return _Dressing(read, carried, opaques, around, session).dress(fact, ())


def _attribute(path: Path) -> Path:
    """Return the attribute that a path leads to or into."""
    last = max((index for index, step in enumerate(path) if step.kind == "attribute"), default=-1)
    return path[: last + 1]


@dataclass(frozen=True, slots=True)
class _Dressing:
    read: Mapping[Path, list[Any]]
    carried: Mapping[Path, list[str]]
    opaques: Mapping[Path, str]
    around: set[Path]
    session: Session

    def dress(self, value: Any, path: Path) -> Any:  # noqa: ANN401 - any part of a fact
        if path in self.opaques:
            return Opaque(self.opaques[path], self.session)
        if path not in self.around:
            return value
        if is_dataclass(value):
            return self._observed(value, path)
        if isinstance(value, tuple):
            return tuple(self.dress(each, (*path, Step("index", index))) for index, each in enumerate(value))
        if isinstance(value, dict):
            return {key: self.dress(each, (*path, Step("key", key))) for key, each in value.items()}
        return value

    def _observed(self, value: Any, path: Path) -> Any:  # noqa: ANN401
        copy = object.__new__(_watching(value.__class__))
        notes: dict[str, Callable[[], None]] = {}
        for each in fields(value):
            place = (*path, Step("attribute", each.name))
            object.__setattr__(copy, each.name, self.dress(getattr(value, each.name), place))
            if place in self.read or place in self.carried:
                notes[each.name] = _noting(self.session, self.read.get(place, []), self.carried.get(place, []))
        object.__setattr__(copy, "_notes", notes)
        return copy


def _noting(session: Session, read: list[Any], carried: list[str]) -> Callable[[], None]:
    def note() -> None:
        session.read.extend(read)
        session.carried.extend(carried)

    return note


class _Alias(type):
    """The class of a fact that watches: as a key of a mapping it stands for the kind that it copies."""

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is cls.__mro__[1]

    def __hash__(cls) -> int:
        return hash(cls.__mro__[1])


@cache  # one class for each kind of fact
def _watching(kind: Any) -> type[Any]:  # noqa: ANN401 - a kind of fact
    def read(self: object, name: str) -> Any:  # noqa: ANN401
        if not name.startswith("_"):
            try:
                note = object.__getattribute__(self, "_notes").get(name)
            except AttributeError:  # a copy that the check itself has made
                note = None
            if note is not None:
                note()
        return object.__getattribute__(self, name)

    return _Alias(kind.__name__, (kind,), {"__slots__": ("_notes",), "__getattribute__": read})
