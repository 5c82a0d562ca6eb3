"""Values and paths for messages: short and without control characters."""

import re
from collections.abc import Sequence

_LONGEST = 60
_BARE = re.compile(r"[\w.,+*?/:@={}<>!\[\]-]+")


def quote(value: object) -> str:
    """Return a value in one line of printable characters, quoted if necessary and cut after 60 characters."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    cut = text[:_LONGEST] + ("..." if len(text) > _LONGEST else "")
    safe = "".join(char if char.isprintable() else _escape(char) for char in cut)
    return safe if _BARE.fullmatch(safe) else f'"{safe}"'


def quote_path(path: Sequence[str | int]) -> str:
    """Return a path as text: `accounts[2].tags.owner`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{quote(part)}" for part in path).removeprefix(".")


def kind(value: object) -> str:
    """Return the type of a value in the terms of YAML."""
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
