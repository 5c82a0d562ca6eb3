"""Values that only a deployment resolves: unresolved expressions, and values that depend on an unknown condition.

Apart from these, a document is JSON data: dict, list, str, int, float, bool and None.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from auditor.domain.placeholders import find_placeholders, is_filled_in
from auditor.yaml_files import quote


class Absent(Enum):
    """The value of a member that is absent from its object."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class OpenText:
    """A part of a text that only a deployment resolves; equal identities have equal values.

    `choices` are all possible texts if they are known. With `is_name` the text is not empty and has none of `/:@.`.
    With `is_unique` it is the name of a resource that the file creates, which differs from the names of all others.
    """

    identity: str
    choices: tuple[str, ...] = ()
    is_name: bool = False
    is_unique: bool = False


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A value that is not known before deployment.

    `expression` is the text of the file, shortened for messages; `identity` is the complete text: two expressions with
    the same identity have the same value. `choices` are all possible values if the file lists them, a tuple standing
    for a list. `approximation` differs from the value only in names, ARNs and addresses of resources; it is None if
    more than that is unknown. `parts` are the known and the open parts if the value is a text of which something is
    known. `resource` is the name of the resource in the file that the value refers to.
    """

    expression: str
    identity: str = ""
    choices: tuple[Any, ...] = ()
    approximation: str | None = None
    parts: tuple[str | OpenText, ...] = ()
    resource: str = ""

    @property
    def text_parts(self) -> tuple[str | OpenText, ...]:
        """The parts of the value if it is a text: a single open one if nothing is known."""
        choices = self.choices if all(isinstance(choice, str) for choice in self.choices) else ()
        return self.parts or (OpenText(self.identity or self.expression, choices),)


@dataclass(frozen=True, slots=True)
class Conditional:
    """One of two values, depending on a condition that is not known before deployment."""

    condition: str
    if_true: Any
    if_false: Any


def with_placeholders(
    value: object, free_texts: frozenset[str] = frozenset(), *, in_template: bool = False, key: str = ""
) -> Any:
    """Return `value` with each text that contains a placeholder as Unresolved.

    `free_texts` are members whose text a person chooses: there, only what must be a placeholder counts, and nothing in
    templates, whose own functions fill them in.
    """
    if key in free_texts:
        return value if in_template else _with_filled_in(value)
    if isinstance(value, Conditional):
        branches = (value.if_true, value.if_false)
        if_true, if_false = (
            with_placeholders(branch, free_texts, in_template=in_template, key=key) for branch in branches
        )
        return Conditional(value.condition, if_true, if_false)
    if isinstance(value, dict):
        return {
            name: with_placeholders(member, free_texts, in_template=in_template, key=name)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [with_placeholders(item, free_texts, in_template=in_template) for item in value]
    return _split(value, in_template=in_template) if isinstance(value, str) else value


def _with_filled_in(value: object) -> Any:
    if isinstance(value, dict):
        return {key: _with_filled_in(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_with_filled_in(item) for item in value]
    return Unresolved(quote(value), value) if isinstance(value, str) and is_filled_in(value) else value


def _split(text: str, *, in_template: bool) -> str | Unresolved:
    """Return a text with placeholders as Unresolved, with its parts."""
    spans = find_placeholders(text, in_template=in_template)
    if not spans:
        return text
    parts: list[str | OpenText] = []
    end = 0
    for start, stop in spans:
        parts += [text[end:start], OpenText(text[start:stop])]
        end = stop
    return Unresolved(quote(text), text, parts=tuple(part for part in (*parts, text[end:]) if part))
