"""The answers of DescribeTasks, read into facts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.aws.collectors import shapes
from auditor.domain.facts import Task


def parse(raw: Mapping[str, Any]) -> Task:
    """One of the `tasks` of the answer. Raises Malformed."""
    answer = shapes.as_object(raw, "task")
    return Task(
        shapes.text(answer.get("taskArn"), "taskArn"),
        shapes.text(answer.get("clusterArn"), "clusterArn"),
        shapes.text(answer.get("taskDefinitionArn"), "taskDefinitionArn"),
        shapes.optional_text(answer.get("group"), "group") or "",
        shapes.optional_text(answer.get("launchType"), "launchType"),
        shapes.optional_text(answer.get("lastStatus"), "lastStatus") or "",
        shapes.flag(answer.get("enableExecuteCommand"), "e"),
    )
