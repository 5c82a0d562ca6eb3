"""The models as JSON Schemas."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from auditor.archive import row_schema
from auditor.domain.fact import usage_types
from auditor.inventory.native import InventoryFile
from auditor.settings.model import SettingsFile
from auditor.yaml_checks.file import CheckFile

_ROWS: tuple[Any, ...] = (
    row_schema.AccountRow,
    row_schema.ResourceRow,
    row_schema.EvidenceRow,
    row_schema.IntroductionRow,
    row_schema.LifecycleRow,
    row_schema.FindingRow,
    row_schema.CoverageRow,
)
_FILES: dict[str, type[BaseModel]] = {"inventory": InventoryFile, "settings": SettingsFile, "check": CheckFile}
_TITLES = {
    "inventory": "auditor inventory",
    "settings": "auditor settings",
    "check": "auditor check",
    "finding": "auditor finding",
    "coverage": "auditor coverage",
}


def generate(name: str) -> str:
    """The schema of `name`, one of `NAMES`, as JSON text."""
    return json.dumps(_schema(name), indent=2, ensure_ascii=False) + "\n"


def _schema(name: str) -> dict[str, Any]:
    schema = _body(name)
    head = {"$schema": GenerateJsonSchema.schema_dialect, "title": _TITLES[name]}
    return {**head, **{key: value for key, value in schema.items() if key != "title"}}


def _body(name: str) -> Any:  # noqa: ANN401 - JSON
    if name in _FILES:
        return _tidy(_without_null(_FILES[name].model_json_schema()))
    return _tidy(_row_schema(row_schema.FindingRow if name == "finding" else row_schema.CoverageRow))


def _row_schema(row: type[Any]) -> dict[str, Any]:
    """Rows are plain dataclasses; their descriptions are the sentences below their fields."""
    for each in _ROWS:
        each.__pydantic_config__ = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    schema = TypeAdapter(row).json_schema()
    if "usage" in schema["properties"]:
        schema["properties"]["usage"] = _usage_schema()
    return schema


def _usage_schema() -> dict[str, Any]:
    """Return the schema of `usage`: the shape of one of the services, or null."""
    types = sorted(set(usage_types().values()), key=lambda usage: usage.__name__)
    for usage in types:
        usage.__pydantic_config__ = ConfigDict(extra="forbid", use_attribute_docstrings=True)  # type: ignore[attr-defined] # pydantic reads it
    shapes = [TypeAdapter(usage).json_schema(mode="serialization") for usage in types]
    description = "What uses the resource; null if that was not examined or the resource has no usage."
    return {"description": description, "anyOf": [*shapes, {"type": "null"}]}


def _without_null(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """In the files that operators write, a key is there with a value or not at all."""
    if isinstance(schema, list):
        return [_without_null(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: _without_null(value) for key, value in schema.items() if not (key == "default" and value is None)}
    options = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**rest, **options[0]} if len(options) == 1 else {**rest, "anyOf": options} if options else rest


def _tidy(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """Without the titles that only repeat the keys."""
    if isinstance(schema, list):
        return [_tidy(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: _tidy(each) for name, each in value.items()} if key in ("properties", "$defs") else _tidy(value)
        for key, value in schema.items()
        if key != "title"
    }
