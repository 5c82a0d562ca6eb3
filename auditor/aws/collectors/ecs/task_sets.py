"""Task sets, which are part of the descriptions of services."""

from collections.abc import Iterator

from auditor.aws.collectors.collector import CollectContext, Collector
from auditor.domain.coverage import Gap
from auditor.domain.ecs.workloads import Service, TaskSet
from auditor.domain.fact import Fact


def _collect(context: CollectContext) -> Iterator[Fact | Gap]:
    services = context.collect_sibling("ecs-services")
    gaps = [item for item in services.items if isinstance(item, Gap)]
    for item in services.items:
        if isinstance(item, Service):
            yield from item.task_sets
    if services.error is not None:
        raise services.error
    if gaps:
        detail = f"Some services could not be read, so their task sets are unknown: {gaps[0].detail}"
        yield Gap(context.scope, "list", gaps[0].reason, detail)


def _list_only(_visit: CollectContext) -> Iterator[Fact | Gap]:
    return iter(())


collector = Collector(
    name="ecs-task-sets",
    service="ecs",
    fact_type=TaskSet,
    actions=("ecs:DescribeServices", "ecs:ListClusters", "ecs:ListServices"),
    collect=_collect,
    list_only=_list_only,
    batch=0,
    cost="none; task sets are read with services",
    depends_on=("ecs-services",),
    required_members={
        "Service": ("taskSets",),
        "TaskSet": (
            *("id", "taskSetArn", "status", "taskDefinition", "networkConfiguration", "launchType", "runningCount"),
            *("capacityProviderStrategy", "platformVersion", "platformFamily", "tags"),
        ),
    },
)
