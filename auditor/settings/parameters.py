"""The parameters of checks: each check's own dataclass defines which exist and which values they accept."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic import Field as ModelField

from auditor.domain.check import Check
from auditor.domain.errors import Problem
from auditor.settings.selection import unknown_check
from auditor.yaml_files import Document, explain

_SECTION = ("checks", "parameters")


def read_parameters(document: Document, checks: Mapping[str, Check[Any]]) -> tuple[dict[str, Any], list[Problem]]:
    """Return the parameters of all checks by ID, and the problems of those that the document sets."""
    parameters = {check_id: check.parameters for check_id, check in checks.items()}
    problems: list[Problem] = []
    for check_id, values in _sections(document):
        if check_id in checks:
            parameters[check_id], new_problems = _read(document, checks[check_id], values)
            problems += new_problems
        else:
            problems.append(unknown_check(document, (*_SECTION, check_id), check_id, checks))
    return parameters, problems


def _sections(document: Document) -> Iterable[tuple[str, dict[str, Any]]]:
    section: Any = document.data
    for key in _SECTION:
        section = section.get(key) if isinstance(section, dict) else None
    items = section.items() if isinstance(section, dict) else ()
    return [(check_id, values) for check_id, values in items if isinstance(values, dict)]


def _read(document: Document, check: Check[Any], values: dict[str, Any]) -> tuple[Any, list[Problem]]:
    parameters_class: type[Any] = type(check.parameters)
    model = _model(parameters_class)
    path = (*_SECTION, check.id)
    try:
        # In JSON mode a strict model takes a list for a tuple and a text for an enum, as values from a file need.
        valid = model.model_validate_json(json.dumps(values))
        return parameters_class(**{field.name: getattr(valid, field.name) for field in fields(parameters_class)}), []
    except ValidationError as error:
        errors: Any = error.errors(include_url=False)
        return None, explain(errors, document, model.model_json_schema(), {}, under=path)
    except ValueError as error:
        # The dataclass may validate its own fields in __post_init__.
        return None, [document.problem(path, str(error), f"`auditor checks {check.id}` describes them.")]


def _model(parameters_class: type[Any]) -> type[BaseModel]:
    hints = get_type_hints(parameters_class)
    definitions: dict[str, Any] = {
        field.name: (hints[field.name], _default(field)) for field in fields(parameters_class)
    }
    return create_model(parameters_class.__name__, __config__=ConfigDict(extra="forbid", strict=True), **definitions)


def _default(field: Field[Any]) -> Any:  # noqa: ANN401 - of the type that the check's author chose
    return ModelField(default_factory=field.default_factory) if field.default_factory is not MISSING else field.default
