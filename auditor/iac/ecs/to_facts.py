"""Documents of files into facts, by the parsers that read what AWS answers.

What only AWS knows is made up: a family is the name in the file, a revision 1, an ARN that of no account.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.ecs.workloads import CapacityProvider, Cluster, Service, TaskSet
from auditor.domain.fact import Fact
from auditor.parsers.ecs import capacity_providers, clusters, services, task_definitions

#: What a file can describe, by CloudFormation's word.
KINDS: Mapping[str, type[Any]] = {
    "AWS::ECS::TaskDefinition": TaskDefinition,
    "AWS::ECS::Service": Service,
    "AWS::ECS::TaskSet": TaskSet,
    "AWS::ECS::Cluster": Cluster,
    "AWS::ECS::CapacityProvider": CapacityProvider,
}


def parser(kind: str, name: str) -> Callable[[Mapping[str, Any]], Fact]:
    """Return what reads a document of this kind, called `name` where it has no name. It raises Malformed."""
    read = _PARSERS[kind]
    return lambda document: read(document, name)


def _task_definition(document: Mapping[str, Any], name: str) -> TaskDefinition:
    family = _first(document, "family", otherwise=name)
    known = document.get("revision")
    revision = known if isinstance(known, int) else 1
    arn = f"{_ARN}task-definition/{family}:{revision}"
    made = {"status": "ACTIVE", **document, "family": family, "revision": revision, "taskDefinitionArn": arn}
    fact = task_definitions.parse(made, document.get("tags"))
    # What AWS has described without its tags may have some.
    return replace(fact, tags=None) if "tags" not in document and "revision" in document else fact


def _service(document: Mapping[str, Any], name: str) -> Service:
    named = _name(document, "serviceName", otherwise=name)
    where = _name(document, "cluster", "clusterArn", otherwise="default")
    made = {
        "serviceName": named,
        "serviceArn": f"{_ARN}service/{where}/{named}",
        "clusterArn": f"{_ARN}cluster/{where}",
        "taskDefinition": _revision(document),
        "status": "ACTIVE",
        "deployments": None,
        "taskSets": None,
    }
    return services.parse({**document, **made})


def _task_set(document: Mapping[str, Any], name: str) -> TaskSet:
    of = _name(document, "service", otherwise="service")
    where = _name(document, "cluster", otherwise="default")
    made = {
        "id": _plain(name),
        "taskSetArn": f"{_ARN}task-set/{where}/{of}/{_plain(name)}",
        "serviceArn": f"{_ARN}service/{where}/{of}",
        "clusterArn": f"{_ARN}cluster/{where}",
        "taskDefinition": _revision(document),
        "status": "ACTIVE",
        "tags": document.get("tags") or [],
    }
    return services.parse_task_set({**document, **made})


def _cluster(document: Mapping[str, Any], name: str) -> Cluster:
    named = _name(document, "clusterName", "name", otherwise=name)
    return clusters.parse(
        {**document, "clusterName": named, "clusterArn": f"{_ARN}cluster/{named}", "status": "ACTIVE"}
    )


def _capacity_provider(document: Mapping[str, Any], name: str) -> CapacityProvider:
    named = _name(document, "name", otherwise=name)
    made = {"name": named, "capacityProviderArn": f"{_ARN}capacity-provider/{named}", "status": "ACTIVE"}
    return capacity_providers.parse({**document, **made})


#: Of no region and no account that there is.
_ARN = "arn:aws:ecs:none:000000000000:"
_PARSERS: Mapping[str, Callable[[Mapping[str, Any], str], Fact]] = {
    "AWS::ECS::TaskDefinition": _task_definition,
    "AWS::ECS::Service": _service,
    "AWS::ECS::TaskSet": _task_set,
    "AWS::ECS::Cluster": _cluster,
    "AWS::ECS::CapacityProvider": _capacity_provider,
}


def _first(document: Mapping[str, Any], *keys: str, otherwise: Any) -> Any:  # noqa: ANN401 - plain data
    """Return the first member that is there and says something."""
    return next((document[key] for key in keys if document.get(key) not in (None, "")), otherwise)


def _name(document: Mapping[str, Any], *keys: str, otherwise: str) -> str:
    """Return a name that may be given as an ARN, which ends with it."""
    return _plain(str(_first(document, *keys, otherwise=otherwise)).rpartition("/")[2] or otherwise)


def _plain(name: str) -> str:
    """Return a name without what separates names in an ARN."""
    return name.replace("/", "-").replace(":", "-")


def _revision(document: Mapping[str, Any]) -> str | None:
    """Return the ARN of the definition that is named: which revision it will be is not known."""
    given = document.get("taskDefinition")
    return None if given is None else f"{_ARN}task-definition/{_name(document, 'taskDefinition', otherwise='it')}:1"
