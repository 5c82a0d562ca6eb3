"""The input of a registration, and the difference of two inputs without values that may be secrets."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from auditor.remediation.folder import render_document

#: Log driver options with one of these words in their name often hold secrets, for example `splunk-token`.
_SECRET_WORDS = ("token", "password", "secret", "key")
_RESERVED_PREFIX = "aws:"


def registration_input(
    raw: Mapping[str, Any], tags: Iterable[Mapping[str, Any]], members: Collection[str]
) -> dict[str, Any]:
    """Return the members of a described definition that the registration accepts, and its tags.

    Tags with the reserved prefix are left out: only AWS may set them.
    """
    document = {name: value for name, value in raw.items() if name in members and name != "tags" and value is not None}
    own_tags = [tag for tag in tags if not str(tag.get("key", "")).lower().startswith(_RESERVED_PREFIX)]
    return document | {"tags": own_tags} if own_tags and "tags" in members else document


def difference(old: Mapping[str, Any], new: Mapping[str, Any], names: tuple[str, str]) -> str:
    """Return the unified diff of two documents, without values that may be secrets."""
    before, after = (render_document(_redacted(document)).splitlines(keepends=True) for document in (old, new))
    return "".join(difflib.unified_diff(before, after, *names))


def _redacted(document: Mapping[str, Any]) -> dict[str, Any]:
    containers = [_redacted_container(container) for container in document.get("containerDefinitions") or ()]
    return {**document, "containerDefinitions": containers}


def _redacted_container(container: Mapping[str, Any]) -> dict[str, Any]:
    redacted = dict(container)
    if "environment" in redacted:
        redacted["environment"] = [{"name": variable.get("name")} for variable in redacted["environment"] or ()]
    for key in ("command", "entryPoint"):
        if redacted.get(key):
            redacted[key] = f"({len(redacted[key])} words)"
    logs = redacted.get("logConfiguration")
    if isinstance(logs, Mapping) and isinstance(logs.get("options"), Mapping):
        options = {name: "(not shown)" if _is_secret(name) else value for name, value in logs["options"].items()}
        redacted["logConfiguration"] = {**logs, "options": options}
    return redacted


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET_WORDS)
