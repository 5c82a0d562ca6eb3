"""Adjust a corrected definition to the rules of ECS, because repairs set the same values in every definition.

Source: the ECS API reference, RegisterTaskDefinition and ContainerDefinition.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Raw = dict[str, Any]

#: The least memory that Docker gives a container, in MiB.
_MIN_MEMORY = 6
#: Members of a container that the network mode awsvpc does not support.
_NOT_IN_AWSVPC = ("links", "hostname", "extraHosts")


def normalize(new: Raw, old: Mapping[str, Any]) -> tuple[str, ...]:
    """Change `new` in place so that ECS accepts it, and return what a person has to know about the changes.

    `old` is the definition before the repairs, with the same containers in the same order.
    """
    return (*_normalize_network(new, old), *_normalize_memory(new, old))


def _normalize_network(new: Raw, old: Mapping[str, Any]) -> Iterator[str]:
    if new.get("networkMode") != "awsvpc" or old.get("networkMode") == "awsvpc":
        return
    if "EXTERNAL" in (new.get("requiresCompatibilities") or ()):
        new["networkMode"] = "bridge"
        yield "ECS Anywhere does not support awsvpc, so `networkMode` is bridge: choose the host ports to expose."
        return
    for container in new.get("containerDefinitions") or ():
        name = container.get("name", "")
        for key in _NOT_IN_AWSVPC:
            if container.pop(key, None):
                yield f"{name}: `{key}` is removed because awsvpc does not support it: replace what it did."
        for mapping in container.get("portMappings") or ():
            port = mapping.get("containerPort")
            if mapping.get("hostPort") not in (None, port):
                mapping.pop("hostPort")
                yield f"{name}: with awsvpc, port {port} is exposed as {port}: adapt the clients that connect to it."


def _normalize_memory(new: Raw, old: Mapping[str, Any]) -> Iterator[str]:
    """Make each new limit at least the reservation, and all limits together at most the memory of the task."""
    old_limits = [container.get("memory") for container in old.get("containerDefinitions") or ()]
    containers = list(new.get("containerDefinitions") or ())
    limited = [
        container
        for container, old_limit in zip(containers, old_limits, strict=True)
        if not old_limit and container.get("memory")
    ]
    for container in limited:
        reserved = _mebibytes(container.get("memoryReservation"))
        if reserved > _mebibytes(container["memory"]):
            container["memory"] = reserved
            yield f"{container.get('name', '')}: the limit is its reservation of {reserved} MiB."
    yield from _share_task_memory(limited, containers, _mebibytes(new.get("memory")))


def _share_task_memory(limited: list[Raw], containers: list[Raw], task_memory: int) -> Iterator[str]:
    total = sum(_mebibytes(container.get("memory")) for container in containers)
    if not limited or not task_memory or total <= task_memory:
        return
    fixed = total - sum(_mebibytes(container["memory"]) for container in limited)
    share = (task_memory - fixed) // len(limited)
    if share < max(_MIN_MEMORY, *(_mebibytes(container.get("memoryReservation")) for container in limited)):
        yield f"The limits add up to {total} MiB, but the task has {task_memory} MiB: increase it, or ECS refuses it."
        return
    for container in limited:
        container["memory"] = share
        yield f"{container.get('name', '')}: the limit is {share} MiB, its share of the task's {task_memory} MiB."


def _mebibytes(value: object) -> int:
    """Return an amount of memory in MiB; 0 if there is none. ECS takes numbers and texts such as `512` and `1 GB`."""
    if isinstance(value, str):
        text = value.strip().upper()
        number, _, unit = text.removesuffix("GB").rstrip().partition(" ")
        factor = 1024 if text.endswith("GB") else 1
        try:
            return int(float(number) * factor) if not unit else 0
        except ValueError:
            return 0
    return value if isinstance(value, int) else 0
