"""The running workloads of the organization: clusters, services, tasks and daemons, computed on demand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.fleet.organization import Family, Organization


@dataclass(frozen=True, slots=True)
class Service:
    """A service with its revisions: the primary one, and possibly an older one.

    If `has_task_sets` is true, task sets run them and the service itself names no task definition.
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
        """The name. Names sort like their indexes."""
        return f"svc-{self.index:05d}"

    @property
    def arn(self) -> str:
        """The ARN in the long format, with the cluster."""
        return f"{_prefix(self.family)}:service/{cluster_name(self.cluster)}/{self.name}"


@dataclass(frozen=True, slots=True)
class Task:
    """A running task; `service` is None for a standalone task."""

    cluster: int
    number: int
    family: Family
    revision: int
    service: Service | None

    @property
    def arn(self) -> str:
        """The ARN. The first 16 of its 32 hexadecimal digits identify the task."""
        owner = f"0{self.service.index:07x}" if self.service else f"1{self.cluster:07x}"
        digits = f"{self.family.bits & 0xFFFFFFFFFFFFFFFF:016x}"
        return f"{_prefix(self.family)}:task/{cluster_name(self.cluster)}/{owner}{self.number:08x}{digits}"


class Workloads:
    """The running workloads by account and region."""

    def __init__(self, organization: Organization) -> None:
        """Use the sizes of the organization's shape."""
        self._organization = organization
        self._shape = organization.shape

    def cluster_count(self, account: str, region: str) -> int:
        """Return the number of clusters: none without families, at least one with services."""
        if not self._organization.family_count(account, region):
            return 0
        least = 1 if self._shape.services else 0
        return max(least, self._organization.random_count(self._shape.clusters, "clusters", account, region))

    def service_count(self, account: str, region: str) -> int:
        """Return the number of services in all clusters; service i is in cluster i modulo the number of clusters."""
        if not self._shape.services or not self.cluster_count(account, region):
            return 0
        return self._organization.random_count(self._shape.services, "services", account, region)

    def service(self, account: str, region: str, index: int) -> Service:
        """Return a service by its index from 0, counted over all clusters."""
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

    def task_count(self, account: str, region: str, cluster: int) -> int:
        """Return the number of running tasks of one cluster."""
        of_services = sum(service.tasks for service in self.services_in(account, region, cluster))
        return of_services + self.standalone_task_count(account, region, cluster)

    def tasks_in(self, account: str, region: str, cluster: int) -> Iterator[Task]:
        """Yield the running tasks of one cluster: those of services, then standalone ones."""
        for service in self.services_in(account, region, cluster):
            for number in range(service.tasks):
                yield self.service_task(service, number)
        for number in range(self.standalone_task_count(account, region, cluster)):
            yield self.standalone_task(account, region, cluster, number)

    def service_task(self, service: Service, number: int) -> Task:
        """Return one task of a service; its revisions alternate."""
        revision = service.revisions[number % len(service.revisions)]
        return Task(service.cluster, number, service.family, revision, service)

    def standalone_task_count(self, account: str, region: str, cluster: int) -> int:
        """Return the number of standalone tasks."""
        if not self._shape.services:
            return 0
        return self._organization.random_count(self._shape.tasks / 2, "loose", account, region, cluster)

    def standalone_task(self, account: str, region: str, cluster: int, number: int) -> Task:
        """Return a standalone task of any revision of any family."""
        bits = self._organization.random_bits("loose", account, region, cluster, number)
        families = self._organization.family_count(account, region)
        family = self._organization.family(account, region, bits % families)
        return Task(cluster, number, family, _any_revision(family, bits >> 40), None)

    def find_task(self, account: str, region: str, cluster: int, name: str) -> Task | None:
        """Return a running task by the last part of its ARN, or None."""
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
        """Return the number of families of daemon task definitions."""
        if not self._shape.daemons or not self.cluster_count(account, region):
            return 0
        return self._organization.random_count(self._shape.daemons, "daemons", account, region)


def cluster_name(index: int) -> str:
    """Return the name of a cluster; the first one is AWS's default cluster."""
    return f"cluster-{index:03d}" if index else "default"


def cluster_index(name: str) -> int | None:
    """Return the index of a cluster by its name or ARN, or None."""
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
