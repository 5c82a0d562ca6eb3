"""The possible values of unresolved members.

A member with few possible values is tried with each of them. A member that can have any value is tried with two
samples, only to find out which parts of a fact depend on it: checks then see a symbolic value in these places.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import product
from math import prod
from typing import Any

from auditor.iac.unresolved import ABSENT, OpenText, Unresolved
from auditor.yaml_files import quote

_START, _MIDDLE, _END = "\ue000", "\ue001", "\ue002"
_MARKED = re.compile(f"{_START}([^{_START}-{_END}]*){_MIDDLE}([a-z]*)([0-9a-f]*){_END}")
_ANY_MARK = re.compile(f"[{_START}-{_END}]")
_ONLY_TEXT = re.compile(f"[^{_START}-{_END}]*")
#: CloudFormation puts the secret itself in its place.
_SECRET_REFERENCE = re.compile(r"\{\{resolve:(?:secretsmanager|ssm-secure):")
#: Texts that are tried for a member with known parts, at most.
_MAX_TEXTS = 60


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
    word is not known to be harmless. `filled`: texts that are not empty if they are present. `secrets`: members whose
    value may be a secret, with two values: one that secret detection ignores, and one that it detects.
    `secret_maps`: maps whose members may be secrets, except those with a key that starts like one of `harmless_keys`.
    `resolved_secret`: a value that it detects, instead of a secret that CloudFormation resolves.
    """

    options: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    objects: Mapping[str, Any] = field(default_factory=dict)
    samples: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    qualified: frozenset[str] = frozenset()
    secrets: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    secret_maps: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    harmless_keys: tuple[str, ...] = ()
    resolved_secret: str = ""
    filled: frozenset[str] = frozenset()
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def possible_values(self, unresolved: Unresolved, key: str, parent: str) -> PossibleValues:
        """Return the possible values of the member `key` of an object that is, or is an item of, `parent`."""
        name = self._name(key, parent)
        if secrets := self._secret_values(name, key, parent):
            if unresolved.approximation is not None:
                return PossibleValues(name, (unresolved.approximation,))
            reference = _SECRET_REFERENCE.search(unresolved.identity or unresolved.expression)
            return PossibleValues(name, (self.resolved_secret,) if reference else secrets)
        if unresolved.choices and name not in self.samples and self._are_words(name, unresolved.choices):
            return PossibleValues(name, unresolved.choices)
        if name in self.options:
            options = self.options[name]
            if len(unresolved.parts) > 1:
                options = texts_from(unresolved.parts, options, only_options=name in self.words)
            return PossibleValues(name, options)
        if name in self.objects:
            return PossibleValues(name, (ABSENT, AnyValue.FIRST), (self.objects[name], ABSENT))
        return PossibleValues(name, samples=self.samples.get(name))

    def is_text(self, unresolved: Unresolved, key: str, parent: str) -> bool:
        """Whether a member is a text that can have any value."""
        name = self._name(key, parent)
        if self._secret_values(name, key, parent):
            return False
        listed = (self.options, self.objects, self.samples, self.words)
        return not any(name in table for table in listed) and (not unresolved.choices or bool(unresolved.parts))

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

    def _secret_values(self, name: str, key: str, parent: str) -> tuple[str, ...]:
        """Return the two values of a member that may be a secret; nothing for other members."""
        if parent in self.secret_maps and name not in self.options and not key.startswith(self.harmless_keys):
            return self.secret_maps[parent]
        return self.secrets.get(name, ())

    def _name(self, key: str, parent: str) -> str:
        return f"{parent}.{key}" if key in self.qualified else key


@dataclass(frozen=True, slots=True)
class Marked:
    """An open part of a text in a fact; `code` tells what is known of it, and `digest` identifies its value."""

    code: str
    digest: str

    @property
    def is_name(self) -> bool:
        """Whether the part has no separators."""
        return "n" in self.code

    @property
    def is_unique(self) -> bool:
        """Whether it differs from all other unique parts."""
        return "u" in self.code

    @property
    def can_be_empty(self) -> bool:
        """Whether the part can be empty."""
        return not self.code

    def lower(self) -> Marked:
        """Return the part in lower case, which is another value."""
        return Marked(self.code, f"{self.digest}-lower" if not self.digest.endswith("-lower") else self.digest)


def mark(expression: str, part: OpenText | None = None, *, is_filled: bool = False) -> str:
    """Return an expression, or an open part of it, as a string that does not occur in documents.

    With `is_filled`, the part is not empty.
    """
    part = part or OpenText(expression)
    code = ("n" if part.is_name else "") + ("u" if part.is_unique else "") + ("f" if is_filled else "")
    digest = hashlib.blake2b(part.identity.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    text = "".join(_ONLY_TEXT.findall(expression))
    return f"{_START}{text}{_MIDDLE}{code}{digest}{_END}"


def unmark(text: str) -> str:
    """Return a string with its marked expressions as they are in the file."""
    return _ANY_MARK.sub("", _MARKED.sub(lambda match: match[1], text))


def marked_parts(text: str) -> tuple[str | Marked, ...]:
    """Return the known and the open parts of a text of a fact; nothing if its marks are not complete."""
    parts: list[str | Marked] = []
    end = 0
    for match in _MARKED.finditer(text):
        parts += [text[end : match.start()], Marked(match[2], match[3])]
        end = match.end()
    parts.append(text[end:])
    is_complete = all(isinstance(part, Marked) or _ONLY_TEXT.fullmatch(part) for part in parts)
    return tuple(part for part in parts if part) if is_complete else ()


def texts_from(parts: tuple[str | OpenText, ...], options: tuple[Any, ...], *, only_options: bool) -> tuple[Any, ...]:
    """Return the options that a text with these parts can be, and texts with options instead of its open parts.

    With `only_options`, there are no other values.
    """
    pattern = "".join(re.escape(part) if isinstance(part, str) else ".*" for part in parts)
    texts = [option for option in options if isinstance(option, str)]
    matching = [text for text in texts if re.fullmatch(pattern, text, re.DOTALL)]
    if only_options:
        return tuple(matching) or options
    candidates = [(part,) if isinstance(part, str) else part.choices or ("", *texts) for part in parts]
    if prod(map(len, candidates)) > _MAX_TEXTS:
        return options
    return tuple(dict.fromkeys((*matching, *map("".join, product(*candidates)))))
