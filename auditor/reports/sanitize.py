"""Strings from other people's accounts, made harmless to look at: nothing unseen, nothing endless."""

from __future__ import annotations

import unicodedata

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
    """Count the terminal columns that printable `text` takes, at most: where terminals disagree, the wider counts."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def truncate(text: str, width: int) -> str:
    """Return printable `text` in at most `width` columns, ending in `...` where something was cut off."""
    if display_width(text) <= width:
        return text
    kept, room = [], width - 3
    for char in text:
        room -= display_width(char)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "..."


def _escape(char: str) -> str:
    return _SHORT.get(char) or char.encode("unicode_escape").decode("ascii")
