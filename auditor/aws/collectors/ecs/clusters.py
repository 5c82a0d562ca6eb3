"""The clusters of a region: one page of ARNs and one description per hundred."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.aws.collectors.batch_describe import Describe
from auditor.aws.collectors.collector import Collector, Visit
from auditor.aws.collectors.paging import clusters
from auditor.domain.coverage import Gap
from auditor.domain.ecs.workloads import Cluster
from auditor.domain.fact import Fact
from auditor.domain.resource import Resource
from auditor.parsers.ecs.clusters import parse


def _resource(arn: str) -> Resource:
    return Cluster(arn, arn.rpartition("/")[2], "").resource


_DESCRIBE = Describe("DescribeClusters", "clusters", 100, parse, _resource)


def _collect(visit: Visit) -> Iterator[Fact | Gap]:
    yield from _DESCRIBE.each(visit, clusters(visit), include=["TAGS", "SETTINGS", "CONFIGURATIONS"])


def _count(visit: Visit) -> Iterator[Fact | Gap]:
    return (Cluster(arn, "", "") for arn in clusters(visit))


collector = Collector(
    name="ecs-clusters",
    yields=Cluster,
    actions=("ecs:DescribeClusters", "ecs:ListClusters"),
    version=1,
    collect=_collect,
    count=_count,
    batch=100,
    cost="2 per 100 clusters",
    models={
        "Cluster": ("clusterArn", "clusterName", "status", "settings", "configuration", "tags"),
        "ExecuteCommandConfiguration": ("kmsKeyId", "logging", "logConfiguration"),
        "ExecuteCommandLogConfiguration": (
            *("cloudWatchLogGroupName", "cloudWatchEncryptionEnabled", "s3BucketName", "s3EncryptionEnabled"),
        ),
    },
)
