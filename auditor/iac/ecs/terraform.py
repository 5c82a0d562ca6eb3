"""Terraform's attributes of ECS resources, converted to the members of the API."""

from collections.abc import Mapping
from typing import Any

from auditor.iac.json_data import as_mapping, decode_json
from auditor.iac.unresolved import Unresolved

#: Blocks that occur at most once. Terraform represents them as lists of one.
_SINGLE_BLOCKS = frozenset(
    (
        "runtime_platform",
        "docker_volume_configuration",
        "efs_volume_configuration",
        "network_configuration",
        "configuration",
        "execute_command_configuration",
        "log_configuration",
        "auto_scaling_group_provider",
        "managed_scaling",
        "ecs_target",
        "target",
        "ecs_parameters",
        "target_parameters",
        "ecs_task_parameters",
        "aws_vpc_configuration",
    )
)
_RENAMED = {"volume": "volumes", "setting": "settings", "s3_bucket_encryption_enabled": "s3_encryption_enabled"}


def from_terraform(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of the API, still with underscores in their names."""
    members = {_RENAMED.get(key, key): _unwrap(key, value) for key, value in values.items() if value is not None}
    containers = members.get("container_definitions")
    if isinstance(containers, str):
        members["container_definitions"] = decode_json(containers)
    tags = {**as_mapping(values.get("tags_all")), **as_mapping(values.get("tags"))}
    if tags or not isinstance(values.get("tags"), Unresolved):
        members["tags"] = [{"key": key, "value": value} for key, value in tags.items()]
    members.pop("tags_all", None)
    if members.get("ecs_target") is not None:  # each target of a rule is a resource
        members["targets"] = [{"id": members.get("target_id"), "ecs_parameters": members.pop("ecs_target")}]
    return members


def _unwrap(key: str, value: Any) -> Any:
    """Return the value of an attribute with single blocks as objects and the API's names."""
    if key in _SINGLE_BLOCKS and isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, list):
        return [_unwrap("", item) for item in value]
    if isinstance(value, dict):
        members = {str(_RENAMED.get(name, name)): _unwrap(name, member) for name, member in value.items()}
        if key == "network_configuration":
            return _network(members)
        return _volume(members) if "host_path" in members else members
    return value


def _volume(members: dict[str, Any]) -> dict[str, Any]:
    path = members.pop("host_path")
    return {**members, "host": {"sourcePath": path}} if path else members


def _network(value: dict[str, Any]) -> dict[str, Any]:
    if "aws_vpc_configuration" in value:  # of a pipe, as in its API
        return {"awsvpc_configuration": value["aws_vpc_configuration"]}
    public_ip = value.get("assign_public_ip")
    if public_ip is None or isinstance(public_ip, bool):
        public_ip = "ENABLED" if public_ip else "DISABLED"
    return {"awsvpc_configuration": {"assign_public_ip": public_ip}}
