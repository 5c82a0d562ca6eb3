"""What runs a revision, as evidence tells it."""

from __future__ import annotations

from auditor.domain.check import Detail
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.ecs.usage import EcsUsage


def usage_of(task: TaskDefinition) -> EcsUsage | None:
    """Return what runs a revision, None where nothing is known to: nobody looked, or nothing was found."""
    return task.usage if task.usage is not None and task.usage.in_use else None


def told(usage: EcsUsage) -> dict[str, Detail]:
    """Name the services, the clusters and the number of tasks, and whether there may be more of them."""
    return {
        "services": usage.services,
        "clusters": usage.clusters,
        "runningTasks": usage.running_tasks,
        "complete": usage.complete,
    }
