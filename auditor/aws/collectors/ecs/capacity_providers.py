"""The capacity providers of a region, ten a page, which come described."""

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
from auditor.parsers.json_values import MalformedValue as NotAProvider

_LARGEST_PAGE = 10


def _collect(context: CollectContext) -> Iterator[Fact | Gap]:
    seen: set[str] = set()
    for providers, failures in paginate(
        context.client,
        "ecs",
        "DescribeCapacityProviders",
        _page,
        PAGE_TOKENS,
        include=["TAGS"],
        maxResults=_LARGEST_PAGE,
    ):
        for each in providers:
            if each.arn not in seen:
                seen.add(each.arn)
                yield each
        for failure in failures:
            yield Gap(context.scope, "describe", Reason.SERVICE_ERROR, f"DescribeCapacityProviders: {failure}")


def _page(answer: Mapping[str, Any]) -> tuple[list[CapacityProvider], list[str]]:
    found, failures = answer.get("capacityProviders"), answer.get("failures") or []
    if not isinstance(found, list) or not isinstance(failures, list):
        raise MalformedResponse("no list of objects under `capacityProviders`")
    try:
        return [parse(each) for each in found], [str(each)[:300] for each in failures]
    except NotAProvider as error:
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
