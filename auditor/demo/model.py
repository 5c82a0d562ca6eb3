"""The model of a demo organization: accounts, task definitions and running workloads."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.domain.check import Status

#: The regions that the inventory includes.
REGIONS = ("eu-central-1", "eu-west-1", "us-east-1")
#: The other regions that every account has enabled. The inventory leaves them out, so that the demo stays small.
OTHER_REGIONS = (
    *("us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-north-1", "eu-west-2", "eu-west-3"),
    *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
)
#: An AWS region that no account of the demo has enabled.
NOT_OPTED_IN = "me-south-1"
#: The region that the auditor runs in.
HOME_REGION = "eu-west-1"

#: The account of the default credentials, a delegated administrator of the organization.
AUDITOR_ACCOUNT = "999988887777"
MANAGEMENT_ACCOUNT = "100020003000"
ORGANIZATION = "o-demo000001"
ROLE_NAME = "AuditorReadOnly"
EXTERNAL_ID = "demo-audit"

#: The prefix of every environment variable value in the demo. No output may contain it.
CANARY = "DEMO-CANARY-"
#: The organization's own image registry, abbreviated `acme/` in organization.yaml.
REGISTRY = "112233445566.dkr.ecr.eu-west-1.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Mount:
    """A volume of the revision, mounted at a path of the container."""

    volume: str
    path: str
    read_only: bool = True


@dataclass(frozen=True, slots=True)
class Container:
    """One container. None omits the key. The defaults pass every check.

    `secrets` are variables that ECS fills from a secret store; `log_mode` is the log driver's option `mode`; without a
    hard limit of `memory`, 128 MiB are reserved; `added_capabilities` are Linux capabilities.
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
    devices: tuple[str, ...] = ()
    mounts: tuple[Mount, ...] = ()

    @property
    def full_image(self) -> str:
        """The image with the full name of its registry."""
        return self.image.replace("acme/", f"{REGISTRY}/", 1) if self.image.startswith("acme/") else self.image


@dataclass(frozen=True, slots=True)
class Volume:
    """A host path, or an EFS file system if `tls` (transit encryption) is set."""

    name: str
    host_path: str | None = None
    tls: bool | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a family. `network_mode` None omits it, which means bridge on Linux.

    `shared_role` uses the execution role as the task role, too.
    """

    containers: tuple[Container, ...]
    network_mode: str | None = None
    fargate: bool = False
    pid_mode: str | None = None
    ipc_mode: str | None = None
    volumes: tuple[Volume, ...] = ()
    os_family: str | None = None
    shared_role: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """A task definition family, identical in each of its `regions`; `revisions` are sorted from oldest to latest.

    `expected_status` is the host network check's status for the latest revision, `expected_older` for older running
    revisions by number; both are written by hand. `deregistered` are the numbers of INACTIVE revisions, never the
    latest. In the region `denied_in`, describing this family is always denied.
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
    """A task set of a service. `revision` is a revision of the service's family; 0 means the latest."""

    id: str
    status: str
    revision: int = 0
    public_ip: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A service, named after its family, in every region of the cluster where the family is registered.

    `revision` is deployed (0: the latest); `draining_revision` still has one task (0: none). `launch` is FARGATE, EC2
    or the name of a capacity provider. `count` is the number of its running tasks.
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
    """A cluster's logging of ECS Exec sessions: the mode in ECS's terms, and whether a KMS key encrypts the session."""

    logging: str
    kms_key: bool = False


#: Logged to an encrypted log group; the session is encrypted, too.
RECORDED = ExecLogging("OVERRIDE", kms_key=True)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster, identical in each of its `regions`. `standalone_tasks` are families with one task outside services.

    `exec_logging` None means that it was never configured.
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
    """A capacity provider on an Auto Scaling group; `protected` is its managed termination protection.

    `protected` is None for a provider of ECS managed instances.
    """

    name: str
    protected: bool | None = True
    regions: tuple[str, ...] = REGIONS


@dataclass(frozen=True, slots=True)
class Daemon:
    """A managed daemon and the definition family of the same name; it runs the last of the `revisions`.

    `provider` names the capacity provider of its managed instances.
    """

    name: str
    cluster: str
    provider: str
    revisions: tuple[Revision, ...]
    regions: tuple[str, ...] = REGIONS


@dataclass(frozen=True, slots=True)
class AccountWorkloads:
    """The running workloads of an account and their capacity."""

    clusters: tuple[Cluster, ...] = ()
    providers: tuple[Provider, ...] = ()
    daemons: tuple[Daemon, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account. `ou` is a path of unit names, empty for the root.

    `exclude` is the reason for its exclusion from the inventory; a service control policy denies `denied_regions`.
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
        """Whether the inventory includes this account."""
        return not (self.exclude or self.suspended)
