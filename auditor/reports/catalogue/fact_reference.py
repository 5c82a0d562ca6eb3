"""`auditor checks --facts`: the members that YAML checks can read, generated from the facts of the domain."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from textwrap import fill
from typing import Any

from auditor.domain.fact import fact_kinds
from auditor.yaml_checks.model import MAYBE_UNREAD, members_of, parts_of

_WIDTH = 100
_JSON_NAMES = {"None": "null", "True": "true", "False": "false"}
_PYTHON_NAME = re.compile(r"\b(None|True|False)\b")
_INTRODUCTION = (
    "Members that the expressions of a YAML check can read. A check judges one of the kinds of resource below; the "
    "members of nested objects, and of objects in lists, are listed further down."
)
_UNREAD = (
    f"{', '.join(sorted(MAYBE_UNREAD))} can be unavailable. An expression that reads an unavailable member, or that "
    "compares values other than numbers with < or >, evaluates to UNKNOWN."
)


def reference() -> str:
    """Return the complete page, with a newline at its end."""
    names = {kind: name for name, kind in fact_kinds().items()}
    parts = [part for kind in names for part in parts_of(kind) if part not in names]
    sections = [_section(kind, names.get(kind, "")) for kind in (*names, *dict.fromkeys(parts))]
    return "\n\n".join([*(fill(text, _WIDTH) for text in (_INTRODUCTION, _UNREAD)), *sections]) + "\n"


def _section(kind: type[Any], name: str) -> str:
    title = f"resource: {name} ({kind.__name__})" if name else kind.__name__
    members = members_of(kind)
    width = max(len(member.name) for member in members)
    lines = [title, "-" * len(title), *(_wrap(paragraph, 2) for paragraph in _paragraphs(kind)), ""]
    for member in members:
        lines.append(f"  {member.name:{width}}  {member.shape}")
        if member.description:
            lines.append(_wrap(member.description, width + 6))
    return "\n".join(lines)


def _paragraphs(kind: type[Any]) -> Iterator[str]:
    """Yield the docstring paragraphs of a dataclass and its bases, with JSON's names for None, True and False."""
    for base in kind.__mro__:
        if is_dataclass(base):
            for paragraph in inspect.cleandoc(base.__doc__ or "").split("\n\n"):
                yield _PYTHON_NAME.sub(lambda match: _JSON_NAMES[match.group()], " ".join(paragraph.split()))


def _wrap(text: str, indent: int) -> str:
    return fill(text, _WIDTH, initial_indent=" " * indent, subsequent_indent=" " * indent)
