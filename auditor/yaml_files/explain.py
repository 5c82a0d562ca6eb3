"""Validation errors of a model as plain sentences with file, line, path and advice.

The errors are plain mappings (`type`, `loc`, `input`, `ctx`) as pydantic returns them, so that this package does not
depend on pydantic.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from auditor.domain.errors import Problem
from auditor.yaml_files.document import NO_VALUE, Document, Path
from auditor.yaml_files.quoting import kind, quote
from auditor.yaml_files.schema import Schema, description_at, keys_at

_LONGEST_WORD = 100


class FieldError(ValueError):
    """A validator refuses a value. `message` is a sentence without its subject, which is the value's path."""

    def __init__(self, message: str, advice: str = "") -> None:
        """Keep message and advice apart: the position of the value is added between them."""
        super().__init__(message)
        self.message = message
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Noun:
    """The kind of value of a key, if "text" is too general. `advice` may contain `{text}`, the original text."""

    name: str
    advice: str = 'Quote it: "{text}"'


@dataclass(frozen=True, slots=True)
class _Case:
    """One error with the data for its message."""

    kind: str
    path: tuple[str | int, ...]
    value: Any
    text: str
    context: Mapping[str, Any]
    noun: Noun
    schema: Schema


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return `Did you mean x?` for the most similar known word; empty if none is similar."""
    by_folded = {name.casefold(): name for name in known}
    similar = get_close_matches(word.casefold(), by_folded, n=1) if len(word) <= _LONGEST_WORD else []
    return f"Did you mean {quote(by_folded[similar[0]])}?" if similar else ""


def unknown_choice(text: str, choices: Sequence[str]) -> tuple[str, str]:
    """Return message and advice for a text that is not one of the choices."""
    return f"{quote(text)} is not one of {', '.join(choices)}", suggestion(text, choices) or "Choose one of these."


def explain(
    errors: Iterable[Mapping[str, Any]],
    document: Document,
    schema: Schema,
    nouns: Mapping[str, Noun],
    under: Path = (),
) -> list[Problem]:
    """Return one problem per error.

    `schema` is the JSON Schema of the model, `nouns` are the kinds of values by key, and `under` is the path of the
    model's data in the document.
    """
    cases = [(_case(error, document.text_of((*under, *error["loc"])), schema, nouns)) for error in errors]
    return [document.problem((*under, *case.path), *_sentence(case)) for case in cases]


def _case(error: Mapping[str, Any], original: str | None, schema: Schema, nouns: Mapping[str, Noun]) -> _Case:
    path = tuple(error["loc"])
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    return _Case(
        kind=error["type"],
        path=path,
        value=error["input"],
        text=str(error["input"]) if original is None else original,
        context=error.get("ctx", {}),
        noun=nouns.get(key, Noun("text")),
        schema=schema,
    )


def _sentence(case: _Case) -> tuple[str, str]:
    error = case.context.get("error")
    if isinstance(error, FieldError):
        return error.message, error.advice
    if case.value is None:
        return NO_VALUE
    return _SENTENCES.get(case.kind, _other)(case)


def _unknown_key(case: _Case) -> tuple[str, str]:
    *parent, key = case.path
    keys = keys_at(case.schema, parent)
    all_keys = f"Known here: {', '.join(keys)}." if keys else "Nothing can be set here."
    return "is not a known key", suggestion(str(key), keys) or all_keys


def _missing(case: _Case) -> tuple[str, str]:
    advice = description_at(case.schema, case.path)
    return f"{case.path[-1]} is missing", f"Add it. {advice}" if advice else "Add it."


def _not_text(case: _Case) -> tuple[str, str]:
    if isinstance(case.value, dict | list):
        return f"is {kind(case.value)}, not {case.noun.name}", "Write one value."
    return (
        f"{quote(case.text)} is {kind(case.value)}, not {case.noun.name}",
        case.noun.advice.format(text=quote(case.text)),
    )


def _not_a_number(case: _Case) -> tuple[str, str]:
    expected = "a whole number" if case.kind.startswith("int") else "a number"
    if isinstance(case.value, dict | list):
        return f"is {kind(case.value)}, not {expected}", "Write one number."
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", case.text) and isinstance(case.value, str):
        return f"{quote(case.text)} is text, not {expected}", f"Remove the quotes: {quote(case.text)}"
    return (
        f"{quote(case.text)} is not {expected}",
        "Write digits only." if expected == "a whole number" else "Write digits.",
    )


def _not_yes_or_no(case: _Case) -> tuple[str, str]:
    return f"{quote(case.text)} is not true or false", "Write true or false, without quotes."


def _not_a_list(case: _Case) -> tuple[str, str]:
    return f"is {kind(case.value)}, not a list", "Write a list: [one, two]"


def _not_a_mapping(case: _Case) -> tuple[str, str]:
    return f"is {kind(case.value)}, not a mapping", "Write `key: value` lines below it."


def _not_one_of(case: _Case) -> tuple[str, str]:
    return unknown_choice(case.text, re.findall(r"'([^']*)'", str(case.context["expected"])))


def _out_of_bounds(word: str, key: str, advice: str) -> Callable[[_Case], tuple[str, str]]:
    def sentence(case: _Case) -> tuple[str, str]:
        bound = case.context[key]
        return f"{quote(case.text)} is {word} {bound:g}", advice.format(bound=f"{bound:g}")

    return sentence


def _too_short(_case: _Case) -> tuple[str, str]:
    return "is empty", "Give it at least one value, or remove the key."


def _other(case: _Case) -> tuple[str, str]:
    return f"{quote(case.text)} is not valid here", description_at(case.schema, case.path)


_SENTENCES: dict[str, Callable[[_Case], tuple[str, str]]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "string_type": _not_text,
    "int_type": _not_a_number,
    "int_from_float": _not_a_number,
    "float_type": _not_a_number,
    "finite_number": _not_a_number,
    "bool_type": _not_yes_or_no,
    "list_type": _not_a_list,
    "tuple_type": _not_a_list,
    "set_type": _not_a_list,
    "frozen_set_type": _not_a_list,
    "dict_type": _not_a_mapping,
    "model_type": _not_a_mapping,
    "literal_error": _not_one_of,
    "enum": _not_one_of,
    "greater_than": _out_of_bounds("not above", "gt", "Write more than {bound}."),
    "greater_than_equal": _out_of_bounds("less than", "ge", "Write {bound} or more."),
    "less_than": _out_of_bounds("not below", "lt", "Write less than {bound}."),
    "less_than_equal": _out_of_bounds("more than", "le", "Write {bound} or less."),
    "too_short": _too_short,
}
