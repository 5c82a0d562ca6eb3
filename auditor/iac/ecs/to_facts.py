"""Converts documents of ECS resources to facts, with the parsers that read the answers of the API.

Values that only AWS knows are made up: the family is the name in the file, the revision is 1, and the ARN belongs to
no account.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.ecs.workloads import CapacityProvider, Cluster, Service, TaskSet
from auditor.parsers.ecs import capacity_providers, clusters, services, task_definitions

__all__ = [
    "CapacityProvider",
    "Cluster",
    "Service",
    "TaskDefinition",
    "TaskSet",
    "capacity_provider",
    "cluster",
    "service",
    "task_definition",
    "task_set",
]

#: Neither the region nor the account exists.
_ARN = "arn:aws:ecs:none:000000000000:"


def task_definition(document: Mapping[str, Any], name: str) -> TaskDefinition:
    """Return the fact of a task definition, called `name` if it has no family. Raises MalformedValue."""
    family = _first(document, "family", default=name)
    number = document.get("revision")
    revision = number if isinstance(number, int) else 1
    arn = f"{_ARN}task-definition/{family}:{revision}"
    answer = {"status": "ACTIVE", **document, "family": family, "revision": revision, "taskDefinitionArn": arn}
    fact = task_definitions.parse(answer, document.get("tags"))
    # A described revision without `tags` may have tags: DescribeTaskDefinition returns them only on request.
    return replace(fact, tags=None) if "tags" not in document and "revision" in document else fact


def service(document: Mapping[str, Any], name: str) -> Service:
    """Return the fact of a service, called `name` if it has no name. Raises MalformedValue."""
    service_name = _name(document, "serviceName", default=name)
    cluster_name = _name(document, "cluster", "clusterArn", default="default")
    invented = {
        "serviceName": service_name,
        "serviceArn": f"{_ARN}service/{cluster_name}/{service_name}",
        "clusterArn": f"{_ARN}cluster/{cluster_name}",
        "taskDefinition": _task_definition_arn(document),
        "status": "ACTIVE",
        "deployments": None,
        "taskSets": None,
    }
    return services.parse({**document, **invented})


def task_set(document: Mapping[str, Any], name: str) -> TaskSet:
    """Return the fact of a task set with the ID `name`. Raises MalformedValue."""
    service_name = _name(document, "service", default="service")
    cluster_name = _name(document, "cluster", default="default")
    task_set_id = _without_separators(name)
    invented = {
        "id": task_set_id,
        "taskSetArn": f"{_ARN}task-set/{cluster_name}/{service_name}/{task_set_id}",
        "serviceArn": f"{_ARN}service/{cluster_name}/{service_name}",
        "clusterArn": f"{_ARN}cluster/{cluster_name}",
        "taskDefinition": _task_definition_arn(document),
        "status": "ACTIVE",
        "tags": document.get("tags") or [],
    }
    return services.parse_task_set({**document, **invented})


def cluster(document: Mapping[str, Any], name: str) -> Cluster:
    """Return the fact of a cluster, called `name` if it has no name. Raises MalformedValue."""
    cluster_name = _name(document, "clusterName", "name", default=name)
    invented = {"clusterName": cluster_name, "clusterArn": f"{_ARN}cluster/{cluster_name}", "status": "ACTIVE"}
    return clusters.parse({**document, **invented})


def capacity_provider(document: Mapping[str, Any], name: str) -> CapacityProvider:
    """Return the fact of a capacity provider, called `name` if it has no name. Raises MalformedValue."""
    provider_name = _name(document, "name", default=name)
    arn = f"{_ARN}capacity-provider/{provider_name}"
    return capacity_providers.parse({**document, "name": provider_name, "capacityProviderArn": arn, "status": "ACTIVE"})


def _first(document: Mapping[str, Any], *keys: str, default: Any) -> Any:
    """Return the first member that is neither null nor empty."""
    return next((document[key] for key in keys if document.get(key) not in (None, "")), default)


def _name(document: Mapping[str, Any], *keys: str, default: str) -> str:
    """Return the first of the named members, which may be a name or an ARN that ends with it."""
    return _without_separators(str(_first(document, *keys, default=default)).rpartition("/")[2] or default)


def _without_separators(name: str) -> str:
    """Return a name without the characters that separate the parts of an ARN."""
    return name.replace("/", "-").replace(":", "-")


def _task_definition_arn(document: Mapping[str, Any]) -> str | None:
    """Return the ARN of the task definition that a service names. Its revision is not known: 1."""
    if document.get("taskDefinition") is None:
        return None
    return f"{_ARN}task-definition/{_name(document, 'taskDefinition', default='it')}:1"
