"""Deployments on their way out whose tasks still run: what a service says of itself is no longer true of those."""

from __future__ import annotations

from auditor.domain.ecs.workloads import Deployment, Service

#: PRIMARY is what the service itself says, and an INACTIVE deployment has been replaced in full.
_TOLD_OTHERWISE = frozenset({"PRIMARY", "INACTIVE"})


def lingering(service: Service) -> tuple[Deployment, ...]:
    """Return the deployments, other than the newest, that have running tasks."""
    return tuple(each for each in service.deployments if each.status not in _TOLD_OTHERWISE and each.running > 0)


def name_of(deployment: Deployment) -> str:
    """Name a deployment by the revision that it runs, as evidence shows it."""
    return f"deployment of {deployment.task_definition.rpartition('/')[2]}"
