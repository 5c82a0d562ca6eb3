"""Questions to a JSON Schema: which keys are known at a place, what kinds of value, what it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.yaml_files.document import Path

Schema = Mapping[str, Any]


def keys_at(schema: Schema, path: Path) -> list[str]:
    """The keys that a mapping at `path` may hold; empty where they are free."""
    return [key for place in schemas_at(schema, path) for key in place.get("properties", ())]


def kinds_at(schema: Schema, path: Path) -> set[str]:
    """The JSON types that a value at `path` may have."""
    return {place["type"] for place in schemas_at(schema, path) if "type" in place}


def description_at(schema: Schema, path: Path) -> str:
    """What the schema says about `path`, or nothing."""
    return next((place["description"] for place in schemas_at(schema, path) if "description" in place), "")


def schemas_at(schema: Schema, path: Path) -> list[Schema]:
    """Every alternative that the schema has for `path`."""
    places = list(_alternatives(schema, schema))
    for part in path:
        places = [place for parent in places for place in _below(schema, parent, part)]
    return places


def _below(schema: Schema, place: Schema, part: str | int) -> Iterator[Schema]:
    if isinstance(part, int):
        child = place.get("items")
    else:
        child = place.get("properties", {}).get(part, place.get("additionalProperties"))
    if isinstance(child, dict):
        yield from _alternatives(schema, child)


def _alternatives(schema: Schema, place: Schema) -> Iterator[Schema]:
    yield place
    if "$ref" in place:
        yield from _alternatives(schema, schema["$defs"][place["$ref"].rpartition("/")[2]])
    for each in place.get("anyOf", ()):
        yield from _alternatives(schema, each)
