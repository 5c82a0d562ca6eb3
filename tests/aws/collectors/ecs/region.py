"""A region of ECS that answers from documents, and the collectors that read it with the real reader."""
# ruff: noqa: ANN401 - answers are any JSON

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from auditor.aws.account_reader import AccountReader
from auditor.aws.collectors import all_collectors
from auditor.aws.collectors.collector import CollectOptions
from auditor.aws.roles import Identity, Roles
from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats
from auditor.domain.scope import Scope, Target
from tests import builders
from tests.aws.fakes import SentCall, call_context, regions_answer

ACCOUNT = builders.account()
SCOPE = Scope(ACCOUNT, "eu-west-1")
PREFIX = f"arn:aws:ecs:{SCOPE.region}:{ACCOUNT.id}"


def definition_arn(family: str, revision: int) -> str:
    return f"{PREFIX}:task-definition/{family}:{revision}"


@dataclass
class Region:
    """`services` and `tasks` are documents by cluster; `families` maps a name to its latest ACTIVE revision.

    `broken` maps an operation, or an operation and the first thing that it is asked about, to an answer of its own, or
    to a script of answers.
    """

    services: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tasks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    families: dict[str, int] = field(default_factory=dict)
    broken: dict[Any, Any] = field(default_factory=dict)

    def __call__(self, call: SentCall) -> Any:
        parameters = call.parameters
        about = next(
            (
                parameters[key]
                for key in ("services", "tasks", "clusters", "taskDefinition", "cluster")
                if key in parameters
            ),
            None,
        )
        about = about[0] if isinstance(about, list) else about
        for key in ((call.operation, about), call.operation):
            if key in self.broken:
                answer = self.broken[key]
                return answer(call) if callable(answer) else answer
        return getattr(self, f"_{call.operation}")(parameters)

    def _DescribeRegions(self, _: Any) -> Any:  # noqa: N802 - the name in the API
        return regions_answer()

    def _ListClusters(self, _: Any) -> Any:  # noqa: N802 - the name in the API
        return {"clusterArns": [f"{PREFIX}:cluster/{name}" for name in self.services or self.tasks]}

    def _DescribeClusters(self, parameters: Any) -> Any:  # noqa: N802 - the name in the API
        facts = [
            {"clusterArn": arn, "clusterName": arn.rpartition("/")[2], "status": "ACTIVE", "tags": []}
            for arn in parameters["clusters"]
        ]
        return {"clusters": facts, "failures": []}

    def _ListServices(self, parameters: Any) -> Any:  # noqa: N802 - the name in the API
        return {"serviceArns": [service["serviceArn"] for service in self._in(self.services, parameters)]}

    def _DescribeServices(self, parameters: Any) -> Any:  # noqa: N802 - the name in the API
        facts = [
            service
            for service in self._in(self.services, parameters)
            if service["serviceArn"] in parameters["services"]
        ]
        return {"services": facts, "failures": []}

    def _ListTasks(self, parameters: Any) -> Any:  # noqa: N802 - the name in the API
        return {"taskArns": [task["taskArn"] for task in self._in(self.tasks, parameters)]}

    def _DescribeTasks(self, parameters: Any) -> Any:  # noqa: N802 - the name in the API
        facts = [task for task in self._in(self.tasks, parameters) if task["taskArn"] in parameters["tasks"]]
        return {"tasks": facts, "failures": []}

    def _ListTaskDefinitionFamilies(self, parameters: Any) -> Any:  # noqa: N802 - the name in the API
        prefix = parameters.get("familyPrefix", "")
        return {"families": [name for name in self.families if name.startswith(prefix)]}

    def _ListTaskDefinitions(self, parameters: Any) -> Any:  # noqa: N802 - the name in the API
        family = parameters["familyPrefix"]
        number = self.families.get(family)
        return {"taskDefinitionArns": [definition_arn(family, number)] if number else []}

    def _DescribeTaskDefinition(self, parameters: Any) -> Any:  # noqa: N802 - the name in the API
        family, _, revision = parameters["taskDefinition"].rpartition("/")[2].partition(":")
        number = int(revision or self.families[family])
        status = "ACTIVE" if number == self.families.get(family) else "INACTIVE"
        document = {
            "taskDefinitionArn": definition_arn(family, number),
            "family": family,
            "revision": number,
            "status": status,
            "containerDefinitions": [{"name": "app"}],
        }
        return {"taskDefinition": document, "tags": []}

    @staticmethod
    def _in(kind: dict[str, list[dict[str, Any]]], parameters: Any) -> list[dict[str, Any]]:
        return kind.get(parameters["cluster"].rpartition("/")[2], [])


def service(name: str, *definitions: str, cluster: str = "default", **members: Any) -> dict[str, Any]:
    """Build a service with these definitions in its deployments; the first one is its own."""
    return {
        "serviceArn": f"{PREFIX}:service/{cluster}/{name}",
        "serviceName": name,
        "clusterArn": f"{PREFIX}:cluster/{cluster}",
        "status": "ACTIVE",
        "taskDefinition": definitions[0],
        "launchType": "EC2",
        "deployments": [
            {"id": f"d{n}", "status": "PRIMARY", "taskDefinition": definition}
            for n, definition in enumerate(definitions)
        ],
        **members,
    }


def task(name: str, definition: str, cluster: str = "default", **members: Any) -> dict[str, Any]:
    """Build a running task."""
    return {
        "taskArn": f"{PREFIX}:task/{cluster}/{name}",
        "clusterArn": f"{PREFIX}:cluster/{cluster}",
        "taskDefinitionArn": definition,
        "lastStatus": "RUNNING",
        "launchType": "EC2",
        **members,
    }


@dataclass
class Reading:
    """What the collectors of a run yielded for a region, in their order."""

    items: dict[str, list[Any]]
    failures: dict[str, ReadError]
    calls: list[tuple[str, Any]]

    def operations(self) -> list[str]:
        return [operation for operation, _ in self.calls]


def read(script: Callable[[SentCall], Any], names: Iterable[str], options: CollectOptions | None = None) -> Reading:
    """Read a region with the collectors of these names."""
    context = call_context(script)
    requested = set(names)
    needed = {
        need for collector in all_collectors() if collector.name in requested for need in collector.usage_depends_on
    } | requested
    collectors = [collector for collector in all_collectors() if collector.name in needed]
    reader = AccountReader(
        context,
        Roles(context, Identity(ACCOUNT.id, f"arn:aws:iam::{ACCOUNT.id}:user/u"), "run", {}),
        collectors,
        None,
        options,
    )
    reader.regions(Target(ACCOUNT), CallStats())
    items: dict[str, list[Any]] = {}
    failures: dict[str, ReadError] = {}
    for collector in collectors:
        facts = items.setdefault(collector.name, [])
        try:
            facts.extend(reader.collect(SCOPE, collector.name, CallStats()))
        except ReadError as failure:
            failures[collector.name] = failure
    reader.release_scope(SCOPE)
    sent = context.clients.sent  # type: ignore[attr-defined]  # a member of the fake
    return Reading(items, failures, [(call.operation, call.parameters) for call in sent if call.service == "ecs"])
