"""Where and how tasks are started, as services, deployments and task sets say it alike. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.aws.collectors import shapes
from auditor.aws.collectors.shapes import Malformed
from auditor.domain.facts import Placement

#: Absent is DISABLED (ECS API reference, AwsVpcConfiguration).
_PUBLIC_IP = {None: False, "DISABLED": False, "ENABLED": True}


def placement(raw: Mapping[str, Any], prefix: str) -> Placement:
    """Read the placement out of what says it, whose path is `prefix`. Raises Malformed."""
    strategy = shapes.objects(raw.get("capacityProviderStrategy"), f"{prefix}capacityProviderStrategy")
    return Placement(
        launch_type=_word(raw, prefix, "launchType"),
        capacity_providers=tuple(
            shapes.text(each.get("capacityProvider"), f"{path}.capacityProvider") for each, path in strategy
        ),
        platform_version=_word(raw, prefix, "platformVersion"),
        platform_family=_word(raw, prefix, "platformFamily"),
        public_ip=_public_ip(raw.get("networkConfiguration"), f"{prefix}networkConfiguration"),
    )


def _word(raw: Mapping[str, Any], prefix: str, member: str) -> str | None:
    return shapes.optional_text(raw.get(member), f"{prefix}{member}") or None


def _public_ip(raw: object, path: str) -> bool | None:
    network = shapes.member(raw, path).get("awsvpcConfiguration")
    if network is None:
        return None
    path = f"{path}.awsvpcConfiguration"
    word = shapes.optional_text(shapes.as_object(network, path).get("assignPublicIp"), f"{path}.assignPublicIp")
    if word not in _PUBLIC_IP:
        # A word of next year could mean an address as well as none: such a service must not read as a private one.
        raise Malformed(f"{path}.assignPublicIp", "is neither ENABLED nor DISABLED")
    return _PUBLIC_IP[word]
