"""Settings text and overrides into `Settings`."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from auditor.domain.check import Check
from auditor.domain.errors import ConfigError, Problem
from auditor.settings.fields import NOUNS
from auditor.settings.model import Settings, SettingsFile
from auditor.settings.overrides import Override, apply_overrides, undecodable
from auditor.settings.parameters import read_parameters
from auditor.settings.selection import select_checks, selection_problems
from auditor.yaml_files import Document, explain, parse_with_duplicates


def load(text: str | None, source: str, overrides: Mapping[str, Override], checks: Sequence[Check[Any]]) -> Settings:
    """Return the settings of a run. Raises ConfigError with every problem.

    `text` is None if there is no file; `source` is the file's name in messages. `overrides` are keyed by dotted path,
    for example `limits.workers`; their texts are converted to the type of the setting, lists are split at commas.
    `checks` are all known checks.
    """
    document, duplicates = _document(text, source)
    if overrides:
        document = apply_overrides(document, overrides, SettingsFile.model_json_schema())
    checks_by_id = {check.id: check for check in checks}
    file, problems = _validate(document)
    parameters, parameter_problems = read_parameters(document, checks_by_id)
    problems += duplicates
    problems += undecodable(overrides)
    problems += document.without_value()
    problems += selection_problems(document, checks_by_id)
    problems += parameter_problems
    if problems or file is None:
        raise ConfigError(problems)
    enabled = select_checks(file.checks, checks_by_id)
    if not enabled:
        message = "no check is left to run"
        raise ConfigError([document.problem(("checks", "exclude"), message, "Exclude less, or include more.")])
    digest = hashlib.sha256((text or "").encode("utf-8", "surrogatepass")).hexdigest()
    return Settings.from_file(file, enabled, {check.id: parameters[check.id] for check in enabled}, digest)


def _document(text: str | None, source: str) -> tuple[Document, list[Problem]]:
    if text is None:
        return Document.empty(source), []
    document, duplicates = parse_with_duplicates(text, source)
    if not isinstance(document.data, dict):
        problem = document.problem((), "is not a settings file", "Write keys such as `output:` and `limits:`.")
        raise ConfigError([problem, *duplicates])
    return document, duplicates


def _validate(document: Document) -> tuple[SettingsFile | None, list[Problem]]:
    try:
        # In JSON mode a strict model still takes a list for a tuple and a text for an enum.
        return SettingsFile.model_validate_json(json.dumps(document.data)), []
    except ValidationError as error:
        errors: Any = error.errors(include_url=False)
        return None, explain(errors, document, SettingsFile.model_json_schema(), NOUNS)
