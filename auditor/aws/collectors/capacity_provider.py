"""The answer of DescribeCapacityProviders, read into facts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.aws.collectors import arns, shapes
from auditor.aws.collectors.shapes import Malformed
from auditor.domain.facts import CapacityProvider

__all__ = ["Malformed", "parse"]

_GROUP = "autoScalingGroupProvider"


def parse(raw: Mapping[str, Any]) -> CapacityProvider:
    """One capacity provider, from an item of `capacityProviders`, as ECS answers when asked for tags too.

    Raises Malformed, and nothing else, where it is not what ECS documents. Source: API reference, CapacityProvider.
    """
    answer = shapes.as_object(raw, "capacityProvider")
    name = shapes.text(answer.get("name"), "name")
    arn = arns.read(answer.get("capacityProviderArn"), "capacityProviderArn", "capacity-provider")
    if arn.last != name:
        raise Malformed("capacityProviderArn", "does not name the capacity provider that stands beside it")
    return CapacityProvider(
        arn=arn.text,
        name=name,
        status=shapes.optional_text(answer.get("status"), "status") or "",
        scaling_group=_scaling_group(answer),
        termination_protection=shapes.optional_text(
            shapes.member(answer.get(_GROUP), _GROUP).get("managedTerminationProtection"),
            f"{_GROUP}.managedTerminationProtection",
        ),
        tags=shapes.tag_map(answer.get("tags")),
    )


def _scaling_group(answer: Mapping[str, Any]) -> str | None:
    kind = shapes.optional_text(answer.get("type"), "type")
    group = answer.get(_GROUP)
    if group is not None:
        inside = shapes.as_object(group, _GROUP)
        return shapes.text(inside.get("autoScalingGroupArn"), f"{_GROUP}.autoScalingGroupArn")
    if kind == "EC2_AUTOSCALING":
        # Without its group it would read as Fargate, which no rule about instances applies to.
        raise Malformed(_GROUP, "is not there, and the type of the provider says that it is")
    return None
