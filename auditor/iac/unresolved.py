"""Values that only a deployment resolves: unresolved expressions, and values that depend on an unknown condition.

Apart from these, a document is JSON data: dict, list, str, int, float, bool and None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from auditor.yaml_files import quote

#: Placeholders that tools and people replace before they use a document.
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}|\{\{.*?\}\}|\$\([^)]*\)|^<[^<>]+>$|^\$[A-Za-z_]\w*$", re.DOTALL)


class Absent(Enum):
    """The value of a member that is absent from its object."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A value that is not known before deployment.

    `expression` is the text of the file, shortened for messages; `identity` is the complete text: two expressions with
    the same identity have the same value. `choices` are all possible values if the file lists them. `approximation`
    differs from the value only in names, ARNs and addresses of resources; it is None if more than that is unknown.
    """

    expression: str
    identity: str = ""
    choices: tuple[str, ...] = ()
    approximation: str | None = None


@dataclass(frozen=True, slots=True)
class Conditional:
    """One of two values, depending on a condition that is not known before deployment."""

    condition: str
    if_true: Any
    if_false: Any


def with_placeholders(value: object) -> Any:
    """Return `value` with each text that contains a placeholder (`${...}`, `{{...}}`, `<...>`) as Unresolved."""
    if isinstance(value, dict):
        return {key: with_placeholders(member) for key, member in value.items()}
    if isinstance(value, list):
        return [with_placeholders(item) for item in value]
    if isinstance(value, str) and _PLACEHOLDER.search(value):
        return Unresolved(quote(value), value)
    return value
