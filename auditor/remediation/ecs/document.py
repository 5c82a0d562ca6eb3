"""The input documents of a registration, and the difference of two without the values of environment variables."""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Mapping
from typing import Any

#: Whose values are secrets more often than not: `splunk-token` and the like.
_SECRET_WORDS = ("token", "password", "secret", "key")
_RESERVED = "aws:"


def registrable(raw: Mapping[str, Any], tags: Any, members: Collection[str]) -> dict[str, Any]:  # noqa: ANN401 - as ECS lists them
    """Return what may be registered of a described definition: those of its members that the request has.

    Its tags go along; not those that AWS itself sets, which ECS refuses to be given.
    """
    document = {key: value for key, value in raw.items() if key in members and key != "tags" and value is not None}
    own = [each for each in tags or () if not str(each.get("key", "")).lower().startswith(_RESERVED)]
    return document | {"tags": own} if own and "tags" in members else document


def written(document: Mapping[str, Any]) -> str:
    """Return a document as JSON, ASCII only and in an order of its own."""
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def difference(old: Mapping[str, Any], new: Mapping[str, Any], names: tuple[str, str]) -> str:
    """Return the unified difference of two documents; values that may be secrets are not in it."""
    before, after = (written(_shown(each)).splitlines(keepends=True) for each in (old, new))
    return "".join(difflib.unified_diff(before, after, *names))


def _shown(document: Mapping[str, Any]) -> dict[str, Any]:
    containers = [_shown_container(each) for each in document.get("containerDefinitions") or ()]
    return {**document, "containerDefinitions": containers}


def _shown_container(container: Mapping[str, Any]) -> dict[str, Any]:
    shown = dict(container)
    if "environment" in shown:
        shown["environment"] = [{"name": each.get("name")} for each in shown["environment"] or ()]
    for key in ("command", "entryPoint"):
        if shown.get(key):
            shown[key] = f"({len(shown[key])} words)"
    logs = shown.get("logConfiguration")
    if isinstance(logs, Mapping) and isinstance(logs.get("options"), Mapping):
        options = {key: "(not shown)" if _is_secret(key) else value for key, value in logs["options"].items()}
        shown["logConfiguration"] = {**logs, "options": options}
    return shown


def _is_secret(key: str) -> bool:
    return any(word in key.lower() for word in _SECRET_WORDS)
