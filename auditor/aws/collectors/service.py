"""The answers of DescribeServices, read into facts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.aws.collectors import shapes
from auditor.domain.facts import Deployment, Placement, Service, TaskSet


def _placement(raw: Mapping[str, Any]) -> Placement:
    vpc = shapes.member(shapes.member(raw.get("networkConfiguration"), "n").get("awsvpcConfiguration"), "v")
    public = shapes.optional_text(vpc.get("assignPublicIp"), "p")
    return Placement(
        shapes.optional_text(raw.get("launchType"), "launchType"),
        tuple(
            shapes.text(each.get("capacityProvider"), p)
            for each, p in shapes.objects(raw.get("capacityProviderStrategy"), "s")
        ),
        shapes.optional_text(raw.get("platformVersion"), "platformVersion"),
        shapes.optional_text(raw.get("platformFamily"), "platformFamily"),
        None if not vpc else public == "ENABLED",
    )


def parse(raw: Mapping[str, Any]) -> Service:
    """One of the `services` of the answer. Raises Malformed."""
    answer = shapes.as_object(raw, "service")
    arn = shapes.text(answer.get("serviceArn"), "serviceArn")
    cluster = shapes.text(answer.get("clusterArn"), "clusterArn")
    return Service(
        arn=arn,
        name=shapes.text(answer.get("serviceName"), "serviceName"),
        cluster_arn=cluster,
        status=shapes.optional_text(answer.get("status"), "status") or "",
        task_definition=shapes.optional_text(answer.get("taskDefinition"), "taskDefinition"),
        placement=_placement(answer),
        exec_enabled=shapes.flag(answer.get("enableExecuteCommand"), "e"),
        deployments=tuple(
            Deployment(
                each["taskDefinition"], each.get("status") or "", each.get("runningCount") or 0, _placement(each)
            )
            for each, _ in shapes.objects(answer.get("deployments"), "deployments")
            if each.get("taskDefinition")
        ),
        task_sets=tuple(
            TaskSet(
                shapes.text(each.get("taskSetArn"), "a"),
                shapes.text(each.get("id"), "i"),
                arn,
                cluster,
                "",
                each.get("taskDefinition"),
                0,
                _placement(each),
                shapes.tag_map(each.get("tags")),
            )
            for each, _ in shapes.objects(answer.get("taskSets"), "taskSets")
        ),
        tags=shapes.tag_map(answer.get("tags")),
    )
