"""Clusters: one list call and one describe call per hundred."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.aws.collectors.collector import CollectContext, Collector
from auditor.aws.collectors.ecs.batches import batch_describe
from auditor.aws.collectors.ecs.lists import clusters
from auditor.domain.aws_resource import Resource
from auditor.domain.coverage import Gap
from auditor.domain.ecs.workloads import Cluster
from auditor.domain.fact import Fact
from auditor.parsers.ecs.clusters import parse


def _resource(arn: str) -> Resource:
    return Cluster(arn, arn.rpartition("/")[2], "").resource


_DESCRIBE = batch_describe("DescribeClusters", "clusters", 100, parse, _resource)


def _collect(context: CollectContext) -> Iterator[Fact | Gap]:
    yield from _DESCRIBE.describe_all(context, clusters(context), include=["TAGS", "SETTINGS", "CONFIGURATIONS"])


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
        "Cluster": ("clusterArn", "clusterName", "status", "settings", "configuration", "tags"),
        "ExecuteCommandConfiguration": ("kmsKeyId", "logging", "logConfiguration"),
        "ExecuteCommandLogConfiguration": (
            *("cloudWatchLogGroupName", "cloudWatchEncryptionEnabled", "s3BucketName", "s3EncryptionEnabled"),
        ),
    },
)
