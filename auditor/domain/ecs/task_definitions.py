"""Task definitions: revisions of what tasks and daemons are made from. What a revision says never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from auditor.domain.aws_resource import Resource
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.fact import fact_kind


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume of a task definition.

    `host_path` is the folder or file of the host that it shows, None where the host chooses or the volume is not the
    host's. `efs` says that it is an EFS file system, and `transit_encryption` how ECS holds the word for it there.
    """

    name: str
    host_path: str | None = None
    efs: bool = False
    transit_encryption: str | None = None


@fact_kind("definition")
@dataclass(frozen=True, slots=True)
class Definition:
    """One revision of a family of definitions, of tasks or of daemons.

    Words are the API's own, None where ECS holds none; a `network_mode` of None is never host. `os_family` is the
    runtime platform's operating system, `launch_types` what the author required it to be compatible with. `tags` is
    None where they were not looked at, and `in_use` where nobody looked at what runs. `latest_active` is the number of
    the family's latest ACTIVE revision, 0 where none is ACTIVE, None where that is not known.
    """

    TYPE: ClassVar[str] = ""
    USAGE: ClassVar[type[EcsUsage]] = EcsUsage

    arn: str
    family: str
    revision: int
    status: str
    network_mode: str | None
    containers: tuple[Container, ...]
    tags: Mapping[str, str] | None = field(default_factory=dict, hash=False)
    registered_at: datetime | None = None
    registered_by: str | None = None
    pid_mode: str | None = None
    ipc_mode: str | None = None
    os_family: str | None = None
    launch_types: tuple[str, ...] = ()
    task_role_arn: str | None = None
    execution_role_arn: str | None = None
    volumes: tuple[Volume, ...] = ()
    usage: EcsUsage | None = None
    latest_active: int | None = None

    @property
    def uses_host_network(self) -> bool:
        """Whether the containers share the host's network namespace."""
        return self.network_mode == "host"

    @property
    def shares_host_processes(self) -> bool:
        """Whether the containers see and reach the processes of the host."""
        return self.pid_mode == "host"

    @property
    def shares_host_memory(self) -> bool:
        """Whether the containers share the host's IPC namespace: its shared memory, semaphores and queues."""
        return self.ipc_mode == "host"

    @property
    def on_windows(self) -> bool:
        """Whether the author says that it runs on Windows. Where nobody says, ECS takes it for Linux."""
        return (self.os_family or "").upper().startswith("WINDOWS")

    @property
    def only_fargate(self) -> bool:
        """Whether the author required Fargate and nothing else."""
        return self.launch_types == ("FARGATE",)

    @property
    def resource(self) -> Resource:
        """This revision, as a finding names it."""
        return Resource(
            arn=self.arn,
            type=self.TYPE,
            name=f"{self.family}:{self.revision}",
            family=self.family,
            revision=self.revision,
            tags=self.tags,
            registered_at=self.registered_at,
            registered_by=self.registered_by,
        )


@fact_kind("task-definition")
@dataclass(frozen=True, slots=True)
class TaskDefinition(Definition):
    """One revision of a task definition family."""

    TYPE: ClassVar[str] = "AWS::ECS::TaskDefinition"


@fact_kind("daemon-task-definition")
@dataclass(frozen=True, slots=True)
class DaemonTaskDefinition(Definition):
    """One revision of a managed daemon's definition. It has no network mode, and AWS keeps no tags of it.

    Its word for the host's namespaces is `shared` (ECS API reference, DaemonTaskDefinition).
    """

    TYPE: ClassVar[str] = "AWS::ECS::DaemonTaskDefinition"

    @property
    def shares_host_processes(self) -> bool:
        """Whether the containers see and reach the processes of the host."""
        return self.pid_mode in ("shared", "host")

    @property
    def shares_host_memory(self) -> bool:
        """Whether the containers share the host's IPC namespace."""
        return self.ipc_mode in ("shared", "host")
