"""Clusters: one list call and one describe call per hundred."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from auditor.aws.collectors.collector import CollectContext, Collector, OptionalPart
from auditor.aws.collectors.ecs.batches import batch_describe
from auditor.aws.collectors.ecs.lists import clusters, list_clusters_again
from auditor.domain.aws_resource import Resource
from auditor.domain.coverage import Gap
from auditor.domain.ecs.workloads import EXEC_USAGE, Cluster, ExecUsage, Service, Task
from auditor.domain.fact import Fact
from auditor.parsers.ecs.clusters import parse

#: The collectors whose facts tell where ECS Exec is on.
_WORKLOADS = ("ecs-services", "ecs-tasks")


def _resource(arn: str) -> Resource:
    return Cluster(arn, arn.rpartition("/")[2], "").resource


_DESCRIBE = batch_describe("DescribeClusters", "clusters", 100, parse, _resource)


def _collect(context: CollectContext) -> Iterator[Fact | Gap]:
    list_again = partial(list_clusters_again, context)
    include = ["TAGS", "SETTINGS", "CONFIGURATIONS"]
    items = list(_DESCRIBE.describe_all(context, clusters(context), list_again, include=include))
    context.state.active.update(item.arn for item in items if isinstance(item, Cluster) and item.status == "ACTIVE")
    usages = _exec_usages(context) if EXEC_USAGE in context.options.needs else None
    for item in items:
        yield replace(item, exec_usage=usages(item.arn)) if usages and isinstance(item, Cluster) else item


def _exec_usages(context: CollectContext) -> Callable[[str], ExecUsage]:
    """Return a function that tells for which services and tasks of a cluster, by ARN, ECS Exec is on."""
    results = [context.collect_sibling(name) for name in _WORKLOADS]
    complete = not any(result.error or any(isinstance(item, Gap) for item in result.items) for result in results)
    names: dict[str, set[str]] = {}
    for result in results:
        for item in result.items:
            if isinstance(item, Service | Task) and item.exec_enabled:
                names.setdefault(item.cluster_arn, set()).add(item.resource.name.rpartition("/")[2])
    return lambda arn: ExecUsage(tuple(sorted(names.get(arn, ()))), complete)


def _list_only(context: CollectContext) -> Iterator[Fact | Gap]:
    return (Cluster(arn, "", "") for arn in clusters(context))


collector = Collector(
    name="ecs-clusters",
    service="ecs",
    fact_type=Cluster,
    actions=("ecs:DescribeClusters", "ecs:ListClusters"),
    collect=_collect,
    list_only=_list_only,
    batch=100,
    cost="2 per 100 clusters",
    optional_parts={EXEC_USAGE: OptionalPart(depends_on=_WORKLOADS)},
    required_members={
        "Cluster": ("clusterArn", "clusterName", "status", "settings", "configuration", "tags", "runningTasksCount"),
        "ExecuteCommandConfiguration": ("kmsKeyId", "logging", "logConfiguration"),
        "ExecuteCommandLogConfiguration": (
            *("cloudWatchLogGroupName", "cloudWatchEncryptionEnabled", "s3BucketName", "s3EncryptionEnabled"),
        ),
    },
)
