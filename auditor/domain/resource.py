"""What a finding is about: one AWS resource, what runs of it, and when its fault came in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Resource:
    """The AWS resource that a finding is about.

    `revision` is None where the resource has none or it was not learnt, `tags` where they were not looked at.
    """

    arn: str
    type: str
    name: str
    family: str | None = None
    revision: int | None = None
    tags: Mapping[str, str] | None = field(default_factory=dict, hash=False)
    registered_at: datetime | None = None
    registered_by: str | None = None

    @property
    def lasting_arn(self) -> str:
        """The ARN without its revision: the same tomorrow, when a new revision is registered."""
        return self.arn.removesuffix(f":{self.revision}") if self.revision is not None else self.arn


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
    def runs(self) -> bool:
        """Whether anything is known to use it: a service counts even while it has no task."""
        return bool(self.services or self.daemons or self.running_tasks)


@dataclass(frozen=True, slots=True)
class Introduction:
    """The revision that brought a fault in: the one before it did not have it, or there is none before it."""

    revision: int
    registered_at: datetime | None = None
    registered_by: str | None = None


def together(usages: Iterable[Usage]) -> Usage:
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
