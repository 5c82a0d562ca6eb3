"""What runs in the made-up organization: clusters, services, tasks and daemons, worked out like everything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.fleet.organization import Family, Organization


@dataclass(frozen=True, slots=True)
class Service:
    """A service and the revisions that it keeps alive. `revisions` holds the primary one first, an older one second.

    Where `sets` is true, task sets run them and the service itself names no task definition.
    """

    index: int
    cluster: int
    family: Family
    revisions: tuple[int, ...]
    tasks: int
    has_task_sets: bool
    fargate: bool
    public_ip: bool
    exec_enabled: bool

    @property
    def name(self) -> str:
        """The order of names is the order of numbers."""
        return f"svc-{self.index:05d}"

    @property
    def arn(self) -> str:
        """In the long format, with the cluster."""
        return f"{_prefix(self.family)}:service/{cluster_name(self.cluster)}/{self.name}"


@dataclass(frozen=True, slots=True)
class Task:
    """A running task; `service` is None for one that somebody started by hand."""

    cluster: int
    number: int
    family: Family
    revision: int
    service: Service | None

    @property
    def arn(self) -> str:
        """32 hexadecimal digits, of which the first 16 say which task it is."""
        owner = f"0{self.service.index:07x}" if self.service else f"1{self.cluster:07x}"
        digits = f"{self.family.bits & 0xFFFFFFFFFFFFFFFF:016x}"
        return f"{_prefix(self.family)}:task/{cluster_name(self.cluster)}/{owner}{self.number:08x}{digits}"


class Workloads:
    """What runs, by account and region."""

    def __init__(self, organization: Organization) -> None:
        """Take sizes and chances from the organization's shape."""
        self._organization = organization
        self._shape = organization.shape

    def cluster_count(self, account: str, region: str) -> int:
        """How many clusters there are. A region without families has none; one with services has at least one."""
        if not self._organization.family_count(account, region):
            return 0
        least = 1 if self._shape.services else 0
        return max(least, self._organization.random_count(self._shape.clusters, "clusters", account, region))

    def service_count(self, account: str, region: str) -> int:
        """How many services there are in all clusters; number i runs in cluster i modulo the number of clusters."""
        if not self._shape.services or not self.cluster_count(account, region):
            return 0
        return self._organization.random_count(self._shape.services, "services", account, region)

    def service(self, account: str, region: str, index: int) -> Service:
        """Service number `index`, which counts from 0 over all clusters."""
        bits = self._organization.random_bits("service", account, region, index)
        families = self._organization.family_count(account, region)
        family = self._organization.family(account, region, (bits >> 8) % families)
        current = _any_revision(family, bits >> 40) if bits % 100 < 40 else family.active or family.newest
        older = (_any_revision(family, bits >> 60),) if (bits >> 80) % 100 < 20 else ()
        return Service(
            index=index,
            cluster=index % self.cluster_count(account, region),
            family=family,
            revisions=(current, *older),
            tasks=self._organization.random_count(self._shape.tasks, "tasks", account, region, index),
            has_task_sets=(bits >> 90) % 100 < 10,
            fargate=(bits >> 98) % 100 < 50,
            public_ip=(bits >> 106) % 100 < 20,
            exec_enabled=(bits >> 114) % 100 < 20,
        )

    def services_in(self, account: str, region: str, cluster: int) -> Iterator[Service]:
        """Yield the services of one cluster."""
        total = self.service_count(account, region)
        step = max(1, self.cluster_count(account, region))
        return (self.service(account, region, index) for index in range(cluster, total, step))

    def tasks_in(self, account: str, region: str, cluster: int) -> Iterator[Task]:
        """Yield the running tasks of one cluster: those of services, then those started by hand."""
        for service in self.services_in(account, region, cluster):
            for number in range(service.tasks):
                yield self.service_task(service, number)
        for number in range(self.standalone_task_count(account, region, cluster)):
            yield self.standalone_task(account, region, cluster, number)

    def service_task(self, service: Service, number: int) -> Task:
        """One task of a service: the revisions take turns."""
        revision = service.revisions[number % len(service.revisions)]
        return Task(service.cluster, number, service.family, revision, service)

    def standalone_task_count(self, account: str, region: str, cluster: int) -> int:
        """How many tasks somebody started by hand."""
        if not self._shape.services:
            return 0
        return self._organization.random_count(self._shape.tasks / 2, "loose", account, region, cluster)

    def standalone_task(self, account: str, region: str, cluster: int, number: int) -> Task:
        """One task that somebody started by hand, of any revision there ever was."""
        bits = self._organization.random_bits("loose", account, region, cluster, number)
        families = self._organization.family_count(account, region)
        family = self._organization.family(account, region, bits % families)
        return Task(cluster, number, family, _any_revision(family, bits >> 40), None)

    def find_task(self, account: str, region: str, cluster: int, name: str) -> Task | None:
        """Find a running task by the last part of its ARN, or None."""
        try:
            owner, number = int(name[1:8], 16), int(name[8:16], 16)
        except ValueError:
            return None
        task = None
        if name[0] == "0" and owner < self.service_count(account, region):
            service = self.service(account, region, owner)
            task = self.service_task(service, number) if number < service.tasks else None
        elif name[0] == "1" and owner == cluster and number < self.standalone_task_count(account, region, cluster):
            task = self.standalone_task(account, region, cluster, number)
        return task if task and task.cluster == cluster and task.arn.endswith(name) else None

    def daemon_count(self, account: str, region: str) -> int:
        """How many families of daemon definitions there are."""
        if not self._shape.daemons or not self.cluster_count(account, region):
            return 0
        return self._organization.random_count(self._shape.daemons, "daemons", account, region)


def cluster_name(index: int) -> str:
    """Name a cluster; the first one is AWS's default."""
    return f"cluster-{index:03d}" if index else "default"


def cluster_index(name: str) -> int | None:
    """Tell a cluster's number by its name or ARN, or None."""
    short = name.rpartition("/")[2]
    if short == "default":
        return 0
    digits = short.removeprefix("cluster-")
    index = int(digits) if digits.isdecimal() else 0
    return index if index and cluster_name(index) == short else None


def _any_revision(family: Family, bits: int) -> int:
    return family.first + bits % (family.newest - family.first + 1)


def _prefix(family: Family) -> str:
    return f"arn:aws:ecs:{family.region}:{family.account}"
