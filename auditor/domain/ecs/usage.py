"""Usage of task definition revisions: services, task sets, daemons and tasks, indexed by the revision's ARN."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

from auditor.domain.ecs.workloads import Placement, Service, Task
from auditor.domain.usage import Usage, UsageText

_MAX_NAMES = 3


@dataclass(frozen=True, slots=True)
class EcsUsage:
    """What uses a task definition revision, or several revisions of one family."""

    #: Read by pydantic when it generates the schema of output rows, which hold the fields as `usage`.
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "use_attribute_docstrings": True}

    services: tuple[str, ...] = ()
    """ARNs of the services that use it."""
    daemons: tuple[str, ...] = ()
    """ARNs of the managed daemons that use it."""
    running_tasks: int = 0
    """Number of running tasks, of services or on their own."""
    clusters: tuple[str, ...] = ()
    """Names of the clusters where it is used."""
    launch_types: tuple[str, ...] = ()
    """Launch types of its services and tasks, as the ECS API spells them."""
    public_ip: bool = False
    """Whether some of its tasks get a public IP address."""
    exec_enabled: bool = False
    """Whether ECS Exec lets people run commands in some of its containers."""
    complete: bool = True
    """False if part of the region could not be read, so there may be more usage."""

    @property
    def in_use(self) -> bool:
        """Whether anything is known to use it. A service counts even while it runs no task."""
        return bool(self.services or self.daemons or self.running_tasks)

    @property
    def public(self) -> bool:
        """Whether some of its tasks are known to get a public IP address."""
        return self.public_ip

    @classmethod
    def merge(cls, usages: Sequence[EcsUsage]) -> EcsUsage:
        """Return the usage of several revisions together."""
        return cls(
            services=_union(usage.services for usage in usages),
            daemons=_union(usage.daemons for usage in usages),
            running_tasks=sum(usage.running_tasks for usage in usages),
            clusters=_union(usage.clusters for usage in usages),
            launch_types=_union(usage.launch_types for usage in usages),
            public_ip=any(usage.public_ip for usage in usages),
            exec_enabled=any(usage.exec_enabled for usage in usages),
            complete=all(usage.complete for usage in usages),
        )

    def to_row(self) -> dict[str, Any]:
        """Return the fields as plain JSON."""
        values = {name: getattr(self, name) for name in _DEFAULTS}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> EcsUsage:
        """Return the usage that `to_row` wrote. Raises KeyError, TypeError or ValueError if the row is malformed."""
        return cls(**{name: type(default)(row[name]) for name, default in _DEFAULTS.items()})

    def describe(self) -> UsageText:
        """Return the usage in words. "Not running" is said only if everything could be read."""
        if not self.in_use:
            if self.complete:
                return UsageText("Not in use", "not in use")
            return UsageText("Usage unknown: part of the region could not be read", "usage unknown")
        parts = [
            _names("service", self.services),
            _names("daemon", self.daemons),
            _count("running task", self.running_tasks),
            _names("cluster", self.clusters),
            *self.launch_types,
        ]
        more = "; possibly more, because part of the region could not be read" if not self.complete else ""
        owners = [_count("service", len(self.services)), _count("daemon", len(self.daemons))]
        tasks = [] if any(owners) else [_count("task", self.running_tasks)]
        public = ["public IP"] if self.public_ip else []
        return UsageText(
            sentence=f"In use: {', '.join(filter(None, parts))}{more}",
            short=", ".join(filter(None, [*owners, *tasks, *public])),
            warnings=(("public IP address",) if self.public_ip else ()) + (("ECS Exec",) if self.exec_enabled else ()),
        )


def ecs_usage(usage: Usage | None) -> EcsUsage:
    """Return the usage of an ECS finding; an empty, incomplete one if usage was not examined."""
    return usage if isinstance(usage, EcsUsage) else EcsUsage(complete=False)


_DEFAULTS: Mapping[str, Any] = {field.name: field.default for field in fields(EcsUsage)}


def usage_by_arn(services: Iterable[Service], tasks: Iterable[Task], *, complete: bool) -> Mapping[str, EcsUsage]:
    """Return the usage of every revision that is in use, by its ARN. Tasks of a service count in addition to it.

    `complete` is False if some services or tasks could not be read; every usage then says so.
    """
    usages: dict[str, list[EcsUsage]] = {}
    for service in services:
        for arn, usage in _usages_of_service(service):
            usages.setdefault(arn, []).append(usage)
    for task in tasks:
        usages.setdefault(task.task_definition, []).append(_usage_of_task(task))
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
                launch_types=_launch_types(placement),
                public_ip=placement.public_ip is True,
                exec_enabled=service.exec_enabled,
            )
            yield arn, usage


def _usage_of_task(task: Task) -> EcsUsage:
    return EcsUsage(
        running_tasks=1,
        clusters=(task.cluster_arn.rpartition("/")[2],),
        launch_types=(task.launch_type,) if task.launch_type else (),
        exec_enabled=task.exec_enabled,
    )


def _launch_types(placement: Placement) -> tuple[str, ...]:
    if placement.launch_type:
        return (placement.launch_type,)
    return ("FARGATE",) if placement.on_fargate else ()


def _union(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({name for part in parts for name in part}))


def _count(noun: str, number: int) -> str:
    """Return `2 services`, or an empty text for none."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}" if number else ""


def _names(noun: str, arns: Sequence[str]) -> str:
    """Return `services web, api, db and 2 more` for the last parts of ARNs, or an empty text for none."""
    if not arns:
        return ""
    names = [arn.rpartition("/")[2] for arn in arns[:_MAX_NAMES]]
    if len(arns) > _MAX_NAMES:
        names.append(f"{len(arns) - _MAX_NAMES:,} more")
    joined = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{noun}{'' if len(arns) == 1 else 's'} {joined}"
