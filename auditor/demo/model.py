"""What a demo organization is made of: accounts, what is defined in them, and what runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.domain.check import Status

#: The regions that every account has enabled.
REGIONS = ("eu-central-1", "eu-west-1", "us-east-1")
#: A region that AWS has and that no account of the demo has enabled.
NOT_OPTED_IN = "me-south-1"
#: Where the auditor itself runs.
HOME_REGION = "eu-west-1"

#: The account that the ambient credentials belong to, a delegated administrator of the organization.
AUDITOR_ACCOUNT = "999988887777"
MANAGEMENT_ACCOUNT = "100020003000"
ORGANIZATION = "o-demo000001"
ROLE_NAME = "AuditorReadOnly"
EXTERNAL_ID = "demo-audit"

#: Begins the value of every environment variable of the demo. No output may ever hold it.
CANARY = "DEMO-CANARY-"


#: Where the organization keeps its own images; the tables write `acme/` for it.
REGISTRY = "112233445566.dkr.ecr.eu-west-1.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Mount:
    """A volume of the revision, by its name, at a path of the container."""

    volume: str
    path: str
    read_only: bool = True


@dataclass(frozen=True, slots=True)
class Container:
    """One container as it is registered: None leaves the key out. What is not said is as it should be.

    `secrets` are variables that ECS fills from a store; `logs` is the log driver and `log_mode` its option `mode`;
    without a hard limit of `memory` some is reserved; `adds` are Linux capabilities.
    """

    name: str
    image: str
    user: str | None = None
    privileged: bool | None = None
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)
    secrets: tuple[str, ...] = ()
    read_only: bool = True
    log_driver: str | None = "awslogs"
    log_mode: str | None = "non-blocking"
    memory: int | None = 256
    added_capabilities: tuple[str, ...] = ()
    mounts: tuple[Mount, ...] = ()

    @property
    def full_image(self) -> str:
        """The image as ECS holds it."""
        return self.image.replace("acme/", f"{REGISTRY}/", 1) if self.image.startswith("acme/") else self.image


@dataclass(frozen=True, slots=True)
class Volume:
    """A folder or file of the host, or an EFS file system: then `tls` says whether it is mounted through TLS."""

    name: str
    host_path: str | None = None
    tls: bool | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a family. `network_mode` is None where ECS is to hold none.

    `one_role` says that the containers have the role that is ECS's own, in place of one for themselves.
    """

    network_mode: str | None
    containers: tuple[Container, ...]
    fargate: bool = False
    pid_mode: str | None = None
    ipc_mode: str | None = None
    volumes: tuple[Volume, ...] = ()
    os_family: str | None = None
    shared_role: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """A task definition family, the same in each of its `regions`; `revisions` from the oldest to the latest.

    `expect` is what the benchmark says of the latest revision, and `expect_older` of those before it that something
    runs, by their number, all written by hand. `deregistered` are the numbers of INACTIVE revisions, never the latest.
    `refused_in` names the region where describing this family is always refused.
    """

    name: str
    expected_status: Status
    revisions: tuple[Revision, ...]
    regions: tuple[str, ...] = REGIONS
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    denied_in: str | None = None
    expected_older: Mapping[int, Status] = field(default_factory=dict, hash=False)
    deregistered: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskSet:
    """One set of a service's tasks, by its number among them. `revision` is that of the family, 0 the latest one."""

    id: str
    status: str
    revision: int = 0
    public_ip: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A service, called as its family, wherever the family is registered in a region of the cluster.

    `revision` is the one that it deploys, 0 the latest; `leaving` one that still has a task, 0 for none. `launch` is
    FARGATE, EC2 or the name of a capacity provider. It has as many tasks as `count` says, task sets none.
    """

    family: str
    launch: str = "FARGATE"
    revision: int = 0
    draining_revision: int = 0
    count: int = 2
    public_ip: bool = False
    exec_enabled: bool = False
    platform: str = "LATEST"
    task_sets: tuple[TaskSet, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class ExecLogging:
    """What a cluster does with the commands of ECS Exec: the word of ECS, and whether a key encrypts the session."""

    logging: str
    kms_key: bool = False


#: Recorded in a log group that is encrypted, and so is the session.
RECORDED = ExecLogging("OVERRIDE", kms_key=True)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster, the same in each of its `regions`. `jobs` are families of which one task runs, of no service.

    `exec_logging` is None where the cluster was never told.
    """

    name: str
    services: tuple[Service, ...] = ()
    regions: tuple[str, ...] = REGIONS
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    insights: str = "enhanced"
    exec_logging: ExecLogging | None = RECORDED
    standalone_tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provider:
    """A capacity provider on an Auto Scaling group; `protected` are its instances that run tasks.

    `protected` is None where it is one of managed instances, which ECS itself looks after.
    """

    name: str
    protected: bool | None = True
    regions: tuple[str, ...] = REGIONS


@dataclass(frozen=True, slots=True)
class Daemon:
    """A managed daemon and the family that it is made from, called alike; it runs the last of the `revisions`.

    `provider` names the capacity provider of the managed instances that it runs on.
    """

    name: str
    cluster: str
    provider: str
    revisions: tuple[Revision, ...]
    regions: tuple[str, ...] = REGIONS


@dataclass(frozen=True, slots=True)
class AccountWorkloads:
    """What runs in an account, and on what."""

    clusters: tuple[Cluster, ...] = ()
    providers: tuple[Provider, ...] = ()
    daemons: tuple[Daemon, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account. `ou` is a path of names, empty for the root.

    `exclude` is the reason why the inventory leaves the account out; `denied_regions` are an SCP's work.
    """

    id: str
    name: str
    ou: str
    tags: Mapping[str, str] = field(hash=False)
    families: tuple[Family, ...] = ()
    exclude: str = ""
    suspended: bool = False
    role_deployed: bool = True
    denied_regions: tuple[str, ...] = ()
    workloads: AccountWorkloads = AccountWorkloads()

    @property
    def audited(self) -> bool:
        """Whether the inventory asks for this account."""
        return not (self.exclude or self.suspended)


def host(*boxes: Container) -> Revision:
    """Return a revision whose containers share the host's network."""
    return Revision("host", boxes)


def bridge(*boxes: Container) -> Revision:
    """Return a revision on Docker's bridge."""
    return Revision("bridge", boxes)


def default_network(*boxes: Container) -> Revision:
    """Return a revision that names no network mode, which is bridge on Linux."""
    return Revision(None, boxes)


def fargate(*boxes: Container) -> Revision:
    """Return a revision for Fargate, where awsvpc is the only network mode."""
    return Revision("awsvpc", boxes, fargate=True)
