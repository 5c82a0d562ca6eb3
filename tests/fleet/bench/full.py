"""The floor of a night with all checks: a bare loop that makes the same calls, and evaluates and writes nothing.

`python -m tests.fleet.bench.full URL FILE` with a file of account IDs prints the number of calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.fleet.bench.minimal import Keys, MinimalAuditor, main


class FullAuditor(MinimalAuditor):
    """Reads clusters, services, tasks, daemons, capacity providers, and every definition that is latest or in use."""

    def _region(self, keys: Keys, region: str) -> Iterator[Any]:
        """Yield everything that a run with all checks reads in a region on its first night."""
        capacity = {"include": ["TAGS"], "maxResults": 10}
        yield from self._list(keys, region, "DescribeCapacityProviders", "capacityProviders", **capacity)
        clusters = self._list(keys, region, "ListClusters", "clusterArns")
        include = ["TAGS", "SETTINGS", "CONFIGURATIONS"]
        yield from self._batches(keys, region, "DescribeClusters", "clusters", clusters, 100, include=include)
        used: set[str] = set()
        for workload in (item for cluster in clusters for item in self._workloads(keys, region, cluster)):
            used.update(_definitions(workload))
            yield workload
        definitions = [*super()._region(keys, region)]
        used.difference_update(definition["taskDefinitionArn"] for definition in definitions)
        definitions += [self._describe(keys, region, arn) for arn in sorted(used)]
        definitions += self._daemons(keys, region)
        yield from definitions
        if any(map(_leaves_log_mode, definitions)):
            setting = {"name": "defaultLogDriverMode", "effectiveSettings": True, "maxResults": 10}
            yield self._ecs(keys, region, "ListAccountSettings", setting)

    def _workloads(self, keys: Keys, region: str, cluster: str) -> Iterator[Any]:
        services = self._list(keys, region, "ListServices", "serviceArns", cluster=cluster)
        more: dict[str, Any] = {"cluster": cluster, "include": ["TAGS"]}
        yield from self._batches(keys, region, "DescribeServices", "services", services, 10, **more)
        tasks = self._list(keys, region, "ListTasks", "taskArns", cluster=cluster)
        yield from self._batches(keys, region, "DescribeTasks", "tasks", tasks, 100, cluster=cluster)

    def _daemons(self, keys: Keys, region: str) -> Iterator[Any]:
        last = {"revision": "LAST_REGISTERED", "status": "ACTIVE"}
        listed = self._list(keys, region, "ListDaemonTaskDefinitions", "daemonTaskDefinitions", **last)
        if not listed:
            return
        used = {definition["arn"] for definition in listed}
        daemons = self._list(keys, region, "ListDaemons", "daemonSummariesList")
        current: list[str] = []
        for daemon in daemons:
            described = self._ecs(keys, region, "DescribeDaemon", {"daemonArn": daemon["daemonArn"]})["daemon"]
            current += [revision["arn"] for revision in described["currentRevisions"]]
        operation, key = "DescribeDaemonRevisions", "daemonRevisionArns"
        for revision in self._batches(keys, region, operation, key, current, 20, answer="daemonRevisions"):
            used.add(revision["daemonTaskDefinitionArn"])
        for arn in sorted(used):
            parameters = {"daemonTaskDefinition": arn}
            yield self._ecs(keys, region, "DescribeDaemonTaskDefinition", parameters)["daemonTaskDefinition"]

    def _batches(  # noqa: PLR0913, PLR0917 - a call has that many parts
        self,
        keys: Keys,
        region: str,
        operation: str,
        key: str,
        arns: Sequence[str],
        size: int,
        answer: str = "",
        **parameters: object,
    ) -> Iterator[Any]:
        """Yield the descriptions of resources, `size` of them with each call."""
        for start in range(0, len(arns), size):
            body = {key: arns[start : start + size], **parameters}
            yield from self._ecs(keys, region, operation, body)[answer or key]


def _leaves_log_mode(definition: dict[str, Any]) -> bool:
    """Whether the account's setting decides the mode of a log driver."""
    configurations = (container.get("logConfiguration") for container in definition["containerDefinitions"])
    return any(found and "mode" not in found.get("options", {}) for found in configurations)


def _definitions(workload: dict[str, Any]) -> Iterator[str]:
    """Yield the ARNs of the definitions that a service or a task uses."""
    for source in (workload, *workload.get("deployments", ()), *workload.get("taskSets", ())):
        for name in ("taskDefinition", "taskDefinitionArn"):
            if source.get(name):
                yield source[name]


if __name__ == "__main__":
    main(FullAuditor)
