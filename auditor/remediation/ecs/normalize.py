"""What ECS would refuse of a corrected definition, made to fit: repairs are fixed values, definitions are not. Pure.

Source: the ECS API reference, RegisterTaskDefinition and ContainerDefinition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Raw = dict[str, Any]

#: The least that Docker gives a container, in MiB.
_LEAST_MEMORY = 6
#: Members of a container that awsvpc does not take.
_NOT_IN_AWSVPC = ("links", "hostname", "extraHosts")


def normalize(new: Raw, old: Mapping[str, Any]) -> tuple[str, ...]:
    """Change `new`, which was made of `old`, so that ECS takes it, and return what a person has to know of that."""
    return (*_network(new, old), *_memory(new, old))


def _network(new: Raw, old: Mapping[str, Any]) -> Iterator[str]:
    if new.get("networkMode") != "awsvpc" or old.get("networkMode") == "awsvpc":
        return
    if "EXTERNAL" in (new.get("requiresCompatibilities") or ()):
        new["networkMode"] = "bridge"
        yield "ECS Anywhere knows no awsvpc, so `networkMode` is bridge: choose the host ports to be reachable."
        return
    for container in new.get("containerDefinitions") or ():
        name = container.get("name", "")
        for key in _NOT_IN_AWSVPC:
            if container.pop(key, None):
                yield f"{name}: `{key}` is taken out, as awsvpc does not know it: tell the process another way."
        for mapping in container.get("portMappings") or ():
            if mapping.get("hostPort") not in (None, mapping.get("containerPort")):
                mapping.pop("hostPort")
                port = mapping.get("containerPort")
                yield f"{name}: in awsvpc its port {port} is reached as {port}: tell those who connect to it."


def _memory(new: Raw, old: Mapping[str, Any]) -> Iterator[str]:
    """A limit is at least the reservation, and all limits together are at most what the task has."""
    before = [each.get("memory") for each in old.get("containerDefinitions") or ()]
    containers = list(new.get("containerDefinitions") or ())
    limited = [each for each, had in zip(containers, before, strict=True) if not had and each.get("memory")]
    for container in limited:
        reserved = _number(container.get("memoryReservation"))
        if reserved > _number(container["memory"]):
            container["memory"] = reserved
            yield f"{container.get('name', '')}: its limit is its reservation of {reserved} MiB."
    whole = _number(new.get("memory"))
    total = sum(_number(each.get("memory")) for each in containers)
    if not limited or not whole or total <= whole:
        return
    share = (whole - total + sum(_number(each["memory"]) for each in limited)) // len(limited)
    if share < max(_LEAST_MEMORY, *(_number(each.get("memoryReservation")) for each in limited)):
        yield f"The limits add up to {total} MiB, and the task has {whole}: give it more, or ECS refuses the document."
        return
    for container in limited:
        container["memory"] = share
        yield f"{container.get('name', '')}: its limit is {share} MiB, its share of the {whole} that the task has."


def _number(value: object) -> int:
    """MiB, as a number or as text; texts such as `1 GB`, which ECS takes as well, are read too. 0 where absent."""
    if isinstance(value, str):
        number, _, unit = value.strip().upper().removesuffix("GB").rstrip().partition(" ")
        factor = 1024 if value.strip().upper().endswith("GB") else 1
        try:
            return int(float(number) * factor) if not unit else 0
        except ValueError:
            return 0
    return value if isinstance(value, int) else 0
