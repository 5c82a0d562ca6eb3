"""Strings from other people's accounts, made harmless to look at: nothing unseen, nothing endless."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

#: Long enough for every name and nearly every ARN that AWS accepts.
LIMIT = 200

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def sanitize(text: str, limit: int = LIMIT) -> str:
    r"""Return at most `limit` characters of `text` (and, where it was longer, its length), each one to be seen.

    Control characters, terminal escapes, marks that change the direction of writing, other invisible characters and
    lone surrogates come out as the escape that Python would print, such as `\x1b` or `\u202e`.
    """
    head = text if len(text) <= limit else text[:limit]
    if not head.isprintable():
        head = "".join(char if char.isprintable() else _escape(char) for char in head)
    return head if len(text) <= limit else f"{head}… ({len(text):,} characters)"


def display_width(text: str) -> int:
    """Return the number of terminal columns that printable `text` takes."""
    return cell_len(text)


def truncate(text: str, width: int) -> str:
    """Return printable `text` in at most `width` columns, ending in `...` if something was cut off."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 3).rstrip() + "..."


def _escape(char: str) -> str:
    return _SHORT.get(char) or char.encode("unicode_escape").decode("ascii")
