"""Tables over the rows: columns with types and comments, derived from the JSON Schemas of the rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: Reads a shipped schema by its name.
ReadSchema = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Scalar:
    """`string`, `bigint`, `double` or `boolean`, as Hive calls them."""

    name: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of items of one type."""

    items: Type


@dataclass(frozen=True, slots=True)
class TextMap:
    """A map from text to values of one type, with keys that differ from row to row."""

    values: Type


@dataclass(frozen=True, slots=True)
class Struct:
    """An object with members that are the same in every row."""

    members: Mapping[str, Type]


Type = Scalar | Listing | TextMap | Struct


@dataclass(frozen=True, slots=True)
class Column:
    """A column: one key of a row."""

    name: str
    type: Type
    comment: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table over the objects below one folder of an output. `schema` is the name of the schema of its rows."""

    name: str
    folder: str
    schema: str
    comment: str


#: Every one is partitioned by day: `<folder>/dt=2026-11-23/...`.
TABLES = (
    Table("findings", "findings", "finding", "One verdict of one check on one resource, per run"),
    Table("coverage", "coverage", "coverage", "Whether an account, region and collector was examined, per run"),
    Table(
        "changes", "changes", "change", "Findings whose state differs from the run before, or is still stale, per run"
    ),
    Table("runs", "index", "run", "One row for every run that ended in order"),
)

_SCALARS = {"string": "string", "integer": "bigint", "number": "double", "boolean": "boolean"}


def columns(table: Table, read: ReadSchema) -> tuple[Column, ...]:
    """Return the columns of a table, in the order of the keys of its rows.

    Raises ValueError if a key has no type that is the same in every row: SQL could not query it.
    """
    schema = json.loads(read(table.schema))
    definitions = schema.get("$defs", {})
    return tuple(
        Column(name, _type(part, definitions, name), _comment(part, definitions))
        for name, part in schema["properties"].items()
    )


def _type(schema: Mapping[str, Any], definitions: Mapping[str, Any], path: str) -> Type:
    options = [_resolve(option, definitions) for option in schema.get("anyOf", [schema])]
    options = [option for option in options if option.get("type") != "null"]
    if len(options) == 1:
        return _type_of(options[0], definitions, path)
    # The same member of several services, such as `usage`: one struct with the members of all.
    members: dict[str, Type] = {}
    for option in options:
        part = _type_of(option, definitions, path)
        if not isinstance(part, Struct):
            raise ValueError(f"{path} has values of several types")  # noqa: TRY004 - the schema is wrong, not a value
        for name, kind in part.members.items():
            if members.setdefault(name, kind) != kind:
                raise ValueError(f"{path}.{name} has values of several types")
    return Struct(members)


def _type_of(schema: Mapping[str, Any], definitions: Mapping[str, Any], path: str) -> Type:
    match schema:
        case {"type": "array", "items": items}:
            return Listing(_type(items, definitions, f"{path}[]"))
        case {"type": "object", "properties": properties}:
            return Struct({name: _type(part, definitions, f"{path}.{name}") for name, part in properties.items()})
        case {"type": "object", "additionalProperties": dict() as values}:
            return TextMap(_type(values, definitions, f"{path}{{}}"))
        case {"type": str() as name} if name in _SCALARS:
            return Scalar(_SCALARS[name])
    raise ValueError(f"{path} has no type of a column: {json.dumps(schema)}")


def _resolve(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref", "")
    return definitions[reference.removeprefix("#/$defs/")] if reference else schema


def _comment(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    text = " ".join((schema.get("description") or _resolve(schema, definitions).get("description", "")).split())
    return next(_sentences(text), "")


def _sentences(text: str) -> Iterator[str]:
    yield from (sentence.rstrip(".") for sentence in text.split(". ") if sentence)
