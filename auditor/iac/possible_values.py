"""The possible values of unresolved members.

A member with few possible values is tried with each of them. A member that can have any value is tried with two
samples, only to find out which parts of a fact depend on it: checks then see a symbolic value in these places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from auditor.iac.unresolved import ABSENT, Unresolved
from auditor.yaml_files import quote

_MARKS = ("\ue000", "\ue001")


class AnyValue(Enum):
    """Two samples of a member that can have any value. A part of a fact that differs between them depends on it."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class PossibleValues:
    """The possible values of an unresolved member.

    `options` are the values to distinguish, a tuple standing for a list; `AnyValue.FIRST` stands for any value, with
    `samples` in the document.
    """

    member: str
    options: tuple[Any, ...] = (AnyValue.FIRST,)
    samples: tuple[Any, Any] | None = None

    def value(self, option: object, expression: str) -> Any:
        """Return the value in the document for one of the options."""
        if not isinstance(option, AnyValue):
            return list(option) if isinstance(option, tuple) else option
        first, second = self.samples or (mark(expression), mark(f"{expression} "))
        return first if option is AnyValue.FIRST else second


@dataclass(frozen=True, slots=True)
class MemberTables:
    """The members of a service's documents, by key; `key[]` is an item of the list `key`.

    `options`: members with few possible values. `objects`: optional objects, each with a sample that has every member
    that becomes part of a fact. `samples`: two different samples of members that are not strings. `texts`: members that
    the API takes as strings, although templates may contain numbers. `qualified`: keys that mean different things in
    different objects, and are looked up as `parent.key`. `words`: all values of members that have no others; another
    word is not known to be harmless. `secrets`: members whose value may be a secret, with two
    values: one that secret detection ignores, and one that it detects.
    """

    options: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    objects: Mapping[str, Any] = field(default_factory=dict)
    samples: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    qualified: frozenset[str] = frozenset()
    secrets: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def possible_values(self, unresolved: Unresolved, key: str, parent: str) -> PossibleValues:
        """Return the possible values of the member `key` of an object that is, or is an item of, `parent`."""
        name = self._name(key, parent)
        if name in self.secrets:
            approximation = unresolved.approximation
            return PossibleValues(name, self.secrets[name] if approximation is None else (approximation,))
        if unresolved.choices and name not in self.samples and self._are_words(name, unresolved.choices):
            return PossibleValues(name, unresolved.choices)
        if name in self.options:
            return PossibleValues(name, self.options[name])
        if name in self.objects:
            return PossibleValues(name, (ABSENT, AnyValue.FIRST), (self.objects[name], ABSENT))
        return PossibleValues(name, samples=self.samples.get(name))

    def check_word(self, value: str, key: str, parent: str) -> str | Unresolved:
        """Return the value of a member, as unresolved if the API does not know this word."""
        if not value or self._are_words(self._name(key, parent), (value,)):
            return value
        return Unresolved(f"{quote(value)}, which is not a value of {key}", value)

    def _are_words(self, name: str, values: tuple[Any, ...]) -> bool:
        words = self.words.get(name)
        return words is None or all(value in words for value in values)

    def as_text(self, value: object, key: str, parent: str) -> object:
        """Return a number or a boolean as a string if the API takes a string: templates may contain either."""
        if not isinstance(value, bool | int | float) or self._name(key, parent) not in self.texts:
            return value
        return str(value).lower() if isinstance(value, bool) else str(value)

    def _name(self, key: str, parent: str) -> str:
        return f"{parent}.{key}" if key in self.qualified else key


def mark(expression: str) -> str:
    """Return an expression as a string that does not occur in documents."""
    return f"{_MARKS[0]}{expression}{_MARKS[1]}"


def unmark(text: str) -> str:
    """Return a string with its marked expressions as they are in the file."""
    return text.replace(_MARKS[0], "").replace(_MARKS[1], "")
