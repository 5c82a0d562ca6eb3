"""Services with their deployments and task sets: one list call per hundred, one describe call per ten."""

from collections.abc import Iterator
from functools import partial

from auditor.aws.collectors.collector import CollectContext, Collector
from auditor.aws.collectors.ecs.batches import batch_describe
from auditor.aws.collectors.ecs.lists import clusters, in_cluster, in_cluster_again
from auditor.domain.aws_resource import Resource
from auditor.domain.coverage import Gap
from auditor.domain.ecs.workloads import Service
from auditor.domain.fact import Fact
from auditor.parsers.ecs.services import parse

_LIST = ("ListServices", "serviceArns")


def _resource(arn: str) -> Resource:
    # The long ARN format contains the cluster, the old one does not.
    return Resource(arn, "AWS::ECS::Service", arn.partition(":service/")[2])


_DESCRIBE = batch_describe("DescribeServices", "services", 10, parse, _resource)


def _collect(context: CollectContext) -> Iterator[Fact | Gap]:
    for cluster in clusters(context):
        arns, gap = in_cluster(context, cluster, *_LIST)
        list_again = partial(in_cluster_again, context, cluster, *_LIST)
        yield from _DESCRIBE.describe_all(context, arns, list_again, cluster=cluster, include=["TAGS"])
        if gap is not None:
            yield gap


def _list_only(context: CollectContext) -> Iterator[Fact | Gap]:
    for cluster in clusters(context):
        arns, gap = in_cluster(context, cluster, *_LIST)
        yield from (Service(arn, "", cluster, "", None) for arn in arns)
        if gap is not None:
            yield gap


collector = Collector(
    name="ecs-services",
    service="ecs",
    fact_type=Service,
    actions=("ecs:DescribeServices", "ecs:ListClusters", "ecs:ListServices"),
    collect=_collect,
    list_only=_list_only,
    batch=10,
    cost="1 per 100 clusters, 1 per 100 services, 1 per 10 services",
    required_members={
        "Service": (
            *("serviceArn", "serviceName", "clusterArn", "status", "taskDefinition", "launchType", "platformVersion"),
            *("platformFamily", "capacityProviderStrategy", "networkConfiguration", "deployments", "taskSets"),
            *("enableExecuteCommand", "tags"),
        ),
        "Deployment": (
            *("taskDefinition", "status", "runningCount", "networkConfiguration", "launchType"),
            *("capacityProviderStrategy", "platformVersion", "platformFamily"),
        ),
    },
)
