"""The answers of DescribeClusters, read into facts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.aws.collectors import shapes
from auditor.domain.facts import Cluster, ExecLogging


def parse(raw: Mapping[str, Any]) -> Cluster:
    """One of the `clusters` of the answer. Raises Malformed."""
    answer = shapes.as_object(raw, "cluster")
    settings = {
        shapes.optional_text(each.get("name"), f"{path}.name"): shapes.optional_text(each.get("value"), f"{path}.value")
        for each, path in shapes.objects(answer.get("settings"), "settings")
    }
    execute = shapes.member(
        shapes.member(answer.get("configuration"), "configuration").get("executeCommandConfiguration"), "exec"
    )
    logs = shapes.member(execute.get("logConfiguration"), "logs")
    return Cluster(
        arn=shapes.text(answer.get("clusterArn"), "clusterArn"),
        name=shapes.text(answer.get("clusterName"), "clusterName"),
        status=shapes.optional_text(answer.get("status"), "status") or "",
        container_insights=settings.get("containerInsights"),
        exec_logging=ExecLogging(
            shapes.optional_text(execute.get("logging"), "logging"),
            bool(execute.get("kmsKeyId")),
            shapes.optional_text(logs.get("cloudWatchLogGroupName"), "g"),
            shapes.flag(logs.get("cloudWatchEncryptionEnabled"), "e"),
            shapes.optional_text(logs.get("s3BucketName"), "b"),
            shapes.flag(logs.get("s3EncryptionEnabled"), "s"),
        ),
        tags=shapes.tag_map(answer.get("tags")),
    )
