"""Values and paths as messages show them: short, and harmless on a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LONGEST = 60
_BARE = re.compile(r"[\w.,+*?/:@={}<>!\[\]-]+")


def quote(value: object) -> str:
    """`value` in one line of printable characters, quoted where its edges would not be seen, cut after 60."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    cut = text[:_LONGEST] + ("..." if len(text) > _LONGEST else "")
    safe = "".join(char if char.isprintable() else _escape(char) for char in cut)
    return safe if _BARE.fullmatch(safe) else f'"{safe}"'


def quote_path(path: Sequence[str | int]) -> str:
    """`accounts[2].tags.owner`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{quote(part)}" for part in path).removeprefix(".")


def kind(value: object) -> str:
    """What `value` is, in the words of someone who writes YAML."""
    names: dict[type, str] = {
        bool: "a yes/no value",
        int: "a number",
        float: "a number",
        str: "text",
        dict: "a mapping",
    }
    return names.get(type(value), "a list")


def _escape(char: str) -> str:
    return char.encode("unicode_escape", "backslashreplace").decode("ascii")
