"""Usage of ECS resources: where a task definition is used, and what a service, task set or cluster runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from auditor.domain.usage import Usage, UsageText

_MAX_NAMES = 3


@dataclass(frozen=True, slots=True)
class EcsUsage:
    """What uses a task definition revision, or several of one family; or what a service, task set or cluster runs."""

    #: Read by pydantic when it generates the schema of output rows, which hold the fields as `usage`.
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "use_attribute_docstrings": True}

    services: tuple[str, ...] = ()
    """ARNs of the services that use it. Empty for a service, a task set and a cluster."""
    daemons: tuple[str, ...] = ()
    """ARNs of the managed daemons that use it. Empty for a service, a task set and a cluster."""
    running_tasks: int = 0
    """Number of running tasks, of services or on their own."""
    clusters: tuple[str, ...] = ()
    """Names of the clusters where it is used or runs."""
    launch_types: tuple[str, ...] = ()
    """Launch types of its services and tasks, as the ECS API spells them."""
    public_ip: bool | None = False
    """Whether some of its tasks get a public IP address; null if ECS does not say: of standalone tasks, of tasks
    without a network interface of their own, which use their host's address, and of a cluster."""
    exec_enabled: bool | None = False
    """Whether ECS Exec lets people run commands in some of its containers; null if that was not read."""
    complete: bool = True
    """False if part of the region could not be read, so there may be more usage."""
    desired_tasks: int | None = None
    """Number of tasks that the service should run; null for other resources."""

    @property
    def in_use(self) -> bool:
        """Whether anything is known to use it. A service counts even while it runs no task.

        A service itself is in use if it runs tasks or should.
        """
        return bool(self.services or self.daemons or self.running_tasks or self.desired_tasks)

    @property
    def is_public(self) -> bool | None:
        """Whether some of its tasks get a public IP address; null if that is not known of all of them."""
        return self.public_ip if self.public_ip or self.complete else None

    @classmethod
    def merge(cls, usages: Sequence[EcsUsage]) -> EcsUsage:
        """Return the usage of several revisions together."""
        return cls(
            services=_union(usage.services for usage in usages),
            daemons=_union(usage.daemons for usage in usages),
            running_tasks=sum(usage.running_tasks for usage in usages),
            clusters=_union(usage.clusters for usage in usages),
            launch_types=_union(usage.launch_types for usage in usages),
            public_ip=any_known(usage.public_ip for usage in usages),
            exec_enabled=any_known(usage.exec_enabled for usage in usages),
            complete=all(usage.complete for usage in usages),
            desired_tasks=_sum_known(usage.desired_tasks for usage in usages),
        )

    def to_row(self) -> dict[str, Any]:
        """Return the fields as plain JSON."""
        values = {name: getattr(self, name) for name in _READERS}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> EcsUsage:
        """Return the usage that `to_row` wrote. Raises KeyError, TypeError or ValueError if the row is malformed."""
        return cls(**{name: read(row[name]) for name, read in _READERS.items()})

    def describe(self) -> UsageText:
        """Return the usage in words. "Not running" is said only if everything could be read."""
        if not self.in_use:
            if self.complete:
                return UsageText("Not in use", "not in use")
            return UsageText("Usage unknown: part of the region could not be read", "usage unknown")
        parts = [
            _names("service", self.services),
            _names("daemon", self.daemons),
            self._tasks(),
            _names("cluster", self.clusters),
            *self.launch_types,
        ]
        more = "; possibly more, because part of the region could not be read" if not self.complete else ""
        owners = [_count("service", len(self.services)), _count("daemon", len(self.daemons))]
        tasks = [] if any(owners) else [_count("task", self.running_tasks) or self._tasks()]
        public = ["public IP"] if self.public_ip else []
        return UsageText(
            sentence=f"In use: {', '.join(filter(None, parts))}{more}",
            short=", ".join(filter(None, [*owners, *tasks, *public])),
            warnings=(("public IP address",) if self.public_ip else ()) + (("ECS Exec",) if self.exec_enabled else ()),
        )

    def _tasks(self) -> str:
        """Return `2 running tasks`, and `2 of 3 desired tasks running` if a service runs fewer than it should."""
        if self.desired_tasks is not None and self.running_tasks < self.desired_tasks:
            return f"{self.running_tasks:,} of {_count('desired task', self.desired_tasks)} running"
        return _count("running task", self.running_tasks)


def ecs_usage(usage: Usage | None) -> EcsUsage:
    """Return the usage of an ECS finding; an empty, incomplete one if usage was not examined."""
    return usage if isinstance(usage, EcsUsage) else EcsUsage(complete=False)


def any_known(answers: Iterable[bool | None]) -> bool | None:
    """Return True if any answer is True, else None if any is unknown, else False."""
    known = set(answers)
    return True if True in known else None if None in known else False


def _sum_known(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _nullable(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


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


#: How each field is read from a row.
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "services": tuple,
    "daemons": tuple,
    "running_tasks": int,
    "clusters": tuple,
    "launch_types": tuple,
    "public_ip": _nullable(bool),
    "exec_enabled": _nullable(bool),
    "complete": bool,
    "desired_tasks": _nullable(int),
}
