"""Readers of JSON values: they return the documented type, or say which value has another one.

Every reader accepts any value and either returns what it documents or raises MalformedValue. Messages contain paths and
types, never values, because an answer may contain secrets.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LONG_RANGE = range(-(2**63), 2**63)

_TYPE_NAMES: Mapping[type, str] = {
    type(None): "null",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a string",
    dict: "an object",
    list: "a list",
}


class MalformedValue(ValueError):
    """Part of an answer is not what the API documents. `path` names the part, `problem` says what is wrong with it."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


def as_object(value: object, path: str) -> Mapping[str, Any]:
    """Return `value` if it is an object."""
    if isinstance(value, Mapping):
        return value
    raise _unexpected(path, "an object", value)


def objects(value: object, path: str) -> tuple[tuple[Mapping[str, Any], str], ...]:
    """Return each object of a list with its path; none if `value` is None."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise _unexpected(path, "a list of objects", value)
    paths = [f"{path}[{index}]" for index in range(len(value))]
    return tuple(
        (as_object(member, member_path), member_path) for member, member_path in zip(value, paths, strict=True)
    )


def optional_object(value: object, path: str) -> Mapping[str, Any]:
    """Return `value` if it is an object, or an empty object if it is None."""
    return {} if value is None else as_object(value, path)


def string_list(value: object, path: str) -> tuple[str, ...]:
    """Return the strings of a list, also empty ones; none if `value` is None."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise _unexpected(path, "a list of strings", value)
    for index, member in enumerate(value):
        if not isinstance(member, str):
            raise _unexpected(f"{path}[{index}]", "a string", member)
    return tuple(value)


def text(value: object, path: str) -> str:
    """Return `value` if it is a string that is not empty."""
    if isinstance(value, str) and value:
        return value
    raise _unexpected(path, "a string that is not empty", value)


def optional_text(value: object, path: str) -> str | None:
    """Return `value` if it is a string, also an empty one, or None."""
    if value is None or isinstance(value, str):
        return value
    raise _unexpected(path, "a string or null", value)


def text_or_number(value: object, path: str) -> str | None:
    """Return what `optional_text` returns, or the decimal digits of an integer, as ECS does on registration."""
    if isinstance(value, int) and not isinstance(value, bool) and value in _LONG_RANGE:
        return str(value)
    return optional_text(value, path)


def boolean(value: object, path: str) -> bool:
    """Return a boolean, also from the strings true and false in any case. None is False."""
    if value is None or isinstance(value, bool):
        return bool(value)
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise _unexpected(path, "true or false", value)


def positive_int(value: object, path: str) -> int:
    """Return an integer from 1 to 2147483647, the largest Integer of the API."""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 2**31:
        return int(value)
    raise _unexpected(path, "a whole number from 1 to 2147483647", value)


def non_negative_int(value: object, path: str) -> int | None:
    """Return an integer from 0 to 2147483647 or None. Templates may contain it as a string."""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value[:11])
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31):
        return None if value is None else int(value)
    raise _unexpected(path, "a whole number from 0 to 2147483647", value)


def timestamp(value: object, path: str) -> datetime | None:
    """Return a time in UTC: from a datetime (UTC if it has no zone), epoch seconds, or an ISO 8601 string."""
    if value is None:
        return None
    try:
        return _parse_time(value)
    except (TypeError, ValueError, OverflowError, OSError):
        raise _unexpected(path, "a time between the years 1 and 9999", value) from None


def tag_map(
    value: Sequence[Mapping[str, Any]] | None, path: str = "tags", keys: tuple[str, str] = ("key", "value")
) -> dict[str, str]:
    """Return a list of tags as a mapping. A tag without a value has the empty one.

    `keys` are the members that hold name and value; most older services use `Key` and `Value`.
    """
    key, text_value = keys
    return {
        text(tag.get(key), f"{tag_path}.{key}"): optional_text(tag.get(text_value), f"{tag_path}.{text_value}") or ""
        for tag, tag_path in objects(value, path)
    }


def _parse_time(value: object) -> datetime:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(value, str) and _DATE.match(value):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise TypeError
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _unexpected(path: str, expected: str, value: object) -> MalformedValue:
    if value == "":
        return MalformedValue(path, f"expected {expected}, got an empty string")
    return MalformedValue(path, f"expected {expected}, got {_TYPE_NAMES.get(type(value), type(value).__name__)}")
