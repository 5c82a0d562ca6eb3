"""Running tasks, which tell where revisions are used: one list and one describe call per hundred."""

from collections.abc import Iterator
from functools import partial

from auditor.aws.collectors.collector import CollectContext, Collector
from auditor.aws.collectors.ecs.batches import batch_describe
from auditor.aws.collectors.ecs.lists import clusters, in_cluster, in_cluster_again
from auditor.domain.aws_resource import Resource
from auditor.domain.coverage import Gap
from auditor.domain.ecs.workloads import Task
from auditor.domain.fact import Fact
from auditor.parsers.ecs.tasks import parse

#: Without a status, ECS lists tasks whose desired status is RUNNING. There are none with PENDING (API reference).
_LIST = ("ListTasks", "taskArns")


def _resource(arn: str) -> Resource:
    return Task(arn, "", "").resource


_DESCRIBE = batch_describe("DescribeTasks", "tasks", 100, parse, _resource, ends_by_itself=True)


def _collect(context: CollectContext) -> Iterator[Fact | Gap]:
    for cluster in clusters(context):
        arns, gap = in_cluster(context, cluster, *_LIST)
        list_again = partial(in_cluster_again, context, cluster, *_LIST)
        yield from _DESCRIBE.describe_all(context, arns, list_again, cluster=cluster)
        if gap is not None:
            yield gap


def _list_only(context: CollectContext) -> Iterator[Fact | Gap]:
    for cluster in clusters(context):
        arns, gap = in_cluster(context, cluster, *_LIST)
        yield from (Task(arn, cluster, "") for arn in arns)
        if gap is not None:
            yield gap


collector = Collector(
    name="ecs-tasks",
    service="ecs",
    fact_type=Task,
    actions=("ecs:DescribeTasks", "ecs:ListClusters", "ecs:ListTasks"),
    collect=_collect,
    list_only=_list_only,
    batch=100,
    cost="1 per 100 clusters, 2 per 100 tasks",
    required_members={
        "Task": ("taskArn", "clusterArn", "taskDefinitionArn", "group", "launchType", "enableExecuteCommand")
    },
)
