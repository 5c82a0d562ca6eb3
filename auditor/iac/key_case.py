"""Keys as the API writes them: `containerDefinitions`, where CloudFormation has a capital and Terraform underscores."""

from __future__ import annotations

import re
from typing import Any

from auditor.iac.unresolved import Choice

#: Maps whose keys are the author's own words.
_FREE_MAPS = frozenset({"options", "dockerLabels", "driverOpts", "labels"})
_HEAD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]+")


class Collision(ValueError):  # noqa: N818 - it becomes a problem of the file
    """One member is given twice, in two spellings. `path` leads there."""

    def __init__(self, path: tuple[str | int, ...]) -> None:
        """Keep the place."""
        super().__init__("is given twice, in two spellings")
        self.path = path


def camel(key: str) -> str:
    """Return the API's spelling of one key."""
    head, *rest = [part for part in key.split("_") if part] or [key]
    word = "".join((head, *(part[:1].upper() + part[1:] for part in rest)))
    return _HEAD.sub(lambda match: match[0].lower(), word, count=1) if word[:1].isupper() else word


def as_the_api(value: object, path: tuple[str | int, ...] = (), key: str = "") -> Any:  # noqa: ANN401 - plain data
    """Return `value` with all its keys in the API's spelling. Raises Collision."""
    if isinstance(value, Choice):
        return Choice(value.condition, as_the_api(value.yes, path, key), as_the_api(value.no, path, key))
    if isinstance(value, list):
        return [as_the_api(each, (*path, index), key) for index, each in enumerate(value)]
    if not isinstance(value, dict) or key in _FREE_MAPS:
        return value
    found: dict[str, Any] = {}
    for each, inner in value.items():
        name = camel(str(each))
        if name in found:
            raise Collision((*path, each))
        found[name] = as_the_api(inner, (*path, each), name)
    return found
