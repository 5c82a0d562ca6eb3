"""What runs which revision: services, task sets and tasks, added up by the ARN of the definition. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from auditor.domain.resource import Usage, together
from auditor.domain.running import Placement, Service, Task


def in_use(services: Iterable[Service], tasks: Iterable[Task], *, complete: bool) -> Mapping[str, Usage]:
    """Return by ARN what uses each revision that anything uses. Tasks of a service count beside their service.

    With `complete` false, some of it could not be read, and every answer says so.
    """
    parts: dict[str, list[Usage]] = {}
    for service in services:
        for arn, usage in _of_service(service):
            parts.setdefault(arn, []).append(usage)
    for task in tasks:
        parts.setdefault(task.task_definition, []).append(_of_task(task))
    return {arn: replace(together(each), complete=complete) for arn, each in parts.items()}


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
