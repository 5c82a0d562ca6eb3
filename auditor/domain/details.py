"""Details of evidence as text: rows hold maps of text, so that every file has the same types."""

import json

from auditor.domain.check import Detail

_BOOLEANS = {"true": True, "false": False}


def detail_text(value: Detail) -> str | None:
    """Return a detail as text: text as it is, `true` or `false`, digits, or a JSON list; None if it is absent."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return json.dumps(list(value), ensure_ascii=False, separators=(",", ":"))
    return str(value).lower()


def detail_value(text: str) -> Detail:
    """Return the detail that `detail_text` wrote. Digits stay text: both are shown alike."""
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text.startswith("["):
        return text if (texts := _texts(text)) is None else texts
    return text


def _texts(text: str) -> tuple[str, ...] | None:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    listed = isinstance(values, list) and all(isinstance(value, str) for value in values)
    return tuple(values) if listed else None
