"""Queries to a JSON Schema: the keys, types and description at a path."""

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.yaml_files.document import Path

Schema = Mapping[str, Any]


def keys_at(schema: Schema, path: Path) -> list[str]:
    """Return the keys that a mapping at `path` may have; empty if any key is allowed."""
    return [key for subschema in schemas_at(schema, path) for key in subschema.get("properties", ())]


def kinds_at(schema: Schema, path: Path) -> set[str]:
    """Return the JSON types that a value at `path` may have."""
    return {subschema["type"] for subschema in schemas_at(schema, path) if "type" in subschema}


def description_at(schema: Schema, path: Path) -> str:
    """Return the description of `path`; empty if there is none."""
    subschemas = schemas_at(schema, path)
    return next((subschema["description"] for subschema in subschemas if "description" in subschema), "")


def schemas_at(schema: Schema, path: Path) -> list[Schema]:
    """Return every alternative subschema for `path`."""
    subschemas = list(_alternatives(schema, schema))
    for part in path:
        subschemas = [child for parent in subschemas for child in _children(schema, parent, part)]
    return subschemas


def _children(schema: Schema, parent: Schema, part: str | int) -> Iterator[Schema]:
    if isinstance(part, int):
        child = parent.get("items")
    else:
        child = parent.get("properties", {}).get(part, parent.get("additionalProperties"))
    if isinstance(child, dict):
        yield from _alternatives(schema, child)


def _alternatives(schema: Schema, subschema: Schema) -> Iterator[Schema]:
    yield subschema
    if "$ref" in subschema:
        yield from _alternatives(schema, schema["$defs"][subschema["$ref"].rpartition("/")[2]])
    for alternative in subschema.get("anyOf", ()):
        yield from _alternatives(schema, alternative)
