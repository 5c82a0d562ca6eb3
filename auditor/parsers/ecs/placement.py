"""Parse the placement of tasks, which services, deployments and task sets describe alike."""

from collections.abc import Mapping
from typing import Any

from auditor.domain.ecs.workloads import Placement
from auditor.parsers import json_values
from auditor.parsers.json_values import MalformedValue

#: Absent is DISABLED (ECS API reference, AwsVpcConfiguration).
_PUBLIC_IP = {None: False, "DISABLED": False, "ENABLED": True}


def placement(raw: Mapping[str, Any], prefix: str) -> Placement:
    """Return the placement in the object at the path `prefix`. Raises MalformedValue."""
    strategy = json_values.objects(raw.get("capacityProviderStrategy"), f"{prefix}capacityProviderStrategy")
    return Placement(
        launch_type=_optional_word(raw, prefix, "launchType"),
        capacity_providers=tuple(
            json_values.text(provider.get("capacityProvider"), f"{path}.capacityProvider")
            for provider, path in strategy
        ),
        platform_version=_optional_word(raw, prefix, "platformVersion"),
        platform_family=_optional_word(raw, prefix, "platformFamily"),
        public_ip=_public_ip(raw.get("networkConfiguration"), f"{prefix}networkConfiguration"),
    )


def _optional_word(raw: Mapping[str, Any], prefix: str, member: str) -> str | None:
    return json_values.optional_text(raw.get(member), f"{prefix}{member}") or None


def _public_ip(raw: object, path: str) -> bool | None:
    network = json_values.optional_object(raw, path).get("awsvpcConfiguration")
    if network is None:
        return None
    path = f"{path}.awsvpcConfiguration"
    setting = json_values.optional_text(
        json_values.as_object(network, path).get("assignPublicIp"), f"{path}.assignPublicIp"
    )
    if setting not in _PUBLIC_IP:
        # A future value could mean a public address. The service must not read as private.
        raise MalformedValue(f"{path}.assignPublicIp", "is neither ENABLED nor DISABLED")
    return _PUBLIC_IP[setting]
