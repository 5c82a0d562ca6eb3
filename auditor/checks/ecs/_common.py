"""What several ECS checks have in common: containers, deleted resources, older deployments and usage."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from auditor.checks._verdicts import verdict_from
from auditor.domain.check import Detail, Evidence, Status, Verdict
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import Definition, TaskDefinition
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.ecs.workloads import CapacityProvider, Cluster, Deployment, Service, TaskSet

Details = Mapping[str, Detail]

#: Statuses of resources that are deleted or being deleted. A cluster that is DEPROVISIONING is not among them: only
#: its capacity is being removed.
_DELETED: Mapping[type[Any], frozenset[str]] = {
    CapacityProvider: frozenset({"DEPROVISIONING", "INACTIVE"}),
    Cluster: frozenset({"INACTIVE"}),
    Service: frozenset({"DRAINING", "INACTIVE"}),
    TaskDefinition: frozenset({"DELETE_IN_PROGRESS", "INACTIVE"}),
    TaskSet: frozenset({"DRAINING"}),
}
#: The PRIMARY deployment is what the service itself describes; an INACTIVE one has been replaced completely.
_NOT_OLDER = frozenset({"PRIMARY", "INACTIVE"})


def no_details(_: Container) -> Details:
    """Return no details of a container."""
    return {}


def user_details(container: Container) -> Details:
    """Return the user and the privilege of a container."""
    return {"user": container.user, "privileged": container.privileged}


def container_evidence(container: Container, reasons: Iterable[str], details: Details) -> Evidence:
    """Return the evidence about one container."""
    return Evidence(container.name, "container", tuple(reasons), details)


def judge_containers(
    definition: Definition,
    find_reasons: Callable[[Container], Iterable[str]],
    get_details: Callable[[Container], Details] = no_details,
) -> Verdict:
    """Return FAIL with evidence of each container that has reasons to fail, or PASS if none has."""
    return verdict_from(
        container_evidence(container, find_reasons(container), get_details(container))
        for container in definition.containers
    )


def unknown_if_files_set_variables(verdict: Verdict, definition: Definition, reason: str) -> Verdict:
    """Return UNKNOWN instead of PASS if a file that was not read sets variables of a container."""
    evidence = tuple(
        container_evidence(container, (reason,), {})
        for container in definition.containers
        if container.environment_files
    )
    if verdict.status is not Status.PASS or not evidence:
        return verdict
    return Verdict(Status.UNKNOWN, (reason,), evidence)


def is_terminating(fact: CapacityProvider | Cluster | Service | TaskDefinition | TaskSet) -> bool:
    """Return whether a resource is deleted or being deleted, so that ECS accepts no changes to it.

    A status that is not known is not one of these, so the resource is judged.
    """
    return fact.status in _DELETED[type(fact)]


def older_running_deployments(service: Service) -> tuple[Deployment, ...]:
    """Return the deployments, other than the newest, that still have running tasks."""
    return tuple(
        deployment
        for deployment in service.deployments
        if deployment.status not in _NOT_OLDER and deployment.running > 0
    )


def deployment_name(deployment: Deployment) -> str:
    """Return the name of a deployment in evidence: the revision that it runs."""
    return f"deployment of {deployment.task_definition.rpartition('/')[2]}"


def known_usage(task: TaskDefinition) -> EcsUsage | None:
    """Return the usage of a revision, or None if it is not in use or its usage was not examined."""
    return task.usage if task.usage is not None and task.usage.in_use else None


def usage_details(usage: EcsUsage) -> dict[str, Detail]:
    """Return the services, clusters and number of tasks of a usage, and whether it is complete."""
    return {
        "services": usage.services,
        "clusters": usage.clusters,
        "runningTasks": usage.running_tasks,
        "complete": usage.complete,
    }
