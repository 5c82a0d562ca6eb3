"""What was read in AWS: typed facts, with the truths that follow from them as properties.

Every kind of fact is here by name; each is defined in the module about its subject. Environment values are in none of
them and must never be: a collector judges them in memory and drops them.
"""

from __future__ import annotations

from auditor.domain.containers import Container, Mount, Variable
from auditor.domain.definitions import DaemonTaskDefinition, Definition, TaskDefinition, Volume
from auditor.domain.resource import Introduction, Resource, Usage, together
from auditor.domain.running import (
    CapacityProvider,
    Cluster,
    Deployment,
    ExecLogging,
    Placement,
    Service,
    Task,
    TaskSet,
)
from auditor.domain.secrets import Suspicion

__all__ = [
    "CapacityProvider",
    "Cluster",
    "Container",
    "DaemonTaskDefinition",
    "Definition",
    "Deployment",
    "ExecLogging",
    "Fact",
    "Introduction",
    "Mount",
    "Placement",
    "Resource",
    "Service",
    "Suspicion",
    "Task",
    "TaskDefinition",
    "TaskSet",
    "Usage",
    "Variable",
    "Volume",
    "together",
]

#: Grows with every kind of fact that a collector yields.
Fact = Definition | Service | TaskSet | Task | Cluster | CapacityProvider
