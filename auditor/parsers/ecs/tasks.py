"""Parse the answer of DescribeTasks into facts.

Facts contain which revisions are running. Overrides of a task, such as environment variables, are not read.
"""

from collections.abc import Mapping
from typing import Any

from auditor.domain.ecs.workloads import Task
from auditor.parsers import json_values
from auditor.parsers.ecs import arns
from auditor.parsers.json_values import MalformedValue

__all__ = ["MalformedValue", "parse"]


def parse(raw: Mapping[str, Any]) -> Task:
    """Return one task, from an item of `tasks`.

    Raises MalformedValue, and nothing else, if it is not what ECS documents. Source: Task in the ECS API reference.
    """
    answer = json_values.as_object(raw, "task")
    arn = arns.read(answer.get("taskArn"), "taskArn", "task")
    cluster = arns.read(answer.get("clusterArn"), "clusterArn", "cluster", same_scope_as=arn)
    return Task(
        arn=arns.check_qualified_name(arn, "taskArn", arn.last, cluster),
        cluster_arn=cluster.text,
        task_definition=arns.revision_arn(answer.get("taskDefinitionArn"), "taskDefinitionArn", same_scope_as=arn),
        group=json_values.optional_text(answer.get("group"), "group") or "",
        launch_type=json_values.optional_text(answer.get("launchType"), "launchType") or None,
        last_status=json_values.optional_text(answer.get("lastStatus"), "lastStatus") or "",
        exec_enabled=json_values.boolean(answer.get("enableExecuteCommand"), "enableExecuteCommand"),
    )
