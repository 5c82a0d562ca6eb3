"""Capacity providers, which are listed with their descriptions, ten per page."""

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.aws.calls import Read
from auditor.aws.collectors.batch_describe import REFUSED_ARGUMENT, with_unread_tags
from auditor.aws.collectors.collector import CollectContext, Collector
from auditor.aws.collectors.ecs.lists import PAGE_TOKENS, check_scope
from auditor.aws.errors import ApiCallError, MalformedResponse
from auditor.aws.paging import paginate
from auditor.domain.coverage import Gap
from auditor.domain.ecs.workloads import CapacityProvider
from auditor.domain.fact import Fact
from auditor.domain.reason import Reason
from auditor.domain.scope import Scope
from auditor.parsers.ecs.capacity_providers import parse
from auditor.parsers.json_values import MalformedValue

_PAGE_SIZE = 10
_DETAIL_LIMIT = 300


def _collect(context: CollectContext) -> Iterator[Fact | Gap]:
    seen: set[str] = set()
    for item in _without_tags_if_refused(context):
        if isinstance(item, Gap):
            yield item
        elif item.arn not in seen:
            seen.add(item.arn)
            yield item


def _without_tags_if_refused(context: CollectContext) -> Iterator[CapacityProvider | Gap]:
    """Yield every provider. If ECS refuses the request for tags, list them again with unread tags."""
    try:
        yield from _read(context, include=["TAGS"])
    except ApiCallError as error:
        if error.info.code not in REFUSED_ARGUMENT:
            raise
        yield from map(with_unread_tags, _read(context))


def _read(context: CollectContext, **parameters: list[str]) -> Iterator[CapacityProvider | Gap]:
    for providers, failures in paginate(
        context.client,
        "ecs",
        "DescribeCapacityProviders",
        _page_reader(context.scope),
        PAGE_TOKENS,
        maxResults=_PAGE_SIZE,
        **parameters,
    ):
        yield from providers
        for failure in failures:
            yield Gap(context.scope, "describe", Reason.SERVICE_ERROR, f"DescribeCapacityProviders: {failure}")


def _page_reader(scope: Scope) -> Read[tuple[list[CapacityProvider], list[str]]]:
    def read(answer: Mapping[str, Any]) -> tuple[list[CapacityProvider], list[str]]:
        descriptions, failures = answer.get("capacityProviders"), answer.get("failures") or []
        if not isinstance(descriptions, list) or not isinstance(failures, list):
            raise MalformedResponse("no list of objects under `capacityProviders`")
        try:
            providers = [parse(raw) for raw in descriptions]
        except MalformedValue as error:
            raise MalformedResponse(f"capacityProviders: {error}") from error
        for provider in providers:
            check_scope(scope, provider.arn)
        return providers, [str(failure)[:_DETAIL_LIMIT] for failure in failures]

    return read


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
