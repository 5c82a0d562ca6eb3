"""Make text from audited accounts safe to display: no invisible characters, and a limited length."""

from rich.cells import cell_len, set_cell_size

#: Long enough for every name and nearly every ARN that AWS accepts.
LIMIT = 200

_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def sanitize(text: str, limit: int = LIMIT) -> str:
    r"""Return at most `limit` characters of `text`, all of them visible. A longer text is followed by its length.

    Control characters, terminal escapes, direction marks, other invisible characters and lone surrogates are replaced
    with the escape that Python would print, such as `\x1b` or `\u202e`.
    """
    head = text if len(text) <= limit else text[:limit]
    if not head.isprintable():
        head = "".join(char if char.isprintable() else _escape(char) for char in head)
    return head if len(text) <= limit else f"{head}… ({len(text):,} characters)"


def display_width(text: str) -> int:
    """Return the number of terminal columns that printable `text` occupies."""
    return cell_len(text)


def truncate(text: str, width: int) -> str:
    """Return printable `text` in at most `width` columns, ending in `...` if it was cut."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 3).rstrip() + "..."


def _escape(char: str) -> str:
    return _SHORT_ESCAPES.get(char) or char.encode("unicode_escape").decode("ascii")
