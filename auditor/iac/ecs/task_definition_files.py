"""Files with task definitions: one or a list, as registered or as AWS describes them, or only their containers."""

from collections.abc import Iterator
from typing import Any

from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.iac.declared import DeclaredResource
from auditor.iac.functions import merged_call
from auditor.iac.intrinsics import Template
from auditor.iac.json_data import decode_json
from auditor.iac.key_case import camel_case, to_api_case
from auditor.iac.unresolved import with_placeholders
from auditor.yaml_files import Document, Node, Path

#: Maps of a task definition whose keys the author chooses.
FREE_MAPS = frozenset(("options", "dockerLabels", "driverOpts", "labels"))

#: Members of a task definition whose texts a person chooses.
FREE_TEXTS = FREE_MAPS | {"environment", "command", "entryPoint", "healthCheck", "tags"}

_CONTAINERS = "containerDefinitions"
_WRAPPERS = frozenset(("taskDefinition", "taskDefinitions"))
#: An object with one of these members is a container definition.
_CONTAINER_MEMBERS = frozenset(
    ("image", "essential", "portMappings", "privileged", "user", "memoryReservation", "memory")
)


def task_definitions(document: Document) -> tuple[DeclaredResource, ...] | None:
    """Return the task definitions of a file, None if there are none. Raises DuplicateMemberError."""
    return tuple(_task_definitions(document, document.data, (), {})) or None


def _task_definitions(document: Document, data: object, path: Path, tags: dict[str, Any]) -> Iterator[DeclaredResource]:
    """Yield the task definitions in `data`, which is at `path`; `tags` is the tags member of a wrapping object."""
    if isinstance(data, list):
        if any(_is_container(item) for item in data):
            yield _declared(document, {_CONTAINERS: data}, path)
            return
        for index, item in enumerate(data):
            yield from _task_definitions(document, item, (*path, index), {})
    elif isinstance(data, dict):
        keys = {camel_case(key): key for key in data}
        if _CONTAINERS in keys:
            yield _declared(document, {**tags, **data}, path)
            return
        for wrapper in sorted(_WRAPPERS & keys.keys()):
            sibling_tags = {"tags": data[keys["tags"]]} if "tags" in keys else {}
            yield from _task_definitions(document, data[keys[wrapper]], (*path, keys[wrapper]), sibling_tags)


def _is_container(value: object) -> bool:
    members = {camel_case(key) for key in value} if isinstance(value, dict) else set()
    return bool(members & _CONTAINER_MEMBERS) and _CONTAINERS not in members


def _declared(document: Document, data: dict[str, Any], path: Path) -> DeclaredResource:
    merged = merged_call(data)
    members = to_api_case({} if merged else Template().resolve(data), FREE_MAPS, tuple(path))
    if isinstance(members.get(_CONTAINERS), str):
        containers = to_api_case(decode_json(members[_CONTAINERS]), FREE_MAPS, key=_CONTAINERS)
        members = {**members, _CONTAINERS: containers}
    family = members.get("family")
    name = family if isinstance(family, str) and family else _default_name(path)
    line, node = document.line_of(path), document.node_of(path)
    if node is not None and isinstance(node.data, list):  # a list of containers is the whole document
        node = Node(line, data, children={_CONTAINERS: (line, node)})
    return DeclaredResource(
        document.source, name, TaskDefinition.TYPE, with_placeholders(members, FREE_TEXTS), line, node, merged or ""
    )


def _default_name(path: Path) -> str:
    index = next((step for step in reversed(path) if isinstance(step, int)), None)
    return "task definition" if index is None else f"task definition {index + 1}"
