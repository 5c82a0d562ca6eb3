"""Parse the answer of DescribeCapacityProviders into facts."""

from collections.abc import Mapping
from typing import Any

from auditor.domain.ecs.workloads import CapacityProvider
from auditor.parsers import json_values
from auditor.parsers.ecs import arns
from auditor.parsers.json_values import MalformedValue

__all__ = ["MalformedValue", "parse"]

_GROUP = "autoScalingGroupProvider"


def parse(raw: Mapping[str, Any]) -> CapacityProvider:
    """Return one capacity provider, from an item of `capacityProviders` with its tags.

    Raises MalformedValue, and nothing else, if it is not what ECS documents. Source: CapacityProvider in the ECS API
    reference.
    """
    answer = json_values.as_object(raw, "capacityProvider")
    name = json_values.text(answer.get("name"), "name")
    arn = arns.read(answer.get("capacityProviderArn"), "capacityProviderArn", "capacity-provider")
    if arn.last != name:
        raise MalformedValue("capacityProviderArn", "does not contain the name next to it")
    return CapacityProvider(
        arn=arn.text,
        name=name,
        status=json_values.optional_text(answer.get("status"), "status") or "",
        scaling_group=_scaling_group(answer),
        termination_protection=json_values.optional_text(
            json_values.optional_object(answer.get(_GROUP), _GROUP).get("managedTerminationProtection"),
            f"{_GROUP}.managedTerminationProtection",
        ),
        managed_scaling=_managed_scaling(answer),
        tags=json_values.tag_map(answer.get("tags")),
    )


def _managed_scaling(answer: Mapping[str, Any]) -> str | None:
    path = f"{_GROUP}.managedScaling"
    scaling = json_values.optional_object(answer.get(_GROUP), _GROUP).get("managedScaling")
    return json_values.optional_text(json_values.optional_object(scaling, path).get("status"), f"{path}.status")


def _scaling_group(answer: Mapping[str, Any]) -> str | None:
    kind = json_values.optional_text(answer.get("type"), "type")
    group = answer.get(_GROUP)
    if group is not None:
        provider = json_values.as_object(group, _GROUP)
        return json_values.text(provider.get("autoScalingGroupArn"), f"{_GROUP}.autoScalingGroupArn")
    if kind == "EC2_AUTOSCALING":
        # Without its group it would read as Fargate, to which checks of instances do not apply.
        raise MalformedValue(_GROUP, "is missing, although the type of the provider is EC2_AUTOSCALING")
    return None
