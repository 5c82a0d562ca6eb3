"""Access to JSON data whose shape nothing guarantees."""

import json
from collections.abc import Iterator, Mapping
from typing import Any


def as_mapping(value: object) -> Mapping[str, Any]:
    """Return `value` if it is an object, or else an empty mapping."""
    return value if isinstance(value, dict) else {}


def objects_in(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield the objects in `value` if it is a list."""
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item


def decode_json(text: str) -> Any:
    """Return the value of a JSON text, or the text itself if it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
