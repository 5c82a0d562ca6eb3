"""Make text from audited accounts safe to display: no invisible characters, and a limited length."""

from rich.cells import cell_len, set_cell_size

from auditor.domain.visible import visible

#: Long enough for every name and nearly every ARN that AWS accepts.
LIMIT = 200


def sanitize(text: str, limit: int = LIMIT) -> str:
    """Return at most `limit` characters of `text`, escaped by `visible`. A longer text is followed by its length."""
    head = visible(text if len(text) <= limit else text[:limit])
    return head if len(text) <= limit else f"{head}… ({len(text):,} characters)"


def display_width(text: str) -> int:
    """Return the number of terminal columns that printable `text` occupies."""
    return cell_len(text)


def truncate(text: str, width: int) -> str:
    """Return printable `text` in at most `width` columns, ending in `...` if it was cut."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 3).rstrip() + "..."
