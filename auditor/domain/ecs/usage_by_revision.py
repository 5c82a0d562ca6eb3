"""Which services, task sets and tasks use which task definition revision, by the ARN of the revision."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.ecs.workloads import Service, Task


def usage_by_arn(services: Iterable[Service], tasks: Iterable[Task], *, complete: bool) -> Mapping[str, EcsUsage]:
    """Return the usage of every revision that is in use, by its ARN. Tasks of a service count in addition to it.

    `complete` is False if some services or tasks could not be read; every usage then says so.
    """
    usages: dict[str, list[EcsUsage]] = {}
    groups = set[tuple[str, str]]()
    for service in services:
        groups.add((service.cluster_arn, f"service:{service.name}"))
        for arn, usage in _usages_of_service(service):
            usages.setdefault(arn, []).append(usage)
    for task in tasks:
        of_service = (task.cluster_arn, task.group) in groups
        usages.setdefault(task.task_definition, []).append(_usage_of_task(task, of_service=of_service))
    return {arn: replace(EcsUsage.merge(parts), complete=complete) for arn, parts in usages.items()}


def _usages_of_service(service: Service) -> Iterator[tuple[str, EcsUsage]]:
    placements = [(service.task_definition, service.placement)]
    placements += [(deployment.task_definition, deployment.placement) for deployment in service.deployments]
    placements += [(task_set.task_definition, task_set.placement) for task_set in service.task_sets]
    for arn, placement in placements:
        if arn:
            usage = EcsUsage(
                services=(service.arn,),
                clusters=(service.cluster_name,),
                launch_types=placement.launch_types(),
                public_ip=placement.public_ip,
                exec_enabled=service.exec_enabled,
            )
            yield arn, usage


def _usage_of_task(task: Task, *, of_service: bool) -> EcsUsage:
    return EcsUsage(
        running_tasks=1,
        clusters=(task.cluster_arn.rpartition("/")[2],),
        launch_types=(task.launch_type,) if task.launch_type else (),
        public_ip=False if of_service else None,  # the service says it; ECS does not say it of a standalone task
        exec_enabled=task.exec_enabled,
    )
