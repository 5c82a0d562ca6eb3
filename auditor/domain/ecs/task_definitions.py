"""Task definitions of tasks and daemons. The content of a revision never changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from auditor.domain.aws_resource import Resource
from auditor.domain.ecs.containers import Container, SecretText
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.fact import fact_kind

#: The optional part of a definition that tells the account's default mode of log drivers.
DEFAULT_LOG_MODE = "ecs-default-log-mode"


@dataclass(frozen=True, slots=True)
class DockerVolume:
    """A volume that a Docker driver provides.

    `host_paths` are the folders and devices of the host that the options of the driver `local` mount, `read_only` says
    whether they do so read-only, and `nfs_server` is the NFS server in lower case, None if it is not an NFS volume.
    `secret_texts` are the options that look like a secret.
    """

    driver: str
    host_paths: tuple[str, ...] = ()
    read_only: bool = False
    nfs_server: str | None = None
    secret_texts: tuple[SecretText, ...] = ()


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume of a task definition.

    `host_path` is the path on the host, None if the host chooses it or if the volume is not on the host. `efs` says
    whether it is an EFS file system, and `transit_encryption` is that setting as ECS returns it. `docker` is None if it
    is not a Docker volume.
    """

    name: str
    host_path: str | None = None
    efs: bool = False
    transit_encryption: str | None = None
    docker: DockerVolume | None = None


@fact_kind("definition")
@dataclass(frozen=True, slots=True)
class Definition:
    """One revision of a family of task definitions or daemon task definitions.

    Values are as the ECS API returns them, None if they are not set; a `network_mode` of None is never host.
    `os_family` is the operating system of the runtime platform, `launch_types` are the required compatibilities.
    `tags` is None if tags were not read, for the reason `tags_unread`; `tags_from_index` says that they are those of
    the tag index, which is minutes to hours late. `usage` is None if usage was not examined. `latest_active` is the
    number of the latest ACTIVE revision of the family, 0 if there is none, None if it is not known. `memory` is the
    limit of the whole task. `default_log_mode` is the account's mode for log drivers without one, empty if it could not
    be read, and None if nothing needs it or if the endpoint does not have it.
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
    memory: str | None = None
    usage: EcsUsage | None = None
    latest_active: int | None = None
    default_log_mode: str | None = None
    tags_from_index: bool = False
    tags_unread: str | None = None

    @property
    def uses_host_network(self) -> bool:
        """Whether the containers share the host's network namespace."""
        return self.network_mode == "host"

    @property
    def shares_host_processes(self) -> bool:
        """Whether the containers share the host's process namespace."""
        return self.pid_mode == "host"

    @property
    def shares_host_memory(self) -> bool:
        """Whether the containers share the host's IPC namespace: its shared memory, semaphores and queues."""
        return self.ipc_mode == "host"

    @property
    def on_windows(self) -> bool:
        """Whether the runtime platform is Windows. ECS assumes Linux if it is not set."""
        return (self.os_family or "").upper().startswith("WINDOWS")

    @property
    def only_fargate(self) -> bool:
        """Whether the only required compatibility is Fargate."""
        return self.launch_types == ("FARGATE",)

    @property
    def resource(self) -> Resource:
        """The revision as a resource."""
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
    """One revision of the definition of a managed daemon. It has neither a network mode nor tags.

    The value for the host's namespaces is `shared` (ECS API reference, DaemonTaskDefinition).
    """

    TYPE: ClassVar[str] = "AWS::ECS::DaemonTaskDefinition"

    @property
    def shares_host_processes(self) -> bool:
        """Whether the containers share the host's process namespace."""
        return self.pid_mode in ("shared", "host")

    @property
    def shares_host_memory(self) -> bool:
        """Whether the containers share the host's IPC namespace."""
        return self.ipc_mode in ("shared", "host")
