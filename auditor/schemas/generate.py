"""JSON Schemas generated from the models."""

import json
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from auditor.contracts.check_list import CheckListDocument, CheckPageDocument
from auditor.contracts.control import ControlDocument
from auditor.contracts.diff import DiffDocument
from auditor.contracts.document import Document
from auditor.contracts.file_report import FileReportDocument
from auditor.contracts.history import PastFindingRow, TrendDocument
from auditor.contracts.mac import MacDocument
from auditor.contracts.plan import PlanDocument
from auditor.contracts.rows import ChangeRow, CoverageRow, FindingRow
from auditor.contracts.run import ClaimDocument, LatestDocument, ManifestDocument, RunRow
from auditor.contracts.summary import SummaryDocument
from auditor.contracts.verification import VerificationDocument
from auditor.domain.fact import usage_types
from auditor.exceptions.file import ExceptionsFile
from auditor.inventory.native import InventoryFile
from auditor.settings.model import SettingsFile
from auditor.yaml_checks.file import CheckFile

_INPUTS: dict[str, type[BaseModel]] = {
    "inventory": InventoryFile,
    "settings": SettingsFile,
    "exceptions": ExceptionsFile,
    "check": CheckFile,
}
_OUTPUTS: dict[str, type[Document]] = {
    "finding": FindingRow,
    "coverage": CoverageRow,
    "change": ChangeRow,
    "past-finding": PastFindingRow,
    "trend": TrendDocument,
    "diff": DiffDocument,
    "run": RunRow,
    "claim": ClaimDocument,
    "manifest": ManifestDocument,
    "mac": MacDocument,
    "latest": LatestDocument,
    "summary": SummaryDocument,
    "check-list": CheckListDocument,
    "check-page": CheckPageDocument,
    "file-report": FileReportDocument,
    "plan": PlanDocument,
    "control": ControlDocument,
    "verification": VerificationDocument,
}


def generate(name: str) -> str:
    """Return the schema with one of `NAMES` as JSON text."""
    return json.dumps(_schema(name), indent=2, ensure_ascii=False) + "\n"


def _schema(name: str) -> dict[str, Any]:
    schema = _without_titles(_model_schema(name))
    return {"$schema": GenerateJsonSchema.schema_dialect, "title": f"auditor {name}", **schema}


def _model_schema(name: str) -> Any:
    if name in _INPUTS:
        return _without_null(_INPUTS[name].model_json_schema())
    # As serialized: every field is always written, so that all are required.
    schema = TypeAdapter(_OUTPUTS[name]).json_schema(mode="serialization")
    if name == "finding":
        schema["properties"]["usage"]["anyOf"] = [*_usage_schemas(), {"type": "null"}]
    return schema


def _usage_schemas() -> list[dict[str, Any]]:
    """Return the schemas of `usage`, one per service."""
    types = sorted(set(usage_types().values()), key=lambda usage: usage.__name__)
    return [TypeAdapter(usage).json_schema(mode="serialization") for usage in types]


def _without_null(schema: Any) -> Any:
    """Remove null from the accepted values: in the files that operators write, a key has a value or is absent."""
    if isinstance(schema, list):
        return [_without_null(member) for member in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: _without_null(value) for key, value in schema.items() if not (key == "default" and value is None)}
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**rest, **options[0]} if len(options) == 1 else {**rest, "anyOf": options} if options else rest


def _without_titles(schema: Any) -> Any:
    """Remove the titles that only repeat the keys."""
    if isinstance(schema, list):
        return [_without_titles(member) for member in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: (
            {name: _without_titles(member) for name, member in value.items()}
            if key in ("properties", "$defs")
            else _without_titles(value)
        )
        for key, value in schema.items()
        if key != "title"
    }
