"""Answers of AWS that contradict other answers: each one in its own account is a gap there, and nothing elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

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
    "a list never ends": Case(
        Fault("endless", operation="ListTaskDefinitionFamilies"), MALFORMED, frozenset({DEFINITIONS})
    ),
    "services of another region are listed": Case(
        Fault("rewritten", operation="ListServices", find=REGION, replacement="us-west-2"),
        MALFORMED,
        frozenset({SERVICES, DEFINITIONS}),
    ),
}

#: Faults of the list of regions, and the expected coverage record: its region, reason and part of its detail.
REGION_CASES = {
    "a region that every account has is missing": (
        Fault("rewritten", find="<item><regionName>us-west-1<.*?</item>"),
        ("*", MALFORMED, "us-west-1 is missing"),
    ),
    "a region that every account has is called disabled": (
        Fault("rewritten", find="(us-west-1<.*?)opt-in-not-required", replacement=r"\1not-opted-in"),
        ("us-west-1", CONTRADICTORY, "no account can disable it"),
    ),
    "a region has an unknown opt-in status": (
        Fault("rewritten", find="(af-south-1<.*?)not-opted-in", replacement=r"\1opting-in"),
        ("af-south-1", "region-disabled", "'opting-in', which is not documented"),
    ),
}
OLD_ARN = "a service has an ARN in the old format"


@dataclass(frozen=True, slots=True)
class Ran:
    """The finished night, and the account of each case."""

    fleet: Fleet
    night: Night
    accounts: dict[str, str]

    def gaps(self, account: str) -> dict[str, Row]:
        """Return the coverage records of an account that are not EXAMINED, by collector."""
        gaps = {row["collector"]: row for row in self.not_examined(account)}
        assert {row["region"] for row in gaps.values()} <= {REGION}
        return gaps

    def not_examined(self, account: str) -> list[Row]:
        """Return the coverage records of an account that are not EXAMINED."""
        rows = [row for row in self.night.coverage() if row["account_id"] == account]
        return [row for row in rows if row["status"] != "EXAMINED"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    shape = Shape(accounts=20, regions=REGIONS, families=3, skew=0, revisions=3, services=4, tasks=2)
    with running(shape) as fleet:
        eligible = [member.id for member in fleet.organization.members if _has_all(fleet, member.id)]
        accounts = dict(zip((*CASES, *REGION_CASES, OLD_ARN), eligible, strict=False))
        assert len(accounts) == len(CASES) + len(REGION_CASES) + 1
        faults = [replace(case.fault, accounts=(accounts[name],), region=REGION) for name, case in CASES.items()]
        for name, (fault, _) in REGION_CASES.items():
            faults.append(replace(fault, accounts=(accounts[name],), operation="DescribeRegions"))
        faults.append(Fault("tags-refused", accounts=(accounts[OLD_ARN],), region=REGION, resource="svc-00000"))
        fleet.set_faults(*faults)
        checks = [flag for check in CHECKS for flag in ("--check", check)]
        inventory = fleet.inventory_text()
        for name in REGION_CASES:
            row = f'{{id: "{accounts[name]}",'
            inventory = inventory.replace(row, f"{row} regions: [all],")
        folder = tmp_path_factory.mktemp("night")
        night = audit(fleet, folder, checks=checks, inventory=inventory, program=NO_WAITING)
        yield Ran(fleet, night, accounts)


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


@pytest.mark.parametrize("case", REGION_CASES)
def test_a_doubtful_list_of_regions_has_a_coverage_record(ran: Ran, case: str) -> None:
    region, reason, detail = REGION_CASES[case][1]
    rows = ran.not_examined(ran.accounts[case])

    assert {(row["region"], row["reason"]) for row in rows} == {(region, reason)}
    assert all(detail in row["detail"] for row in rows)


def test_a_service_whose_tags_are_refused_costs_its_neighbours_nothing(ran: Ran) -> None:
    account = ran.accounts[OLD_ARN]
    rows = [
        row
        for row in ran.night.findings()
        if (row["account_id"], row["region"], row["check_id"]) == (account, REGION, "ecs-service-untagged")
    ]
    unread = [row for row in rows if row["status"] == "UNKNOWN"]

    assert ran.not_examined(account) == []
    assert [row["resource"]["name"].rpartition("/")[2] for row in unread] == ["svc-00000"]
    assert len(rows) == Workloads(ran.fleet.organization).service_count(account, REGION)


def test_accounts_without_a_contradiction_are_fully_examined(ran: Ran) -> None:
    healthy = {member.id for member in ran.fleet.organization.members} - set(ran.accounts.values())

    assert {account: ran.gaps(account) for account in healthy} == {account: {} for account in healthy}


def test_the_night_is_incomplete(ran: Ran) -> None:
    assert ran.night.code == 4, ran.night.stderr
    assert ran.night.latest["complete"] is False


@pytest.mark.slow
def test_a_stale_description_of_a_listed_revision_is_a_gap(tmp_path: Path) -> None:
    with running(Shape(accounts=2, regions=1, families=4, skew=0, revisions=4)) as fleet:
        audit(fleet, tmp_path, program=NO_WAITING)
        fleet.next_night(changed=1.0)
        stale = next(iter(fleet.truth()))
        older = Fault("rewritten", find=rf":{stale.revision}\b", replacement=f":{stale.revision - 1}")
        fleet.set_faults(
            replace(older, accounts=(stale.account,), operation="DescribeTaskDefinition", resource=stale.family)
        )
        night = audit(fleet, tmp_path, program=NO_WAITING)
        run_id = night.latest["run_id"]
        rows = [row for row in night.findings("UNKNOWN") if row["run_id"] == run_id]

        assert night.code == 4, night.stderr
        assert [(row["resource"]["arn"], *row["reasons"]) for row in rows] == [(stale.arn, MALFORMED)]


@pytest.mark.slow
@pytest.mark.parametrize("state", ["Active", "PENDING_ACTIVATION", "OF_NEXT_YEAR"])
def test_accounts_in_any_other_state_than_suspended_or_closed_are_audited(tmp_path: Path, state: str) -> None:
    with running(Shape(accounts=2, regions=1, suspended=1)) as fleet:
        fleet.set_faults(Fault("rewritten", services=("organizations",), find='"ACTIVE"', replacement=f'"{state}"'))
        night = audit(fleet, tmp_path, inventory=fleet.discovery_text)
        records = {row["account_id"]: row["status"] for row in night.coverage()}

        assert {records[member.id] for member in fleet.organization.members} == {"EXAMINED"}
        assert sorted(records.values()).count("EXCLUDED") == 1


@pytest.mark.slow
def test_an_organization_with_an_account_id_that_is_a_path_is_refused(tmp_path: Path) -> None:
    with running(Shape(accounts=2, regions=1)) as fleet:
        member = fleet.organization.members[0].id
        fleet.set_faults(
            Fault("rewritten", services=("organizations",), find=f'"{member}"', replacement=f'"../../{member}"')
        )
        night = audit(fleet, tmp_path, inventory=fleet.discovery_text, program=NO_WAITING)

        assert night.code == 1
        assert "no list of objects with a valid `Id`" in night.stderr
        assert "AssumeRole" not in fleet.report()["operations"]
