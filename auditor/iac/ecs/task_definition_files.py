"""Task definitions as they stand in files: bare, wrapped, listed, or only their containers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from auditor.iac.declared import TASK_DEFINITION, Contents, Draft
from auditor.iac.intrinsics import Template
from auditor.iac.key_case import as_the_api, camel
from auditor.iac.unresolved import with_placeholders
from auditor.yaml_files import Document, Node, Path

_CONTAINERS = "containerDefinitions"
_WRAPPERS = frozenset({"taskDefinition", "taskDefinitions"})
#: Beside one of these, a name is that of a container.
_OF_CONTAINERS = frozenset({"image", "essential", "portMappings", "privileged", "user", "memoryReservation", "memory"})


def contents(document: Document) -> Contents | None:
    """Return the task definitions of a file, None where it holds none. Raises Collision."""
    drafts = tuple(_drafts(document, document.data, (), {}))
    return Contents(document.source, drafts) if drafts else None


def _drafts(document: Document, data: object, path: Path, beside: dict[str, Any]) -> Iterator[Draft]:
    """Yield what `data` holds; `beside` are members of the object that wraps it."""
    if isinstance(data, list):
        if any(_is_container(each) for each in data):
            yield _draft(document, {_CONTAINERS: data}, path)
            return
        for index, each in enumerate(data):
            yield from _drafts(document, each, (*path, index), {})
    elif isinstance(data, dict):
        named = {camel(key): key for key in data}
        if _CONTAINERS in named:
            yield _draft(document, {**beside, **data}, path)
            return
        for wrapper in sorted(_WRAPPERS & named.keys()):
            tags = {"tags": data[named["tags"]]} if "tags" in named else {}
            yield from _drafts(document, data[named[wrapper]], (*path, named[wrapper]), tags)


def _is_container(value: object) -> bool:
    names = {camel(key) for key in value} if isinstance(value, dict) else set()
    return bool(names & _OF_CONTAINERS) and _CONTAINERS not in names


def _draft(document: Document, data: dict[str, Any], path: Path) -> Draft:
    resolved = Template({}, {}, {}, {}).resolve(data)
    spelled = as_the_api(resolved, tuple(path))
    if isinstance(spelled.get(_CONTAINERS), str):
        spelled = {**spelled, _CONTAINERS: as_the_api(_decoded(spelled[_CONTAINERS]), key=_CONTAINERS)}
    family = spelled.get("family")
    name = family if isinstance(family, str) and family else _place(path)
    line, node = document.line_of(path), document.node_of(path)
    if node is not None and isinstance(node.data, list):  # the containers alone, which stand for the whole
        node = Node(line, data, children={_CONTAINERS: (line, node)})
    return Draft(document.source, name, TASK_DEFINITION, with_placeholders(spelled), line, node)


def _place(path: Path) -> str:
    index = next((part for part in reversed(path) if isinstance(part, int)), None)
    return "task definition" if index is None else f"task definition {index + 1}"


def _decoded(text: str) -> Any:  # noqa: ANN401 - what the text says, or the text where it is no JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
