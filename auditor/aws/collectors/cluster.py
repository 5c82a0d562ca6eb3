"""The answer of DescribeClusters, read into facts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.aws.collectors import arns, shapes
from auditor.aws.collectors.shapes import Malformed
from auditor.domain.facts import Cluster, ExecLogging

__all__ = ["Malformed", "parse"]

_EXEC = "configuration.executeCommandConfiguration"


def parse(raw: Mapping[str, Any]) -> Cluster:
    """One cluster, from an item of `clusters`, as ECS answers when asked for tags, settings and configurations too.

    Raises Malformed, and nothing else, where it is not what ECS documents. Source: the API reference's Cluster.
    """
    answer = shapes.as_object(raw, "cluster")
    name = shapes.text(answer.get("clusterName"), "clusterName")
    arn = arns.read(answer.get("clusterArn"), "clusterArn", "cluster")
    if arn.name != name:
        raise Malformed("clusterArn", "does not name the cluster that stands beside it")
    return Cluster(
        arn=arn.text,
        name=name,
        status=shapes.optional_text(answer.get("status"), "status") or "",
        container_insights=_container_insights(answer.get("settings")),
        exec_logging=_exec_logging(answer.get("configuration")),
        tags=shapes.tag_map(answer.get("tags")),
    )


def _container_insights(raw: object) -> str | None:
    found: set[str | None] = set()
    for each, path in shapes.objects(raw, "settings"):
        value = shapes.optional_text(each.get("value"), f"{path}.value")
        if shapes.text(each.get("name"), f"{path}.name") == "containerInsights":
            found.add(value)
    if len(found) > 1:
        raise Malformed("settings", "says two things of containerInsights")
    return next(iter(found), None)


def _exec_logging(raw: object) -> ExecLogging:
    said = shapes.member(shapes.member(raw, "configuration").get("executeCommandConfiguration"), _EXEC)
    path = f"{_EXEC}.logConfiguration"
    log = shapes.member(said.get("logConfiguration"), path)
    return ExecLogging(
        logging=shapes.optional_text(said.get("logging"), f"{_EXEC}.logging"),
        kms_key=bool(shapes.optional_text(said.get("kmsKeyId"), f"{_EXEC}.kmsKeyId")),
        log_group=shapes.optional_text(log.get("cloudWatchLogGroupName"), f"{path}.cloudWatchLogGroupName"),
        log_group_encrypted=shapes.flag(log.get("cloudWatchEncryptionEnabled"), f"{path}.cloudWatchEncryptionEnabled"),
        bucket=shapes.optional_text(log.get("s3BucketName"), f"{path}.s3BucketName"),
        bucket_encrypted=shapes.flag(log.get("s3EncryptionEnabled"), f"{path}.s3EncryptionEnabled"),
    )
