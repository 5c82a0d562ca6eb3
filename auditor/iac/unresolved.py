"""What a file leaves open: expressions that only a deployment can resolve, and branches that only it can choose.

A document with these in it is plain data otherwise: dict, list, str, int, float, bool and None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from auditor.yaml_files import quote

#: What is taken for a place that somebody fills in before the document is used.
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}|\{\{.*?\}\}|\$\([^)]*\)|^<[^<>]+>$|^\$[A-Za-z_]\w*$", re.DOTALL)


class Absent(Enum):
    """The value of what is not there."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not known before deployment. `expression` is how the file writes it, short enough to be shown.

    `identity` is all of it: what is written the same has one value.

    `choices` are all the values that it can have, where the file says so. `likeness` is a text that differs from the
    value only in names, ARNs and addresses of resources, None where more is open.
    """

    expression: str
    identity: str = ""
    choices: tuple[str, ...] = ()
    likeness: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of two values, by a condition that is not known before deployment."""

    condition: str
    yes: Any
    no: Any


def with_placeholders(value: object) -> Any:  # noqa: ANN401 - plain data, and Unknown where a text is to be filled in
    """Return `value` with every text that holds a placeholder (`${...}`, `{{...}}`, `<...>`) as Unknown."""
    if isinstance(value, dict):
        return {key: with_placeholders(each) for key, each in value.items()}
    if isinstance(value, list):
        return [with_placeholders(each) for each in value]
    if isinstance(value, str) and _PLACEHOLDER.search(value):
        return Unknown(quote(value), value)
    return value


def discreet(value: Any, key: str = "") -> Any:  # noqa: ANN401
    """Return `value` without the text of environment variables in its expressions: these are shown."""
    if isinstance(value, Choice):
        return replace(value, yes=discreet(value.yes, key), no=discreet(value.no, key))
    if isinstance(value, list):
        return [discreet(each, key) for each in value]
    if not isinstance(value, dict):
        return value
    if key == "environment" and "value" in value:
        return {**value, "value": _unspoken(value["value"], value.get("name"))}
    return {name: discreet(each, name) for name, each in value.items()}


def _unspoken(value: Any, name: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Choice):
        return replace(value, yes=_unspoken(value.yes, name), no=_unspoken(value.no, name))
    if not isinstance(value, Unknown):
        return value
    called = name.expression if isinstance(name, Unknown) else quote(name)
    return replace(value, expression=f"the value of {called}", identity=value.identity or value.expression)
