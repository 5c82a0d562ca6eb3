"""Clusters: one list call and one describe call per hundred."""

from collections.abc import Iterator
from functools import partial

from auditor.aws.collectors.collector import CollectContext, Collector
from auditor.aws.collectors.ecs.batches import batch_describe
from auditor.aws.collectors.ecs.lists import clusters, list_clusters_again
from auditor.domain.aws_resource import Resource
from auditor.domain.coverage import Gap
from auditor.domain.ecs.workloads import Cluster
from auditor.domain.fact import Fact
from auditor.parsers.ecs.clusters import parse


def _resource(arn: str) -> Resource:
    return Cluster(arn, arn.rpartition("/")[2], "").resource


_DESCRIBE = batch_describe("DescribeClusters", "clusters", 100, parse, _resource)


def _collect(context: CollectContext) -> Iterator[Fact | Gap]:
    list_again = partial(list_clusters_again, context)
    include = ["TAGS", "SETTINGS", "CONFIGURATIONS"]
    for item in _DESCRIBE.describe_all(context, clusters(context), list_again, include=include):
        if isinstance(item, Cluster) and item.status == "ACTIVE":
            context.state.active.add(item.arn)
        yield item


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
    required_members={
        "Cluster": ("clusterArn", "clusterName", "status", "settings", "configuration", "tags", "runningTasksCount"),
        "ExecuteCommandConfiguration": ("kmsKeyId", "logging", "logConfiguration"),
        "ExecuteCommandLogConfiguration": (
            *("cloudWatchLogGroupName", "cloudWatchEncryptionEnabled", "s3BucketName", "s3EncryptionEnabled"),
        ),
    },
)
