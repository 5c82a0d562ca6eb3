"""The parameters of checks: each check's own dataclass says what may be set, and to what."""

from __future__ import annotations

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


def parameters_of(document: Document, checks: Mapping[str, Check[Any]]) -> tuple[dict[str, Any], list[Problem]]:
    """Each known check's parameters by its id, and what is wrong with those that the document sets."""
    parameters = {id_: check.parameters for id_, check in checks.items()}
    problems: list[Problem] = []
    for id_, given in _given(document):
        if id_ not in checks:
            problems.append(unknown_check(document, (*_SECTION, id_), id_, checks))
            continue
        parameters[id_], wrong = _parameters(document, checks[id_], given)
        problems += wrong
    return parameters, problems


def _given(document: Document) -> Iterable[tuple[str, dict[str, Any]]]:
    section: Any = document.data
    for key in _SECTION:
        section = section.get(key) if isinstance(section, dict) else None
    pairs = section.items() if isinstance(section, dict) else ()
    return [(id_, given) for id_, given in pairs if isinstance(given, dict)]


def _parameters(document: Document, check: Check[Any], given: dict[str, Any]) -> tuple[Any, list[Problem]]:
    form: type[Any] = type(check.parameters)
    model = _model(form)
    path = (*_SECTION, check.id)
    try:
        # In JSON mode a strict model takes a list for a tuple and a text for an enum, as it must from a file.
        valid = model.model_validate_json(json.dumps(given))
        return form(**{each.name: getattr(valid, each.name) for each in fields(form)}), []
    except ValidationError as error:
        errors: Any = error.errors(include_url=False)
        return None, explain(errors, document, model.model_json_schema(), {}, under=path)
    except ValueError as error:
        # A dataclass may check its own fields when it is made.
        return None, [document.problem(path, str(error), f"`auditor checks {check.id}` describes them.")]


def _model(form: type[Any]) -> type[BaseModel]:
    hints = get_type_hints(form)
    definitions: dict[str, Any] = {each.name: (hints[each.name], _default(each)) for each in fields(form)}
    return create_model(form.__name__, __config__=ConfigDict(extra="forbid", strict=True), **definitions)


def _default(each: Field[Any]) -> Any:  # noqa: ANN401 - whatever a check's author chose
    return ModelField(default_factory=each.default_factory) if each.default_factory is not MISSING else each.default
