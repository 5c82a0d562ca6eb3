"""Where and how tasks are started, as services, deployments and task sets say it alike. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.domain.ecs.workloads import Placement
from auditor.parsers import json_values
from auditor.parsers.json_values import MalformedValue

#: Absent is DISABLED (ECS API reference, AwsVpcConfiguration).
_PUBLIC_IP = {None: False, "DISABLED": False, "ENABLED": True}


def placement(raw: Mapping[str, Any], prefix: str) -> Placement:
    """Read the placement out of what says it, whose path is `prefix`. Raises Malformed."""
    strategy = json_values.objects(raw.get("capacityProviderStrategy"), f"{prefix}capacityProviderStrategy")
    return Placement(
        launch_type=_word(raw, prefix, "launchType"),
        capacity_providers=tuple(
            json_values.text(each.get("capacityProvider"), f"{path}.capacityProvider") for each, path in strategy
        ),
        platform_version=_word(raw, prefix, "platformVersion"),
        platform_family=_word(raw, prefix, "platformFamily"),
        public_ip=_public_ip(raw.get("networkConfiguration"), f"{prefix}networkConfiguration"),
    )


def _word(raw: Mapping[str, Any], prefix: str, member: str) -> str | None:
    return json_values.optional_text(raw.get(member), f"{prefix}{member}") or None


def _public_ip(raw: object, path: str) -> bool | None:
    network = json_values.optional_object(raw, path).get("awsvpcConfiguration")
    if network is None:
        return None
    path = f"{path}.awsvpcConfiguration"
    word = json_values.optional_text(
        json_values.as_object(network, path).get("assignPublicIp"), f"{path}.assignPublicIp"
    )
    if word not in _PUBLIC_IP:
        # A word of next year could mean an address as well as none: such a service must not read as a private one.
        raise MalformedValue(f"{path}.assignPublicIp", "is neither ENABLED nor DISABLED")
    return _PUBLIC_IP[word]
