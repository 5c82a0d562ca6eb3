"""Facts as plain JSON-like data, and the shape of that data, for the expressions of YAML checks.

Both are derived from the dataclasses of the domain: every field and every public property is a member. There is no
list of names to maintain, so the reference, the type check and the data always agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from auditor.domain.aws_resource import Resource

#: Members that are null if they could not be read. An expression that reads such a null is UNKNOWN, never PASS.
MAYBE_UNREAD = frozenset({"tags", "usage", "latest_active"})


class JsonType(StrEnum):
    """The type of a value, in the words of messages and of the reference."""

    TEXT = "text"
    TIME = "time (text: 2026-11-23T02:00:00Z)"
    NUMBER = "number"
    BOOLEAN = "true or false"
    NULL = "null"
    LIST = "list"
    OBJECT = "object"
    MAP = "map of text to text"
    ANYTHING = "any value"
    MIXED = "values of different types"


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a value. `items` is the shape of the items of a list, or of the values of a map.

    An object is either of a `kind` (a dataclass of the domain), or was built by an expression and has `members`.
    """

    json_type: JsonType
    nullable: bool = False
    items: Shape | None = None
    kind: type[Any] | None = None
    members: tuple[tuple[str, Shape], ...] = ()

    @property
    def names(self) -> Mapping[str, Shape]:
        """The members of an object by name."""
        return {member.name: member.shape for member in members_of(self.kind)} if self.kind else dict(self.members)

    def __str__(self) -> str:
        """Return a description such as `list of Container` or `text or null`."""
        name = self.kind.__name__ if self.kind else self.json_type.value
        text = f"list of {self.items}" if self.json_type is JsonType.LIST else name
        return f"{text} or null" if self.nullable else text


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an object. `description` is the docstring of a property, empty for a field."""

    name: str
    shape: Shape
    description: str = ""


def shape_of(kind: type[Any]) -> Shape:
    """Return the shape of a kind of fact, or of a part of one."""
    return Shape(JsonType.OBJECT, kind=kind)


def members_of(kind: type[Any]) -> tuple[Member, ...]:
    """Return the members that `as_document` gives a dataclass: its fields, then its properties.

    `resource` is left out: the fact has every part of it. Raises TypeError for a field that plain data cannot hold.
    """
    if kind not in _members_cache:
        _members_cache[kind] = (*_field_members(kind), *_property_members(kind))
    return _members_cache[kind]


def as_document(fact: Any) -> dict[str, Any]:
    """Return a fact as plain data: objects, lists, strings, numbers, true, false and null."""
    return {member.name: _plain(getattr(fact, member.name)) for member in members_of(type(fact))}


def parts_of(kind: type[Any]) -> Iterator[type[Any]]:
    """Yield a kind and the kinds of all its parts, each once, outermost first."""
    seen, pending = set[type[Any]](), [kind]
    while pending:
        part = pending.pop(0)
        if part not in seen:
            seen.add(part)
            yield part
            innermost = (_innermost(member.shape).kind for member in members_of(part))
            pending += [inner for inner in innermost if inner]


def _field_members(kind: type[Any]) -> Iterator[Member]:
    hints = get_type_hints(kind)
    for field in fields(kind):
        yield Member(field.name, _shape(hints[field.name]))


def _property_members(kind: type[Any]) -> Iterator[Member]:
    attributes = {name: value for base in reversed(kind.__mro__) for name, value in vars(base).items()}
    for name, value in attributes.items():
        if not isinstance(value, property) or name.startswith("_"):
            continue
        hint = get_type_hints(value.fget)["return"]
        if hint is not Resource:
            yield Member(name, _shape(hint), " ".join((value.__doc__ or "").split()))


def _shape(hint: Any) -> Shape:
    if hint in _SCALARS:
        return Shape(_SCALARS[hint])
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType) and NoneType in arguments:
        (inner,) = (_shape(argument) for argument in arguments if argument is not NoneType)
        return Shape(inner.json_type, nullable=True, items=inner.items, kind=inner.kind)
    if origin in (tuple, frozenset):
        return Shape(JsonType.LIST, items=_shape(arguments[0]))
    if origin is Mapping:
        return Shape(JsonType.MAP, items=_shape(arguments[1]))
    if hasattr(hint, "__dataclass_fields__"):
        return shape_of(hint)
    raise TypeError(f"{hint!r} has no counterpart in plain data")


_members_cache: dict[type[Any], tuple[Member, ...]] = {}
_SCALARS: Mapping[Any, JsonType] = {
    str: JsonType.TEXT,
    int: JsonType.NUMBER,
    bool: JsonType.BOOLEAN,
    datetime: JsonType.TIME,
}


def _innermost(shape: Shape) -> Shape:
    return _innermost(shape.items) if shape.items else shape


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    return _timestamp(value) if isinstance(value, datetime) else as_document(value)


def _timestamp(moment: datetime) -> str:
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
