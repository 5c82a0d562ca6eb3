"""Facts as plain JSON-like data, for those who write checks without Python, and the shape of that data.

Both come from the dataclasses of the domain and nothing else: every field and every derived truth (a property) is a
member. Nobody keeps a list of names, so that what is documented, what an expression may name and what it finds agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from auditor.domain.aws_resource import Resource
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition, Definition, TaskDefinition
from auditor.domain.ecs.workloads import CapacityProvider, Cluster, Service, TaskSet

#: What a check may be about, by the word for it.
KINDS: Mapping[str, type[Any]] = {
    "task-definition": TaskDefinition,
    "daemon-task-definition": DaemonTaskDefinition,
    "definition": Definition,
    "service": Service,
    "task-set": TaskSet,
    "cluster": Cluster,
    "capacity-provider": CapacityProvider,
}

#: Members that are null where nobody looked: nothing may be concluded from them then, and least of all PASS.
MAYBE_UNREAD = frozenset({"tags", "usage", "latest_active"})


class JsonType(StrEnum):
    """What kind of value stands at a place, in the words that people read."""

    TEXT = "text"
    TIME = "time (text: 2026-11-23T02:00:00Z)"
    NUMBER = "number"
    BOOLEAN = "true or false"
    NULL = "null"
    LIST = "list"
    OBJECT = "object"
    MAP = "texts by key"
    ANYTHING = "anything"
    MIXED = "now one kind of value and now another"


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand at a place. `of` is what a list or a map holds.

    An object is of a `kind` of the domain, or was made up by an expression and has `members`.
    """

    word: JsonType
    nullable: bool = False
    of: Shape | None = None
    kind: type[Any] | None = None
    members: tuple[tuple[str, Shape], ...] = ()

    @property
    def names(self) -> Mapping[str, Shape]:
        """The members of an object by name."""
        return {each.name: each.shape for each in members_of(self.kind)} if self.kind else dict(self.members)

    def __str__(self) -> str:
        """`list of Container`, `text or null`."""
        alone = self.kind.__name__ if self.kind else self.word.value
        text = f"list of {self.of}" if self.word is JsonType.LIST else alone
        return f"{text} or null" if self.nullable else text


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an object. `says` is the sentence of a derived truth, empty for what a collector has read."""

    name: str
    shape: Shape
    says: str = ""


def shape_of(kind: type[Any]) -> Shape:
    """Return the shape of a kind of fact, or of a part of one."""
    return Shape(JsonType.OBJECT, kind=kind)


def members_of(kind: type[Any]) -> tuple[Member, ...]:
    """Return what `as_document` makes of a dataclass: its fields, then its derived truths.

    What a finding calls the resource is left out: the fact holds every part of it. Raises TypeError for a field that
    plain data cannot hold.
    """
    if kind not in _known:
        _known[kind] = _members(kind)
    return _known[kind]


def _members(kind: type[Any]) -> tuple[Member, ...]:
    hints = get_type_hints(kind)
    read = [Member(each.name, _shape(hints[each.name])) for each in fields(kind)]
    return (*read, *_derived(kind))


def as_document(fact: Any) -> dict[str, Any]:  # noqa: ANN401 - any dataclass of the domain
    """Return a fact as plain data: objects, lists, texts, numbers, true, false and null."""
    return {each.name: _plain(getattr(fact, each.name)) for each in members_of(type(fact))}


def parts_of(kind: type[Any]) -> Iterator[type[Any]]:
    """Yield a kind and the kinds of all its parts, each once, outermost first."""
    seen, waiting = set[type[Any]](), [kind]
    while waiting:
        each = waiting.pop(0)
        if each not in seen:
            seen.add(each)
            yield each
            waiting += [part for member in members_of(each) if (part := _innermost(member.shape).kind)]


def _derived(kind: type[Any]) -> Iterator[Member]:
    truths = {name: value for each in reversed(kind.__mro__) for name, value in vars(each).items()}
    for name, value in truths.items():
        if not isinstance(value, property) or name.startswith("_"):
            continue
        hint = get_type_hints(value.fget)["return"]
        if hint is not Resource:
            yield Member(name, _shape(hint), " ".join((value.__doc__ or "").split()))


def _shape(hint: Any) -> Shape:  # noqa: ANN401 - any annotation
    if hint in _SIMPLE:
        return Shape(_SIMPLE[hint])
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType) and NoneType in arguments:
        (inner,) = (_shape(each) for each in arguments if each is not NoneType)
        return Shape(inner.word, True, inner.of, inner.kind)  # noqa: FBT003 - the second field of a shape
    if origin in (tuple, frozenset):
        return Shape(JsonType.LIST, of=_shape(arguments[0]))
    if origin is Mapping:
        return Shape(JsonType.MAP, of=_shape(arguments[1]))
    if hasattr(hint, "__dataclass_fields__"):
        return shape_of(hint)
    message = f"{hint!r} has no place in plain data"
    raise TypeError(message)


_known: dict[type[Any], tuple[Member, ...]] = {}
_SIMPLE: Mapping[Any, JsonType] = {
    str: JsonType.TEXT,
    int: JsonType.NUMBER,
    bool: JsonType.BOOLEAN,
    datetime: JsonType.TIME,
}


def _innermost(shape: Shape) -> Shape:
    return _innermost(shape.of) if shape.of else shape


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a fact holds
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    return _time(value) if isinstance(value, datetime) else as_document(value)


def _time(moment: datetime) -> str:
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
