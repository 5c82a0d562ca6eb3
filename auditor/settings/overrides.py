"""Values from flags and environment variables, which take the place of those in the settings file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.domain.errors import Problem
from auditor.yaml_files import Document, kinds_at, resolve


@dataclass(frozen=True, slots=True)
class Override:
    """The value of a flag or variable; `source` is its name in messages: `--workers`, `AUDITOR_WORKERS`."""

    value: Any
    source: str


def apply_overrides(document: Document, overrides: Mapping[str, Override], schema: Mapping[str, Any]) -> Document:
    """Return the document with each override at its dotted path; `schema` says which type a text is read as."""
    for dotted, override in overrides.items():
        if _is_undecodable(override.value):
            continue
        path = dotted.split(".")
        value = _read_as(override.value, kinds_at(schema, path))
        document = document.overridden(path, value, override.source)
    return document


def undecodable(overrides: Mapping[str, Override]) -> Iterator[Problem]:
    """Yield a problem for each override whose bytes are not UTF-8."""
    for override in overrides.values():
        if _is_undecodable(override.value):
            yield Problem(override.source, 0, "", "holds bytes that are not UTF-8", "Set the locale to one with UTF-8.")


def _read_as(value: object, kinds: set[str]) -> object:
    """Return a text as one of the JSON types `kinds`; if that is impossible, unchanged for the model to refuse."""
    if not isinstance(value, str):
        return value
    if "array" in kinds:
        return [part.strip() for part in value.split(",") if part.strip()]
    return resolve(value) if kinds and "string" not in kinds else value


def _is_undecodable(value: object) -> bool:
    """Whether a text holds lone surrogates, which stand for bytes that Python could not decode."""
    texts = value if isinstance(value, list | tuple) else [value]
    return any(isinstance(text, str) and any("\ud800" <= char <= "\udfff" for char in text) for text in texts)
