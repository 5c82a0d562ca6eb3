from __future__ import annotations

import pytest

from auditor.demo.model import DemoAccount, Family, Revision
from auditor.demo.organization import ACCOUNTS
from auditor.domain.check import Status

READABLE = [account for account in ACCOUNTS if account.audited and account.role_deployed]


def _is_root(user: str | None) -> bool:
    return (user or "").split(":")[0] in {"root", "0"}


def _judge(revision: Revision) -> Status:
    if revision.network_mode != "host":
        return Status.NOT_APPLICABLE
    return Status.FAIL if any(box.privileged or _is_root(box.user) for box in revision.containers) else Status.PASS


ALL_FAMILIES = [
    pytest.param(family, id=f"{account.name} {family.name}") for account in ACCOUNTS for family in account.families
]


@pytest.mark.parametrize("family", ALL_FAMILIES)
def test_the_label_written_by_hand_is_what_the_benchmark_says(family: Family) -> None:
    assert family.expected_status is _judge(family.revisions[-1])


LATEST = [family.revisions[-1] for account in READABLE for family in account.families]
FAMILIES = [family for account in READABLE for family in account.families]
HOST_BOXES = [box for revision in LATEST if revision.network_mode == "host" for box in revision.containers]
RUNNING = [
    pytest.param(family, number, id=f"{account.name} {family.name}:{number}")
    for account in READABLE
    for family in account.families
    for number in family.expected_older
]


@pytest.mark.parametrize(("family", "number"), RUNNING)
def test_the_label_of_an_older_revision_that_runs_is_what_the_benchmark_says(family: Family, number: int) -> None:
    assert family.expected_older[number] is _judge(family.revisions[number - 1])


@pytest.mark.parametrize("family", ALL_FAMILIES)
def test_no_family_has_deregistered_its_latest_revision(family: Family) -> None:
    assert len(family.revisions) not in family.deregistered


@pytest.mark.parametrize("account", READABLE, ids=lambda account: account.name)
def test_whatever_runs_is_defined_where_it_runs(account: DemoAccount) -> None:
    families = {family.name: family for family in account.families}
    providers = {provider.name: set(provider.regions) for provider in account.workloads.providers}
    for cluster in account.workloads.clusters:
        for service in cluster.services:
            family = families[service.family]
            places = set(family.regions) & set(cluster.regions)
            assert places
            assert service.launch in {"FARGATE", "EC2"} or places <= providers[service.launch]
            assert (service.launch == "FARGATE") is family.revisions[-1].fargate
        assert all(set(families[name].regions) & set(cluster.regions) for name in cluster.standalone_tasks)
    for daemon in account.workloads.daemons:
        assert set(daemon.regions) <= providers[daemon.provider]
        assert any(
            daemon.cluster == each.name and set(daemon.regions) <= set(each.regions)
            for each in account.workloads.clusters
        )


HISTORIES = {
    tuple(_judge(revision) for revision in family.revisions) for account in READABLE for family in account.families
}


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param({box.user for box in HOST_BOXES} >= {"root", "0", "0:0"}, id="root by name, uid and uid:gid"),
        pytest.param(any(box.privileged and not _is_root(box.user) for box in HOST_BOXES), id="privileged alone"),
        pytest.param(any(box.privileged and _is_root(box.user) for box in HOST_BOXES), id="privileged and root"),
        pytest.param(
            any(
                _judge(r) is Status.FAIL and _judge(Revision("host", r.containers[:1])) is not Status.FAIL
                for r in LATEST
            ),
            id="a bad container behind a good one",
        ),
        pytest.param({r.network_mode for r in LATEST} == {"host", "awsvpc", "bridge", None}, id="every network mode"),
        pytest.param(any(h[0] is Status.FAIL and h[-1] is Status.PASS for h in HISTORIES), id="fixed later"),
        pytest.param(any(h[0] is Status.PASS and h[-1] is Status.FAIL for h in HISTORIES), id="went bad later"),
        pytest.param(
            any(f.expected_older.get(number) is Status.FAIL for f in FAMILIES for number in f.deregistered),
            id="deregistered, bad, and running",
        ),
    ],
)
def test_the_demo_shows(*, shown: bool) -> None:
    assert shown
