"""What `terraform show -json` prints of a plan or a state: its resources of ECS, in the API's shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest
from typing import Any

from auditor.iac.declared import TASK_DEFINITION, Contents, Draft, Hidden
from auditor.iac.key_case import as_the_api
from auditor.iac.unresolved import Unknown

_DEEPEST = 200
_TYPES = {
    "aws_ecs_task_definition": TASK_DEFINITION,
    "aws_ecs_service": "AWS::ECS::Service",
    "aws_ecs_task_set": "AWS::ECS::TaskSet",
    "aws_ecs_cluster": "AWS::ECS::Cluster",
    "aws_ecs_capacity_provider": "AWS::ECS::CapacityProvider",
}
#: Resources of ECS that hold nothing of what is judged.
_TIES = frozenset({"aws_ecs_cluster_capacity_providers", "aws_ecs_tag", "aws_ecs_account_setting_default"})
#: Terraform writes a block that stands once as a list of one.
_BLOCKS = frozenset(
    {
        "runtime_platform",
        "efs_volume_configuration",
        "network_configuration",
        "configuration",
        "execute_command_configuration",
        "log_configuration",
        "auto_scaling_group_provider",
    }
)
_RENAMED = {"volume": "volumes", "setting": "settings", "s3_bucket_encryption_enabled": "s3_encryption_enabled"}


def is_terraform(data: Mapping[str, Any]) -> bool:
    """Whether it is a plan or a state as `terraform show -json` prints it."""
    return isinstance(data.get("planned_values"), dict) or ("terraform_version" in data and "values" in data)


def contents(data: Mapping[str, Any], source: str) -> Contents:
    """Return the resources of a plan or a state. Raises Collision."""
    root = _mapping(data.get("planned_values") or data.get("values")).get("root_module")
    changes = {
        each.get("address"): _mapping(_mapping(each.get("change")).get("after_unknown"))
        for each in _objects(data.get("resource_changes"))
        if isinstance(each.get("address"), str)
    }
    drafts: list[Draft] = []
    hidden = list(_unfinished(data, source))
    for each in _resources(root, 0):
        kind, name = str(each.get("type")), str(each.get("address") or each.get("name"))
        if each.get("mode", "managed") != "managed":
            continue
        if kind in _TYPES:
            values = _with_unknowns(_mapping(each.get("values")), changes.get(name, {}), name)
            drafts.append(Draft(source, name, _TYPES[kind], _in_the_apis_shape(values)))
        elif kind.startswith("aws_ecs_") and kind not in _TIES:
            hidden.append(Hidden(source, 0, name, f"{kind} is not judged in files"))
    return Contents(source, tuple(drafts), tuple(hidden))


def _unfinished(data: Mapping[str, Any], source: str) -> Iterator[Hidden]:
    if data.get("errored") is True:
        yield Hidden(source, 0, "plan", "planning ended with an error, so there may be more")
    for each in _objects(data.get("deferred_changes")):
        address = str(_mapping(each.get("resource_change")).get("address"))
        if "aws_ecs_" in address:
            yield Hidden(source, 0, address, "its planning was put off")


def _resources(module: object, depth: int) -> Iterator[Mapping[str, Any]]:
    if not isinstance(module, dict) or depth > _DEEPEST:
        return
    yield from _objects(module.get("resources"))
    for child in _objects(module.get("child_modules")):
        yield from _resources(child, depth + 1)


def _with_unknowns(value: Any, unknown: Any, name: str) -> Any:  # noqa: ANN401 - plain data with Unknown
    """Lay what is known after apply over what is planned."""
    if unknown is True:
        return Unknown(f"{name} (known after apply)")
    if isinstance(unknown, dict) and isinstance(value, dict | None):
        known = value or {}
        keys = dict.fromkeys((*known, *unknown))
        return {key: _with_unknowns(known.get(key), unknown.get(key), f"{name}.{key}") for key in keys}
    if isinstance(unknown, list) and isinstance(value, list | None):
        pairs = zip_longest(value or [], unknown)
        return [_with_unknowns(each, more, f"{name}[{index}]") for index, (each, more) in enumerate(pairs)]
    return value


def _in_the_apis_shape(values: Mapping[str, Any]) -> dict[str, Any]:
    shaped = {_RENAMED.get(key, key): _unwrapped(key, value) for key, value in values.items() if value is not None}
    containers = shaped.get("container_definitions")
    if isinstance(containers, str):
        shaped["container_definitions"] = _decoded(containers)
    tags = {**_mapping(values.get("tags_all")), **_mapping(values.get("tags"))}
    if tags or not isinstance(values.get("tags"), Unknown):
        shaped["tags"] = [{"key": key, "value": value} for key, value in tags.items()]
    shaped.pop("tags_all", None)
    for key, reshape in _RESHAPED.items():
        if key in shaped:
            shaped |= reshape(shaped.pop(key))
    result: dict[str, Any] = as_the_api(shaped)
    return result


def _unwrapped(key: str, value: Any) -> Any:  # noqa: ANN401 - plain data
    if key in _BLOCKS and isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, list):
        return [_unwrapped("", each) for each in value]
    if isinstance(value, dict):
        inner = {str(_RENAMED.get(each, each)): _unwrapped(each, member) for each, member in value.items()}
        return _volume(inner) if "host_path" in inner else inner
    return value


def _volume(values: dict[str, Any]) -> dict[str, Any]:
    path = values.pop("host_path")
    return {**values, "host": {"sourcePath": path}} if path else values


def _network(value: Any) -> dict[str, Any]:  # noqa: ANN401
    if not isinstance(value, dict):
        return {"network_configuration": value}
    public = value.get("assign_public_ip")
    word = {True: "ENABLED", False: "DISABLED", None: "DISABLED"}.get(public) if _is_flag(public) else public
    return {"network_configuration": {"awsvpc_configuration": {"assign_public_ip": word}}}


def _is_flag(value: object) -> bool:
    return value is None or isinstance(value, bool)


_RESHAPED: Mapping[str, Callable[[Any], dict[str, Any]]] = {"network_configuration": _network}


def _decoded(text: str) -> Any:  # noqa: ANN401 - what the text says, or the text where it is no JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    yield from (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()
