"""The answers of DescribeCapacityProviders, read into facts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.aws.collectors import shapes
from auditor.domain.facts import CapacityProvider


def parse(raw: Mapping[str, Any]) -> CapacityProvider:
    """One of the `capacityProviders` of the answer. Raises Malformed."""
    answer = shapes.as_object(raw, "capacityProvider")
    group = shapes.member(answer.get("autoScalingGroupProvider"), "a")
    return CapacityProvider(
        shapes.text(answer.get("capacityProviderArn"), "capacityProviderArn"),
        shapes.text(answer.get("name"), "name"),
        shapes.optional_text(answer.get("status"), "status") or "",
        shapes.optional_text(group.get("autoScalingGroupArn"), "g"),
        shapes.optional_text(group.get("managedTerminationProtection"), "t"),
        shapes.tag_map(answer.get("tags")),
    )
