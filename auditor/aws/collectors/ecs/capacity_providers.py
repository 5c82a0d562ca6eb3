"""Capacity providers, which are listed with their descriptions, ten per page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.aws.collectors.collector import CollectContext, Collector
from auditor.aws.collectors.ecs.lists import PAGE_TOKENS
from auditor.aws.errors import MalformedResponse
from auditor.aws.paging import paginate
from auditor.domain.coverage import Gap
from auditor.domain.ecs.workloads import CapacityProvider
from auditor.domain.fact import Fact
from auditor.domain.reason import Reason
from auditor.parsers.ecs.capacity_providers import parse
from auditor.parsers.json_values import MalformedValue

_PAGE_SIZE = 10
_DETAIL_LIMIT = 300


def _collect(context: CollectContext) -> Iterator[Fact | Gap]:
    seen: set[str] = set()
    for providers, failures in paginate(
        context.client,
        "ecs",
        "DescribeCapacityProviders",
        _read_page,
        PAGE_TOKENS,
        include=["TAGS"],
        maxResults=_PAGE_SIZE,
    ):
        for provider in providers:
            if provider.arn not in seen:
                seen.add(provider.arn)
                yield provider
        for failure in failures:
            yield Gap(context.scope, "describe", Reason.SERVICE_ERROR, f"DescribeCapacityProviders: {failure}")


def _read_page(answer: Mapping[str, Any]) -> tuple[list[CapacityProvider], list[str]]:
    descriptions, failures = answer.get("capacityProviders"), answer.get("failures") or []
    if not isinstance(descriptions, list) or not isinstance(failures, list):
        raise MalformedResponse("no list of objects under `capacityProviders`")
    try:
        return [parse(raw) for raw in descriptions], [str(failure)[:_DETAIL_LIMIT] for failure in failures]
    except MalformedValue as error:
        raise MalformedResponse(f"capacityProviders: {error}") from error


collector = Collector(
    name="ecs-capacity-providers",
    service="ecs",
    fact_type=CapacityProvider,
    actions=("ecs:DescribeCapacityProviders",),
    collect=_collect,
    list_only=_collect,
    batch=0,
    cost="1 per 10 capacity providers",
    required_members={
        "CapacityProvider": ("capacityProviderArn", "name", "status", "autoScalingGroupProvider", "tags"),
        "AutoScalingGroupProvider": ("autoScalingGroupArn", "managedTerminationProtection"),
    },
)
