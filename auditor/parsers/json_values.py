"""Read values out of an answer, or say precisely which one is not what the API documents.

The readers are total: whatever the value, they return what they promise or raise `Malformed`. Messages name places and
types, never values, because an answer may hold secrets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE_NUMBERS = range(-(2**63), 2**63)

_NAMES: Mapping[type, str] = {
    type(None): "null",
    bool: "a truth value",
    int: "a number",
    float: "a number",
    str: "text",
    dict: "an object",
    list: "a list",
}


class MalformedValue(ValueError):  # noqa: N818 - it describes the answer, and no caller ends on it
    """Part of an answer is not what the API documents. `path` says which part, `what` what is wrong with it."""

    def __init__(self, path: str, what: str) -> None:
        """Keep the two apart, so that a gap can show both."""
        super().__init__(f"{path}: {what}")
        self.path = path
        self.what = what


def as_object(value: object, path: str) -> Mapping[str, Any]:
    """`value`, when it is a JSON object."""
    if isinstance(value, Mapping):
        return value
    raise _unexpected(path, "an object", value)


def objects(value: object, path: str) -> tuple[tuple[Mapping[str, Any], str], ...]:
    """Each object of a list with its own path; none where `value` is None."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise _unexpected(path, "a list of objects", value)
    paths = [f"{path}[{index}]" for index in range(len(value))]
    return tuple((as_object(each, place), place) for each, place in zip(value, paths, strict=True))


def optional_object(value: object, path: str) -> Mapping[str, Any]:
    """`value`, when it is a JSON object; an empty one where it is None."""
    return {} if value is None else as_object(value, path)


def string_list(value: object, path: str) -> tuple[str, ...]:
    """Each text of a list, empty ones too, as templates leave them behind; none where `value` is None."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise _unexpected(path, "a list of texts", value)
    for index, each in enumerate(value):
        if not isinstance(each, str):
            raise _unexpected(f"{path}[{index}]", "text", each)
    return tuple(value)


def text(value: object, path: str) -> str:
    """`value`, when it is text and not empty."""
    if isinstance(value, str) and value:
        return value
    raise _unexpected(path, "text that is not empty", value)


def optional_text(value: object, path: str) -> str | None:
    """`value`, when it is text (empty or not) or None."""
    if value is None or isinstance(value, str):
        return value
    raise _unexpected(path, "text or null", value)


def text_or_number(value: object, path: str) -> str | None:
    """As `optional_text`, but a whole number is taken for its decimal digits, as ECS itself does on registration."""
    if isinstance(value, int) and not isinstance(value, bool) and value in _WHOLE_NUMBERS:
        return str(value)
    return optional_text(value, path)


def boolean(value: object, path: str) -> bool:
    """`value`, when it is a truth value; the words true and false in any case count as such, None as False."""
    if value is None or isinstance(value, bool):
        return bool(value)
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise _unexpected(path, "true or false", value)


def positive_int(value: object, path: str) -> int:
    """`value`, when it is a whole number from 1 to 2147483647: what the API calls an integer, counted from 1."""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 2**31:
        return int(value)
    raise _unexpected(path, "a whole number from 1 to 2147483647", value)


def non_negative_int(value: object, path: str) -> int | None:
    """`value`, when it is a whole number from 0 to 2147483647, or None; as text where a template has written it so."""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value[:11])
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31):
        return None if value is None else int(value)
    raise _unexpected(path, "a whole number from 0 to 2147483647", value)


def timestamp(value: object, path: str) -> datetime | None:
    """`value` in UTC, when it is a time: a datetime (UTC where it names no zone), epoch seconds, or ISO 8601 text."""
    if value is None:
        return None
    try:
        return _moment(value)
    except (TypeError, ValueError, OverflowError, OSError):
        raise _unexpected(path, "a time between the years 1 and 9999", value) from None


def tag_map(
    value: Sequence[Mapping[str, Any]] | None, path: str = "tags", keys: tuple[str, str] = ("key", "value")
) -> dict[str, str]:
    """Return a list of tags as a mapping. A tag without a value has the empty one.

    `keys` are the members that hold name and value; most older services write `Key` and `Value`.
    """
    key, text_value = keys
    return {
        text(tag.get(key), f"{tag_path}.{key}"): optional_text(tag.get(text_value), f"{tag_path}.{text_value}") or ""
        for tag, tag_path in objects(value, path)
    }


def _moment(value: object) -> datetime:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(value, str) and _DATE.match(value):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise TypeError
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _unexpected(path: str, expected: str, value: object) -> MalformedValue:
    if value == "":
        return MalformedValue(path, f"expected {expected}, got empty text")
    return MalformedValue(path, f"expected {expected}, got {_NAMES.get(type(value), type(value).__name__)}")
