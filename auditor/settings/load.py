"""Settings text and overrides into `Settings`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from auditor.domain.check import Check, Severity, Status
from auditor.domain.errors import ConfigError, Problem
from auditor.settings.fields import NOUNS
from auditor.settings.file import EncryptionSection, LimitsSection, SettingsFile
from auditor.settings.parameters import parameters_of
from auditor.settings.selection import of_frameworks, select, selection_problems
from auditor.settings.values import Encryption, Limits, Override, Settings
from auditor.yaml_files import Document, explain, kinds_at, parse_with_duplicates, resolve


def load(text: str | None, source: str, overrides: Mapping[str, Override], checks: Sequence[Check[Any]]) -> Settings:
    """Read the settings. `text` is None where there is no file, and `source` its name in messages.

    `overrides` are laid over the file, by dotted path such as `limits.workers`; a text is read as what the setting
    takes, lists split at commas, and problems name the override's source. `checks` are all that there are. Raises
    ConfigError with every problem.
    """
    document, slips = _document(text, source)
    document = _overlaid(document, overrides)
    known = {check.id: check for check in checks}
    file, problems = _validated(document)
    problems += slips
    problems += _undecodable(overrides)
    problems += document.without_value()
    problems += selection_problems(document, known)
    parameters, wrong = parameters_of(document, known)
    problems += wrong
    if problems or file is None:
        raise ConfigError(problems)
    enabled = of_frameworks(file.checks.frameworks, select(file.checks.include, file.checks.exclude, known))
    if not enabled:
        raise ConfigError(list(_nothing_left(document)))
    digest = hashlib.sha256((text or "").encode("utf-8", "surrogatepass")).hexdigest()
    return _settings(file, enabled, parameters, digest)


def _document(text: str | None, source: str) -> tuple[Document, list[Problem]]:
    if text is None:
        return Document.empty(source), []
    document, slips = parse_with_duplicates(text, source)
    if not isinstance(document.data, dict):
        raise ConfigError(
            [document.problem((), "is not a settings file", "Write keys such as `output:` and `limits:`."), *slips]
        )
    return document, slips


def _overlaid(document: Document, overrides: Mapping[str, Override]) -> Document:
    if not overrides:
        return document
    schema = SettingsFile.model_json_schema()
    for dotted, override in overrides.items():
        if _is_undecodable(override.value):
            continue
        path = dotted.split(".")
        value = _read_as(override.value, kinds_at(schema, path))
        document = document.overridden(path, value, override.source)
    return document


def _read_as(value: object, kinds: set[str]) -> object:
    """A text from a flag or variable as what the setting takes; what cannot be is left for the model to refuse."""
    if not isinstance(value, str):
        return value
    if "array" in kinds:
        return [part.strip() for part in value.split(",") if part.strip()]
    return resolve(value) if kinds and "string" not in kinds else value


def _undecodable(overrides: Mapping[str, Override]) -> Iterator[Problem]:
    for override in overrides.values():
        if _is_undecodable(override.value):
            yield Problem(override.source, 0, "", "holds bytes that are not UTF-8", "Set the locale to one with UTF-8.")


def _is_undecodable(value: object) -> bool:
    """Whether bytes that are not UTF-8 hide in a text as lone surrogates, as the operating system hands them over."""
    texts = value if isinstance(value, list | tuple) else [value]
    return any(isinstance(text, str) and any("\ud800" <= char <= "\udfff" for char in text) for text in texts)


def _validated(document: Document) -> tuple[SettingsFile | None, list[Problem]]:
    try:
        # In JSON mode a strict model still takes a list for a tuple.
        return SettingsFile.model_validate_json(json.dumps(document.data)), []
    except ValidationError as error:
        errors: Any = error.errors(include_url=False)
        return None, explain(errors, document, SettingsFile.model_json_schema(), NOUNS)


def _nothing_left(document: Document) -> Iterator[Problem]:
    path = ("checks", "exclude")
    yield document.problem(path, "no check is left to run", "Exclude less, or include more.")


def _settings(
    file: SettingsFile, enabled: tuple[Check[Any], ...], parameters: Mapping[str, Any], digest: str
) -> Settings:
    return Settings(
        checks=enabled,
        parameters={check.id: parameters[check.id] for check in enabled},
        output=file.output,
        limits=_limits(file.limits),
        fail_on=None if file.fail_on == "none" else Severity(file.fail_on),
        min_coverage=file.min_coverage,
        emit=tuple(Status(word) for word in file.emit),
        bucket_owner=file.bucket_owner,
        sse=_encryption(file.sse) if file.sse else None,
        spool=file.spool,
        sha256=digest,
        revisions=file.revisions,
        introduced=file.introduced,
    )


def _limits(section: LimitsSection) -> Limits:
    return Limits(
        workers=section.workers,
        processes=section.processes,
        headroom=section.headroom,
        deadline=section.deadline,
        connect_timeout=section.connect_timeout,
        read_timeout=section.read_timeout,
    )


def _encryption(section: EncryptionSection) -> Encryption:
    return Encryption(section.algorithm or "aws:kms", section.kms_key_id)
