"""The task sets of services, which come with these: no call of their own."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.aws.collectors.collector import CollectContext, Collector
from auditor.domain.coverage import Gap
from auditor.domain.ecs.workloads import Service, TaskSet
from auditor.domain.fact import Fact


def _collect(context: CollectContext) -> Iterator[Fact | Gap]:
    services = context.collect_sibling("ecs-services")
    lost = [each for each in services.items if isinstance(each, Gap)]
    for each in services.items:
        if isinstance(each, Service):
            yield from each.task_sets
    if services.error is not None:
        raise services.error
    if lost:
        detail = f"Some services could not be read, so their task sets are not known: {lost[0].detail}"
        yield Gap(context.scope, "list", lost[0].reason, detail)


def _count(_visit: CollectContext) -> Iterator[Fact | Gap]:
    return iter(())


collector = Collector(
    name="ecs-task-sets",
    service="ecs",
    fact_type=TaskSet,
    actions=("ecs:DescribeServices", "ecs:ListClusters", "ecs:ListServices"),
    collect=_collect,
    list_only=_count,
    batch=0,
    cost="none beside those of services",
    depends_on=("ecs-services",),
    required_members={
        "Service": ("taskSets",),
        "TaskSet": (
            *("id", "taskSetArn", "status", "taskDefinition", "networkConfiguration", "launchType", "runningCount"),
            *("capacityProviderStrategy", "platformVersion", "platformFamily", "tags"),
        ),
    },
)
