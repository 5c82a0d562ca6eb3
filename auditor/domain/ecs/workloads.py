"""Clusters, services with their deployments and task sets, tasks, and capacity providers.

Values are as the ECS API returns them, None if they are not set. ARNs of task definitions include the revision.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from auditor.domain.aws_resource import Resource
from auditor.domain.ecs.usage import EcsUsage, any_known
from auditor.domain.fact import fact_kind


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and how tasks are started. `public_ip` is None if the tasks have no network interface of their own."""

    launch_type: str | None = None
    capacity_providers: tuple[str, ...] = ()
    platform_version: str | None = None
    platform_family: str | None = None
    public_ip: bool | None = None

    @property
    def on_fargate(self) -> bool:
        """Whether the tasks run on Fargate, by launch type or by capacity provider."""
        if self.launch_type is not None:
            return self.launch_type == "FARGATE"
        return any(provider in ("FARGATE", "FARGATE_SPOT") for provider in self.capacity_providers)

    def launch_types(self) -> tuple[str, ...]:
        """Return the launch type as usage names it; nothing for a capacity provider that is not Fargate."""
        if self.launch_type:
            return (self.launch_type,)
        return ("FARGATE",) if self.on_fargate else ()


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment of a service: the revision that it rolls out or replaces."""

    task_definition: str
    status: str
    running: int = 0
    placement: Placement = Placement()


@fact_kind("task-set")
@dataclass(frozen=True, slots=True)
class TaskSet:
    """One set of a service's tasks, under an external or a blue/green deployment controller."""

    TYPE: ClassVar[str] = "AWS::ECS::TaskSet"
    USAGE: ClassVar[type[EcsUsage]] = EcsUsage

    arn: str
    id: str
    service_arn: str
    cluster_arn: str
    status: str
    task_definition: str | None
    running: int = 0
    placement: Placement = Placement()
    tags: Mapping[str, str] | None = field(default_factory=dict, hash=False)
    created_at: datetime | None = None

    @property
    def resource(self) -> Resource:
        """The task set as a resource."""
        service = self.service_arn.rpartition("/")[2]
        return Resource(self.arn, self.TYPE, f"{service}/{self.id}", tags=self.tags)

    def own_usage(self) -> EcsUsage:
        """Return what the task set runs. ECS Exec is a setting of its service, which may have changed since."""
        return EcsUsage(
            running_tasks=self.running,
            clusters=(self.cluster_arn.rpartition("/")[2],),
            launch_types=self.placement.launch_types(),
            public_ip=self.placement.public_ip,
            exec_enabled=None,
        )


class TaskStarter:
    """Something that starts tasks: a service, or a rule, schedule or pipe."""

    __slots__ = ()
    TYPE: ClassVar[str] = ""


@fact_kind("service")
@dataclass(frozen=True, slots=True)
class Service(TaskStarter):
    """A service. `task_definition` is None if task sets or an external controller choose it."""

    TYPE: ClassVar[str] = "AWS::ECS::Service"
    USAGE: ClassVar[type[EcsUsage]] = EcsUsage

    arn: str
    name: str
    cluster_arn: str
    status: str
    task_definition: str | None
    desired: int = 0
    running: int = 0
    placement: Placement = Placement()
    exec_enabled: bool = False
    deployments: tuple[Deployment, ...] = ()
    task_sets: tuple[TaskSet, ...] = ()
    tags: Mapping[str, str] | None = field(default_factory=dict, hash=False)
    created_at: datetime | None = None
    created_by: str | None = None

    @property
    def cluster_name(self) -> str:
        """The last part of the cluster's ARN."""
        return self.cluster_arn.rpartition("/")[2]

    @property
    def definitions(self) -> frozenset[str]:
        """The ARNs of all revisions that the service uses."""
        deployed = [deployment.task_definition for deployment in self.deployments]
        deployed += [task_set.task_definition or "" for task_set in self.task_sets]
        return frozenset(arn for arn in (self.task_definition, *deployed) if arn)

    @property
    def resource(self) -> Resource:
        """The service as a resource, named with its cluster."""
        return Resource(
            self.arn,
            self.TYPE,
            f"{self.cluster_name}/{self.name}",
            tags=self.tags,
            registered_at=self.created_at,
            registered_by=self.created_by,
        )

    def own_usage(self) -> EcsUsage:
        """Return what the service runs, with its task sets and the older deployments that still run tasks."""
        placements = [task_set.placement for task_set in self.task_sets]
        placements += [deployment.placement for deployment in self.deployments if deployment.running]
        if not placements or self.placement.public_ip is not None:  # task sets have the network of an external service
            placements.append(self.placement)
        return EcsUsage(
            running_tasks=self.running,
            clusters=(self.cluster_name,),
            launch_types=tuple(sorted({name for placement in placements for name in placement.launch_types()})),
            public_ip=any_known(placement.public_ip for placement in placements),
            exec_enabled=self.exec_enabled,
            desired_tasks=self.desired,
        )


