"""Answers of AWS that contradict other answers: each one in its own account is a gap there, and nothing elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from tests.fleet import Fault, Fleet, Shape, running
from tests.fleet.workloads import Workloads
from tests.nightly.night import NO_WAITING, Night, Row, audit

REGIONS = ("us-east-1", "eu-west-1")
REGION = "eu-west-1"
SERVICES, TASKS, CLUSTERS, DEFINITIONS = "ecs-services", "ecs-tasks", "ecs-clusters", "ecs-task-definitions"
CHECKS = ("ecs-host-network-privileged-or-root", "ecs-cluster-untagged", "ecs-service-untagged")
CONTRADICTORY, MALFORMED = "contradictory-response", "malformed-response"


@dataclass(frozen=True, slots=True)
class Case:
    """A fault, and the collectors that have a coverage record with its reason."""

    fault: Fault
    reason: str
    collectors: frozenset[str]


#: Usage comes from services and tasks, so that task definitions have a gap wherever one of the two has.
CASES = {
    "services that are listed are missing": Case(
        Fault("missing", operation="DescribeServices"), CONTRADICTORY, frozenset({SERVICES, DEFINITIONS})
    ),
    "all tasks that are listed are missing": Case(
        Fault("missing", operation="DescribeTasks"), CONTRADICTORY, frozenset({TASKS, DEFINITIONS})
    ),
    "clusters that are listed are missing": Case(
        Fault("missing", operation="DescribeClusters"), CONTRADICTORY, frozenset({CLUSTERS})
    ),
    "services of an ACTIVE cluster cannot be listed": Case(
        Fault("missing", operation="ListServices"), CONTRADICTORY, frozenset({SERVICES, DEFINITIONS})
    ),
    "tasks of an ACTIVE cluster cannot be listed": Case(
        Fault("missing", operation="ListTasks"), CONTRADICTORY, frozenset({TASKS, DEFINITIONS})
    ),
    "clusters of another account are listed": Case(
        Fault("rewritten", operation="ListClusters", find=r":\d{12}:", replacement=":444455556666:"),
        MALFORMED,
        frozenset({CLUSTERS, SERVICES, TASKS, DEFINITIONS}),
    ),
    "services of another region are listed": Case(
        Fault("rewritten", operation="ListServices", find=REGION, replacement="us-west-2"),
        MALFORMED,
        frozenset({SERVICES, DEFINITIONS}),
    ),
}


@dataclass(frozen=True, slots=True)
class Ran:
    """The finished night, and the account of each case."""

    fleet: Fleet
    night: Night
    accounts: dict[str, str]

    def gaps(self, account: str) -> dict[str, Row]:
        """Return the coverage records of an account that are not EXAMINED, by collector."""
        records = [row for row in self.night.coverage() if row["account"]["id"] == account]
        assert all(row["region"] == REGION for row in records if row["status"] != "EXAMINED")
        return {row["collector"]: row for row in records if row["status"] != "EXAMINED"}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    shape = Shape(accounts=20, regions=REGIONS, families=3, skew=0, revisions=3, services=4, tasks=2)
    with running(shape) as fleet:
        eligible = [member.id for member in fleet.organization.members if _has_all(fleet, member.id)]
        accounts = dict(zip(CASES, eligible, strict=False))
        assert len(accounts) == len(CASES)
        faults = [replace(case.fault, accounts=(accounts[name],), region=REGION) for name, case in CASES.items()]
        fleet.set_faults(*faults)
        checks = [flag for check in CHECKS for flag in ("--check", check)]
        yield Ran(fleet, audit(fleet, tmp_path_factory.mktemp("night"), checks=checks, program=NO_WAITING), accounts)


def _has_all(fleet: Fleet, account: str) -> bool:
    workloads = Workloads(fleet.organization)
    clusters = range(workloads.cluster_count(account, REGION))
    tasks = [task for cluster in clusters for task in workloads.tasks_in(account, REGION, cluster)]
    return bool(workloads.service_count(account, REGION) and tasks)


@pytest.mark.parametrize("case", CASES)
def test_a_contradiction_is_a_gap_of_every_collector_that_it_affects(ran: Ran, case: str) -> None:
    gaps = ran.gaps(ran.accounts[case])

    assert set(gaps) == CASES[case].collectors
    assert {row["reason"] for row in gaps.values()} == {CASES[case].reason}
    assert all(row["detail"] for row in gaps.values())


def test_accounts_without_a_contradiction_are_fully_examined(ran: Ran) -> None:
    healthy = {member.id for member in ran.fleet.organization.members} - set(ran.accounts.values())

    assert {account: ran.gaps(account) for account in healthy} == {account: {} for account in healthy}


def test_the_night_is_incomplete(ran: Ran) -> None:
    assert ran.night.code == 4, ran.night.stderr
    assert ran.night.latest["complete"] is False
