"""Converts keys to the API's spelling: `TaskRoleArn` and `task_role_arn` become `taskRoleArn`."""

import re
from typing import Any

from auditor.iac.unresolved import Conditional

_INITIALS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]+")


class DuplicateMemberError(ValueError):
    """A member is present twice, in two spellings. `path` leads to the second one."""

    def __init__(self, path: tuple[str | int, ...]) -> None:
        super().__init__("is present twice, in two spellings")
        self.path = path


def camel_case(key: str) -> str:
    """Return the API's spelling of one key."""
    head, *rest = [part for part in key.split("_") if part] or [key]
    name = "".join((head, *(part[:1].upper() + part[1:] for part in rest)))
    return _INITIALS.sub(lambda match: match[0].lower(), name, count=1) if name[:1].isupper() else name


def to_api_case(value: object, free_maps: frozenset[str], path: tuple[str | int, ...] = (), key: str = "") -> Any:
    """Return `value`, the member `key` of a document, with all its keys in the API's spelling.

    The keys of `free_maps` (labels, driver options) are the author's, and stay. Raises DuplicateMemberError.
    """
    if isinstance(value, Conditional):
        if_true, if_false = (to_api_case(branch, free_maps, path, key) for branch in (value.if_true, value.if_false))
        return Conditional(value.condition, if_true, if_false)
    if isinstance(value, list):
        return [to_api_case(item, free_maps, (*path, index), key) for index, item in enumerate(value)]
    if not isinstance(value, dict) or key in free_maps:
        return value
    converted: dict[str, Any] = {}
    for original, member in value.items():
        name = camel_case(str(original))
        if name in converted:
            raise DuplicateMemberError((*path, original))
        converted[name] = to_api_case(member, free_maps, (*path, original), name)
    return converted
