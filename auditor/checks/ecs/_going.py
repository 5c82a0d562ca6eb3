"""What is deleted, or on its way there, and is only described for a while yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.ecs.workloads import CapacityProvider, Cluster, Service, TaskSet

#: The API's words by kind of fact. A cluster that is DEPROVISIONING is not here: only its capacity is taken down.
_GOING: Mapping[type[Any], frozenset[str]] = {
    CapacityProvider: frozenset({"DEPROVISIONING", "INACTIVE"}),
    Cluster: frozenset({"INACTIVE"}),
    Service: frozenset({"DRAINING", "INACTIVE"}),
    TaskDefinition: frozenset({"DELETE_IN_PROGRESS", "INACTIVE"}),
    TaskSet: frozenset({"DRAINING"}),
}


def is_going(fact: CapacityProvider | Cluster | Service | TaskDefinition | TaskSet) -> bool:
    """Whether it is past being set right: ECS takes no change of it any more, and it ends by itself.

    A status that is unknown today is not among them, so that such a fact is judged.
    """
    return fact.status in _GOING[type(fact)]
