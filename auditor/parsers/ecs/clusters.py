"""Parse the answer of DescribeClusters into facts."""

from collections.abc import Mapping
from typing import Any

from auditor.domain.ecs.workloads import Cluster, ExecLogging
from auditor.parsers import json_values
from auditor.parsers.ecs import arns
from auditor.parsers.json_values import MalformedValue

__all__ = ["MalformedValue", "parse"]

_EXEC = "configuration.executeCommandConfiguration"


def parse(raw: Mapping[str, Any]) -> Cluster:
    """Return one cluster, from an item of `clusters` with its tags, settings and configurations.

    Raises MalformedValue, and nothing else, if it is not what ECS documents. Source: Cluster in the ECS API reference.
    """
    answer = json_values.as_object(raw, "cluster")
    name = json_values.text(answer.get("clusterName"), "clusterName")
    arn = arns.read(answer.get("clusterArn"), "clusterArn", "cluster")
    if arn.name != name:
        raise MalformedValue("clusterArn", "does not contain the name next to it")
    return Cluster(
        arn=arn.text,
        name=name,
        status=json_values.optional_text(answer.get("status"), "status") or "",
        container_insights=_container_insights(answer.get("settings")),
        exec_logging=_exec_logging(answer.get("configuration")),
        tags=json_values.tag_map(answer.get("tags")),
        running_tasks=json_values.non_negative_int(answer.get("runningTasksCount"), "runningTasksCount"),
    )


def _container_insights(raw: object) -> str | None:
    values: set[str | None] = set()
    for setting, path in json_values.objects(raw, "settings"):
        value = json_values.optional_text(setting.get("value"), f"{path}.value")
        if json_values.text(setting.get("name"), f"{path}.name") == "containerInsights":
            values.add(value)
    if len(values) > 1:
        raise MalformedValue("settings", "contains two values of containerInsights")
    return next(iter(values), None)


def _exec_logging(raw: object) -> ExecLogging:
    exec_command = json_values.optional_object(
        json_values.optional_object(raw, "configuration").get("executeCommandConfiguration"), _EXEC
    )
    path = f"{_EXEC}.logConfiguration"
    log = json_values.optional_object(exec_command.get("logConfiguration"), path)
    key = json_values.optional_text(exec_command.get("kmsKeyId"), f"{_EXEC}.kmsKeyId") or ""
    return ExecLogging(
        logging=json_values.optional_text(exec_command.get("logging"), f"{_EXEC}.logging"),
        kms_key=bool(key),
        aws_managed_key=key.rpartition(":")[2].startswith("alias/aws/"),
        log_group=json_values.optional_text(log.get("cloudWatchLogGroupName"), f"{path}.cloudWatchLogGroupName"),
        log_group_encrypted=json_values.boolean(
            log.get("cloudWatchEncryptionEnabled"), f"{path}.cloudWatchEncryptionEnabled"
        ),
        bucket=json_values.optional_text(log.get("s3BucketName"), f"{path}.s3BucketName"),
        bucket_encrypted=json_values.boolean(log.get("s3EncryptionEnabled"), f"{path}.s3EncryptionEnabled"),
    )
