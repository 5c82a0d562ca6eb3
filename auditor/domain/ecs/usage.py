"""What runs which revision: services, task sets and tasks, added up by the ARN of the definition. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from auditor.domain.ecs.workloads import Placement, Service, Task


@dataclass(frozen=True, slots=True)
class Usage:
    """What runs a task definition revision.

    `services` and `daemons` are ARNs, `clusters` names, `launch_types` the API's words. `public_ip` and `exec_enabled`
    say whether any of it gets a public address, or lets people run commands in its containers. `complete` is False
    where some of the region could not be read: then there may be more of it.
    """

    services: tuple[str, ...] = ()
    daemons: tuple[str, ...] = ()
    running_tasks: int = 0
    clusters: tuple[str, ...] = ()
    launch_types: tuple[str, ...] = ()
    public_ip: bool = False
    exec_enabled: bool = False
    complete: bool = True

    @property
    def in_use(self) -> bool:
        """Whether anything is known to use it: a service counts even while it has no task."""
        return bool(self.services or self.daemons or self.running_tasks)


def usage_by_arn(services: Iterable[Service], tasks: Iterable[Task], *, complete: bool) -> Mapping[str, Usage]:
    """Return by ARN what uses each revision that anything uses. Tasks of a service count beside their service.

    With `complete` false, some of it could not be read, and every answer says so.
    """
    parts: dict[str, list[Usage]] = {}
    for service in services:
        for arn, usage in _of_service(service):
            parts.setdefault(arn, []).append(usage)
    for task in tasks:
        parts.setdefault(task.task_definition, []).append(_of_task(task))
    return {arn: replace(merge_usages(each), complete=complete) for arn, each in parts.items()}


def _of_service(service: Service) -> Iterator[tuple[str, Usage]]:
    placed = [(service.task_definition, service.placement)]
    placed += [(each.task_definition, each.placement) for each in service.deployments]
    placed += [(each.task_definition, each.placement) for each in service.task_sets]
    for arn, placement in placed:
        if arn:
            yield (
                arn,
                Usage(
                    services=(service.arn,),
                    clusters=(service.cluster_name,),
                    launch_types=_launch_types(placement),
                    public_ip=placement.public_ip is True,
                    exec_enabled=service.exec_enabled,
                ),
            )


def _of_task(task: Task) -> Usage:
    return Usage(
        running_tasks=1,
        clusters=(task.cluster_arn.rpartition("/")[2],),
        launch_types=(task.launch_type,) if task.launch_type else (),
        exec_enabled=task.exec_enabled,
    )


def _launch_types(placement: Placement) -> tuple[str, ...]:
    if placement.launch_type:
        return (placement.launch_type,)
    return ("FARGATE",) if placement.on_fargate else ()


def merge_usages(usages: Iterable[Usage]) -> Usage:
    """Return the sum of what runs several revisions of one family."""
    parts = tuple(usages)
    return Usage(
        services=_union(part.services for part in parts),
        daemons=_union(part.daemons for part in parts),
        running_tasks=sum(part.running_tasks for part in parts),
        clusters=_union(part.clusters for part in parts),
        launch_types=_union(part.launch_types for part in parts),
        public_ip=any(part.public_ip for part in parts),
        exec_enabled=any(part.exec_enabled for part in parts),
        complete=all(part.complete for part in parts),
    )


def _union(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({each for part in parts for each in part}))