@dataclass(frozen=True, slots=True)
class Task:
    """A running task, of a service or standalone. `group` is what started it, such as `service:web`."""

    TYPE: ClassVar[str] = "AWS::ECS::Task"

    arn: str
    cluster_arn: str
    task_definition: str
    group: str = ""
    launch_type: str | None = None
    last_status: str = ""
    exec_enabled: bool = False

    @property
    def resource(self) -> Resource:
        """The task as a resource."""
        return Resource(self.arn, self.TYPE, self.arn.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class ExecLogging:
    """How a cluster logs and encrypts ECS Exec sessions.

    `logging` is NONE, DEFAULT or OVERRIDE, None if the cluster has no setting. `kms_key` says whether a KMS key
    encrypts the session, and `aws_managed_key` whether AWS manages that key; the other fields say where its log is
    written and whether it is encrypted there.
    """

    logging: str | None = None
    kms_key: bool = False
    aws_managed_key: bool = False
    log_group: str | None = None
    log_group_encrypted: bool = False
    bucket: str | None = None
    bucket_encrypted: bool = False


#: The optional part of a cluster that tells where ECS Exec is on.
EXEC_USAGE = "ecs-exec-usage"


@dataclass(frozen=True, slots=True)
class ExecUsage:
    """The names of the services and tasks of a cluster for which ECS Exec is on.

    `complete` is False if some services or tasks could not be read.
    """

    names: tuple[str, ...] = ()
    complete: bool = True


@fact_kind("cluster")
@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster. `container_insights` is `disabled`, `enabled` or `enhanced`; None if it is not set.

    `running_tasks` is None if it was not read, as in a template. `exec_usage` is None if it was not read.
    """

    TYPE: ClassVar[str] = "AWS::ECS::Cluster"
    USAGE: ClassVar[type[EcsUsage]] = EcsUsage

    arn: str
    name: str
    status: str
    container_insights: str | None = None
    exec_logging: ExecLogging = ExecLogging()
    exec_usage: ExecUsage | None = None
    tags: Mapping[str, str] | None = field(default_factory=dict, hash=False)
    running_tasks: int | None = None

    @property
    def resource(self) -> Resource:
        """The cluster as a resource."""
        return Resource(self.arn, self.TYPE, self.name, tags=self.tags)

    def own_usage(self) -> EcsUsage | None:
        """Return what the cluster runs, None if it does not say. How its tasks run is said where they are defined."""
        if self.running_tasks is None:
            return None
        return EcsUsage(running_tasks=self.running_tasks, clusters=(self.name,), public_ip=None, exec_enabled=None)


@fact_kind("capacity-provider")
@dataclass(frozen=True, slots=True)
class CapacityProvider:
    """A capacity provider. `scaling_group` is None for Fargate and Managed Instances.

    `termination_protection` and `managed_scaling` are ENABLED or DISABLED, None if they are not set.
    """

    TYPE: ClassVar[str] = "AWS::ECS::CapacityProvider"

    arn: str
    name: str
    status: str
    scaling_group: str | None = None
    termination_protection: str | None = None
    managed_scaling: str | None = None
    tags: Mapping[str, str] | None = field(default_factory=dict, hash=False)

    @property
    def resource(self) -> Resource:
        """The capacity provider as a resource."""
        return Resource(self.arn, self.TYPE, self.name, tags=self.tags)
