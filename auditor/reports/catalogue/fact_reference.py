"""`auditor checks --facts`: what a check without Python may read, told from the domain's own names and sentences."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from textwrap import fill
from typing import Any

from auditor.yaml_checks.model import KINDS, MAYBE_UNREAD, members_of, parts_of

_WIDTH = 100
_JSON = {"None": "null", "True": "true", "False": "false"}
_PYTHON = re.compile(r"\b(None|True|False)\b")
_WHAT = (
    "What the expressions of a check may read. A check is over one of the kinds of fact below; where a member is an "
    "object, or a list of them, look further down for what that holds. Names are the same in every kind."
)
_UNREAD = (
    f"Nobody may have looked at {', '.join(sorted(MAYBE_UNREAD))}: an expression that reads such a member where it "
    "was not read, or that orders something other than two numbers, has no answer, and the verdict is UNKNOWN."
)


def reference() -> str:
    """Return the whole page; ends with a newline."""
    kinds = list(dict.fromkeys(KINDS.values()))
    parts = [part for kind in kinds for part in parts_of(kind) if part not in kinds]
    words = {kind: word for word, kind in KINDS.items()}
    sections = [_section(each, words.get(each, "")) for each in (*kinds, *dict.fromkeys(parts))]
    return "\n\n".join([*(fill(each, _WIDTH) for each in (_WHAT, _UNREAD)), *sections]) + "\n"


def _section(kind: type[Any], word: str) -> str:
    title = f"over: {word} ({kind.__name__})" if word else kind.__name__
    members = members_of(kind)
    width = max(len(each.name) for each in members)
    lines = [title, "-" * len(title), *(_filled(each, 2) for each in _prose(kind)), ""]
    for each in members:
        lines.append(f"  {each.name:{width}}  {each.shape}")
        if each.says:
            lines.append(_filled(each.says, width + 6))
    return "\n".join(lines)


def _prose(kind: type[Any]) -> Iterator[str]:
    """The paragraphs of a docstring, and of what the kind is derived from, in the words of JSON."""
    for each in kind.__mro__:
        if is_dataclass(each):
            for paragraph in inspect.cleandoc(each.__doc__ or "").split("\n\n"):
                yield _PYTHON.sub(lambda match: _JSON[match.group()], " ".join(paragraph.split()))


def _filled(text: str, indent: int) -> str:
    return fill(text, _WIDTH, initial_indent=" " * indent, subsequent_indent=" " * indent)
