"""The answers of DescribeServices and DescribeTaskSets, read into facts.

Pure: no call is made here, and no client is known. Only what the checks read is kept, and what tells which revisions
run. Services that ECS manages for somebody (`resourceManagementType` ECS) are services like any other.
"""

from __future__ import annotations

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
    """One service, from an item of `services`, as DescribeServices answers when it is asked for tags too.

    Raises Malformed, and nothing else, where it is not what ECS documents. Source: the API reference's Service.
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
    """One task set, from an item of `taskSets` of DescribeTaskSets. Raises Malformed as `parse` does."""
    return _task_set(json_values.as_object(raw, "taskSet"), "")


def _deployments(raw: object, service: Arn) -> Iterator[Deployment]:
    for each, path in json_values.objects(raw, "deployments"):
        definition = arns.optional_revision_arn(
            each.get("taskDefinition"), f"{path}.taskDefinition", same_scope_as=service
        )
        if definition is None:
            continue  # an external controller's: its task sets say what runs
        yield Deployment(
            task_definition=definition,
            status=json_values.optional_text(each.get("status"), f"{path}.status") or "",
            running=json_values.non_negative_int(each.get("runningCount"), f"{path}.runningCount") or 0,
            placement=placement(each, f"{path}."),
        )


def _task_sets(raw: object, service: Arn, cluster: Arn) -> Iterator[TaskSet]:
    for each, path in json_values.objects(raw, "taskSets"):
        # Inside its service a set need not repeat whose it is; where it does, it must be this one's.
        found = _task_set({"serviceArn": service.text, "clusterArn": cluster.text, **each}, f"{path}.")
        if found.service_arn != service.text:
            raise MalformedValue(f"{path}.serviceArn", "is not that of the service that it is in")
        if found.cluster_arn != cluster.text:
            raise MalformedValue(f"{path}.clusterArn", "is not that of the service that it is in")
        yield found


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
        # DescribeServices asks for the tags of services: it is not documented to bring those of their sets.
        tags=None if tags is None else json_values.tag_map(tags, f"{prefix}tags"),
        created_at=json_values.timestamp(raw.get("createdAt"), f"{prefix}createdAt"),
    )
