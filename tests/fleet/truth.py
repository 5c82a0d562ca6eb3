"""The expected findings: known because the organization was built to have them, not because a check was run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tests.fleet.definitions import container_name, template_of
from tests.fleet.organization import Family, Organization
from tests.fleet.workloads import Workloads


@dataclass(frozen=True, slots=True)
class Expected:
    """The flagship check's verdict on one revision: FAIL, PASS or NOT_APPLICABLE.

    `reasons` (`privileged`, `root-user`) and the names of the `failing` containers are empty unless it fails.
    """

    account: str
    region: str
    family: str
    revision: int
    arn: str
    status: str
    verdict: str
    reasons: tuple[str, ...]
    failing: tuple[str, ...]


def expected(organization: Organization, family: Family, revision: int) -> Expected:
    """Return the verdict on one revision."""
    recipe = template_of(organization, family, revision)[0]
    return Expected(
        account=family.account,
        region=family.region,
        family=family.name,
        revision=revision,
        arn=family.arn(revision),
        status=family.status(revision),
        verdict=recipe.verdict,
        reasons=recipe.reasons,
        failing=tuple(container_name(number) for number in recipe.failing),
    )


def latest(organization: Organization) -> Iterator[Expected]:
    """Yield the latest ACTIVE revision of every family, in the order of accounts, regions and names."""
    for member in organization.members:
        for region in organization.regions:
            for family in organization.families(member.id, region):
                if family.active is not None:
                    yield expected(organization, family, family.active)


@dataclass(frozen=True, slots=True)
class Usage:
    """A running revision with the ARNs of its services and the number of its running tasks."""

    definition: Expected
    services: tuple[str, ...]
    tasks: int


def in_use(organization: Organization) -> Iterator[Usage]:
    """Yield every revision that a service, deployment, task set or task uses, once."""
    workloads = Workloads(organization)
    for member in organization.members:
        for region in organization.regions:
            yield from _in_region(organization, workloads, member.id, region)


def _in_region(organization: Organization, workloads: Workloads, account: str, region: str) -> Iterator[Usage]:
    families: dict[str, tuple[Family, int]] = {}
    services: defaultdict[str, list[str]] = defaultdict(list)
    tasks: Counter[str] = Counter()
    for cluster in range(workloads.cluster_count(account, region)):
        for service in workloads.services_in(account, region, cluster):
            for revision in dict.fromkeys(service.revisions):
                arn = service.family.arn(revision)
                families[arn] = service.family, revision
                services[arn].append(service.arn)
        for task in workloads.tasks_in(account, region, cluster):
            arn = task.family.arn(task.revision)
            families[arn] = task.family, task.revision
            tasks[arn] += 1
    for arn, (family, revision) in sorted(families.items()):
        yield Usage(expected(organization, family, revision), tuple(sorted(services[arn])), tasks[arn])


def families(organization: Organization) -> int:
    """Return the number of families with an ACTIVE revision: the describe calls of a first night."""
    return sum(1 for _ in latest(organization))
