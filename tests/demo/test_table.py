from __future__ import annotations

import pytest

from auditor.demo.model import Container, DemoAccount, Family, Revision
from auditor.demo.organization import ACCOUNTS
from auditor.domain.check import Status

READABLE = [account for account in ACCOUNTS if account.audited and account.role_deployed]


def _is_root(user: str | None) -> bool:
    return (user or "").split(":")[0] in {"root", "0"}


def _is_powerful(container: Container) -> bool:
    return bool(container.privileged) or _is_root(container.user)


def _judge(revision: Revision) -> Status:
    if revision.network_mode != "host":
        return Status.NOT_APPLICABLE
    return Status.FAIL if any(map(_is_powerful, revision.containers)) else Status.PASS


ALL_FAMILIES = [
    pytest.param(family, id=f"{account.name} {family.name}") for account in ACCOUNTS for family in account.families
]


@pytest.mark.parametrize("family", ALL_FAMILIES)
def test_the_expected_status_is_that_of_the_benchmark(family: Family) -> None:
    assert family.expected_status is _judge(family.revisions[-1])


LATEST = [family.revisions[-1] for account in READABLE for family in account.families]
FAMILIES = [family for account in READABLE for family in account.families]
HOST_CONTAINERS = [
    container for revision in LATEST if revision.network_mode == "host" for container in revision.containers
]
RUNNING = [
    pytest.param(family, number, id=f"{account.name} {family.name}:{number}")
    for account in READABLE
    for family in account.families
    for number in family.expected_older
]


@pytest.mark.parametrize(("family", "number"), RUNNING)
def test_the_expected_status_of_an_older_running_revision_is_that_of_the_benchmark(family: Family, number: int) -> None:
    assert family.expected_older[number] is _judge(family.revisions[number - 1])


@pytest.mark.parametrize("family", ALL_FAMILIES)
def test_no_family_has_deregistered_its_latest_revision(family: Family) -> None:
    assert len(family.revisions) not in family.deregistered


@pytest.mark.parametrize("account", READABLE, ids=lambda account: account.name)
def test_running_families_are_registered_in_the_regions_of_their_clusters(account: DemoAccount) -> None:
    families = {family.name: family for family in account.families}
    providers = {provider.name: set(provider.regions) for provider in account.workloads.providers}
    for cluster in account.workloads.clusters:
        for service in cluster.services:
            family = families[service.family]
            regions = set(family.regions) & set(cluster.regions)
            assert regions
            assert service.launch in {"FARGATE", "EC2"} or regions <= providers[service.launch]
            assert (service.launch == "FARGATE") is family.revisions[-1].fargate
        assert all(set(families[name].regions) & set(cluster.regions) for name in cluster.standalone_tasks)
    for daemon in account.workloads.daemons:
        assert set(daemon.regions) <= providers[daemon.provider]
        assert any(
            daemon.cluster == cluster.name and set(daemon.regions) <= set(cluster.regions)
            for cluster in account.workloads.clusters
        )


HISTORIES = {
    tuple(_judge(revision) for revision in family.revisions) for account in READABLE for family in account.families
}


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(
            {container.user for container in HOST_CONTAINERS} >= {"root", "0", "0:0"},
            id="root by name, uid and uid:gid",
        ),
        pytest.param(
            any(_is_powerful(container) and not _is_root(container.user) for container in HOST_CONTAINERS),
            id="privileged alone",
        ),
        pytest.param(
            any(container.privileged and _is_root(container.user) for container in HOST_CONTAINERS),
            id="privileged and root",
        ),
        pytest.param(
            any(
                _judge(revision) is Status.FAIL and _judge(Revision(revision.containers[:1], "host")) is not Status.FAIL
                for revision in LATEST
            ),
            id="a failing container after a passing one",
        ),
        pytest.param(
            {revision.network_mode for revision in LATEST} == {"host", "awsvpc", "bridge", None},
            id="every network mode",
        ),
        pytest.param(
            any(statuses[0] is Status.FAIL and statuses[-1] is Status.PASS for statuses in HISTORIES), id="fixed later"
        ),
        pytest.param(
            any(statuses[0] is Status.PASS and statuses[-1] is Status.FAIL for statuses in HISTORIES),
            id="introduced later",
        ),
        pytest.param(
            any(
                family.expected_older.get(number) is Status.FAIL
                for family in FAMILIES
                for number in family.deregistered
            ),
            id="deregistered, failing and running",
        ),
    ],
)
def test_the_demo_contains(*, shown: bool) -> None:
    assert shown
