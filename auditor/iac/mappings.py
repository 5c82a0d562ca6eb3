"""Values of `Fn::FindInMap`, of which a key may be unknown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auditor.iac.substitution import is_scalar, to_text
from auditor.iac.unresolved import Unresolved

_MAX_VALUES = 50


def map_values(mappings: Mapping[str, Any], keys: Sequence[object]) -> tuple[list[Any], bool]:
    """Return all values that a path of keys can lead to, and whether every possible path leads to one.

    The values are empty if there are too many, or if a function can add others during deployment.
    """
    level: list[Any] = [mappings]
    is_complete = True
    for key in keys:
        following: list[Any] = []
        for entries in level:
            if not isinstance(entries, dict) or any(str(name).startswith("Fn::") for name in entries):
                return [], False
            names, only_names = _possible_keys(key, entries)
            is_complete = is_complete and only_names and all(name in entries for name in names)
            following += [entries[name] for name in names if name in entries]
        level = following
        if len(level) > _MAX_VALUES:
            return [], False
    return level, is_complete


def _possible_keys(key: object, entries: Mapping[str, Any]) -> tuple[Iterable[str], bool]:
    """Return the keys that a value can be, and whether it can be no other."""
    if is_scalar(key):
        return (to_text(key),), True
    if isinstance(key, Unresolved) and key.choices and all(map(is_scalar, key.choices)):
        return tuple(map(to_text, key.choices)), True
    # Another key makes the deployment fail, unless there is a default value.
    return tuple(entries), False


def is_choice(value: object) -> bool:
    """Whether a value of a mapping is a scalar or a list of scalars."""
    return is_scalar(value) or (isinstance(value, list) and all(map(is_scalar, value)))


def as_choice(value: Any) -> Any:
    """Return a value of a mapping as one of the choices of an unresolved value."""
    return tuple(map(to_text, value)) if isinstance(value, list) else to_text(value)
