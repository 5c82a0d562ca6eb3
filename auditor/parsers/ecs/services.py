"""Parse the answers of DescribeServices and DescribeTaskSets into facts.

Facts contain what the checks read, and which revisions are in use. Services that ECS manages (`resourceManagementType`
ECS) are parsed like all others.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.domain.ecs.workloads import Deployment, Service, TaskSet
from auditor.parsers import json_values
from auditor.parsers.arns import Arn
from auditor.parsers.ecs import arns
from auditor.parsers.ecs.placement import placement
from auditor.parsers.json_values import MalformedValue

__all__ = ["MalformedValue", "parse", "parse_task_set"]


def parse(raw: Mapping[str, Any]) -> Service:
    """Return one service, from an item of `services` with its tags.

    Raises MalformedValue, and nothing else, if it is not what ECS documents. Source: Service in the ECS API reference.
    """
    answer = json_values.as_object(raw, "service")
    name = json_values.text(answer.get("serviceName"), "serviceName")
    arn = arns.read(answer.get("serviceArn"), "serviceArn", "service")
    cluster = arns.read(answer.get("clusterArn"), "clusterArn", "cluster", same_scope_as=arn)
    return Service(
        arn=arns.check_qualified_name(arn, "serviceArn", name, cluster),
        name=name,
        cluster_arn=cluster.text,
        status=json_values.optional_text(answer.get("status"), "status") or "",
        task_definition=arns.optional_revision_arn(answer.get("taskDefinition"), "taskDefinition", same_scope_as=arn),
        desired=json_values.non_negative_int(answer.get("desiredCount"), "desiredCount") or 0,
        running=json_values.non_negative_int(answer.get("runningCount"), "runningCount") or 0,
        placement=placement(answer, ""),
        exec_enabled=json_values.boolean(answer.get("enableExecuteCommand"), "enableExecuteCommand"),
        deployments=tuple(_deployments(answer.get("deployments"), arn)),
        task_sets=tuple(_task_sets(answer.get("taskSets"), arn, cluster)),
        tags=json_values.tag_map(answer.get("tags")),
        created_at=json_values.timestamp(answer.get("createdAt"), "createdAt"),
        created_by=json_values.optional_text(answer.get("createdBy"), "createdBy"),
    )


def parse_task_set(raw: Mapping[str, Any]) -> TaskSet:
    """Return one task set, from an item of `taskSets` of DescribeTaskSets. Raises MalformedValue."""
    return _task_set(json_values.as_object(raw, "taskSet"), "")


def _deployments(raw: object, service: Arn) -> Iterator[Deployment]:
    for deployment, path in json_values.objects(raw, "deployments"):
        definition = arns.optional_revision_arn(
            deployment.get("taskDefinition"), f"{path}.taskDefinition", same_scope_as=service
        )
        if definition is None:
            continue  # of an external controller: the task sets name the revisions
        yield Deployment(
            task_definition=definition,
            status=json_values.optional_text(deployment.get("status"), f"{path}.status") or "",
            running=json_values.non_negative_int(deployment.get("runningCount"), f"{path}.runningCount") or 0,
            placement=placement(deployment, f"{path}."),
        )


def _task_sets(raw: object, service: Arn, cluster: Arn) -> Iterator[TaskSet]:
    for task_set, path in json_values.objects(raw, "taskSets"):
        # A task set within its service may omit the ARNs of service and cluster.
        fact = _task_set({"serviceArn": service.text, "clusterArn": cluster.text, **task_set}, f"{path}.")
        if fact.service_arn != service.text:
            raise MalformedValue(f"{path}.serviceArn", "is not that of its service")
        if fact.cluster_arn != cluster.text:
            raise MalformedValue(f"{path}.clusterArn", "is not that of its service")
        yield fact


def _task_set(raw: Mapping[str, Any], prefix: str) -> TaskSet:
    name = json_values.text(raw.get("id"), f"{prefix}id")
    arn = arns.read(raw.get("taskSetArn"), f"{prefix}taskSetArn", "task-set")
    service = arns.read(raw.get("serviceArn"), f"{prefix}serviceArn", "service", same_scope_as=arn)
    cluster = arns.read(raw.get("clusterArn"), f"{prefix}clusterArn", "cluster", same_scope_as=arn)
    tags = raw.get("tags")
    return TaskSet(
        arn=arns.check_qualified_name(arn, f"{prefix}taskSetArn", f"{service.last}/{name}", cluster),
        id=name,
        service_arn=service.text,
        cluster_arn=cluster.text,
        status=json_values.optional_text(raw.get("status"), f"{prefix}status") or "",
        task_definition=arns.optional_revision_arn(
            raw.get("taskDefinition"), f"{prefix}taskDefinition", same_scope_as=arn
        ),
        running=json_values.non_negative_int(raw.get("runningCount"), f"{prefix}runningCount") or 0,
        placement=placement(raw, prefix),
        # DescribeServices returns the tags of services. That it returns those of their task sets is not documented.
        tags=None if tags is None else json_values.tag_map(tags, f"{prefix}tags"),
        created_at=json_values.timestamp(raw.get("createdAt"), f"{prefix}createdAt"),
    )
