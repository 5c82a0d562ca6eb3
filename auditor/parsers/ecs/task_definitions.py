"""Parse the answers of DescribeTaskDefinition and DescribeDaemonTaskDefinition into facts.

Facts contain only what the checks read. The values of environment variables are examined once for secrets, and
dropped.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from auditor.domain.ecs.task_definitions import DaemonTaskDefinition, Definition, TaskDefinition
from auditor.parsers import json_values
from auditor.parsers.ecs.containers import containers
from auditor.parsers.ecs.volumes import volumes
from auditor.parsers.json_values import MalformedValue

__all__ = ["MalformedValue", "parse", "parse_daemon", "require_containers"]

#: Modes in which containers share a namespace of the host, in task definitions and in those of managed daemons.
_HOST_MODES = frozenset({"host", "shared"})

D = TypeVar("D", bound=Definition)


def parse(raw: Mapping[str, Any], tags: Sequence[Mapping[str, Any]] | None = ()) -> TaskDefinition:
    """Return one revision, from the `taskDefinition` and the `tags` of the answer.

    Raises MalformedValue, and nothing else, if either is not what ECS documents: a malformed definition must become a
    gap, never a verdict. Source: TaskDefinition and ContainerDefinition in the ECS API reference.
    """
    answer = json_values.as_object(raw, "taskDefinition")
    return TaskDefinition(
        **_common(answer, "taskDefinitionArn", ":task-definition/"),
        network_mode=_mode(answer.get("networkMode"), "networkMode"),
        tags=json_values.tag_map(tags),
        os_family=json_values.optional_text(
            json_values.optional_object(answer.get("runtimePlatform"), "runtimePlatform").get("operatingSystemFamily"),
            "runtimePlatform.operatingSystemFamily",
        ),
        launch_types=json_values.string_list(answer.get("requiresCompatibilities"), "requiresCompatibilities"),
    )


def parse_daemon(raw: Mapping[str, Any]) -> DaemonTaskDefinition:
    """Return one revision, from the `daemonTaskDefinition` of the answer. Raises MalformedValue as `parse` does.

    Daemons run on Linux hosts only, and their definitions have no tags. Source: DaemonTaskDefinition and
    DaemonContainerDefinition in the ECS API reference.
    """
    answer = json_values.as_object(raw, "daemonTaskDefinition")
    return DaemonTaskDefinition(
        **_common(answer, "daemonTaskDefinitionArn", ":daemon-task-definition/"),
        network_mode=None,
        tags=None,
        os_family="LINUX",
    )


def require_containers(definition: D) -> D:
    """Return a definition that ECS has returned. Raises MalformedValue if it has no containers.

    ECS registers no definition without containers. Containers that were lost in transit must not read as clean.
    """
    if not definition.containers:
        raise MalformedValue("containerDefinitions", "contains no container, and every task definition has one")
    return definition


def _common(answer: Mapping[str, Any], arn: str, kind: str) -> dict[str, Any]:
    family = json_values.text(answer.get("family"), "family")
    revision = json_values.positive_int(answer.get("revision"), "revision")
    return {
        "arn": _arn(answer.get(arn), arn, f"{kind}{family}:{revision}"),
        "family": family,
        "revision": revision,
        "status": json_values.optional_text(answer.get("status"), "status") or "",
        "containers": containers(answer.get("containerDefinitions")),
        "registered_at": json_values.timestamp(answer.get("registeredAt"), "registeredAt"),
        "registered_by": json_values.optional_text(answer.get("registeredBy"), "registeredBy"),
        "pid_mode": _mode(answer.get("pidMode"), "pidMode"),
        "ipc_mode": _mode(answer.get("ipcMode"), "ipcMode"),
        "task_role_arn": json_values.optional_text(answer.get("taskRoleArn"), "taskRoleArn"),
        "execution_role_arn": json_values.optional_text(answer.get("executionRoleArn"), "executionRoleArn"),
        "volumes": volumes(answer.get("volumes")),
        "memory": json_values.text_or_number(answer.get("memory"), "memory"),
    }


def _arn(value: object, path: str, ending: str) -> str:
    """Return the ARN, which must end with this family and revision: a mix-up would blame the wrong resource."""
    arn = json_values.text(value, path)
    if arn.startswith("arn:") and arn.endswith(ending):
        return arn
    raise MalformedValue(path, "does not contain the family and the revision next to it")


def _mode(value: object, path: str) -> str | None:
    """Return a mode as ECS wrote it, also an unknown one. A mode that only resembles one of the host is malformed."""
    mode = json_values.optional_text(value, path)
    if mode is not None and mode not in _HOST_MODES and (word := mode.strip().lower()) in _HOST_MODES:
        raise MalformedValue(path, f"is a misspelt {word!r}, which ECS never writes")
    return mode
