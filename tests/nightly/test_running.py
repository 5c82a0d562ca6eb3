"""Running revisions of services, task sets and standalone tasks are evaluated, with the fewest possible calls."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.organization import Shape
from tests.fleet.protocols.ecs_daemons import KINDS
from tests.fleet.running import Fleet, running
from tests.fleet.truth import Expected, Usage
from tests.fleet.workloads import Workloads
from tests.nightly.night import Night, Row, audit

pytestmark = pytest.mark.slow

SHAPE = Shape(accounts=10, regions=3, families=6, services=9, clusters=1.5, tasks=3)
FLAGSHIP = ("--check", "ecs-host-network-privileged-or-root")
WORST_FIRST = ("FAIL", "PASS", "NOT_APPLICABLE")

Ran = tuple[Fleet, Night, dict[str, Any]]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    with running(SHAPE, enforce=True) as fleet:
        night = audit(fleet, tmp_path_factory.mktemp("night"), checks=FLAGSHIP)
        yield fleet, night, fleet.report()


def key(revision: Expected) -> tuple[str, str, str]:
    return revision.account, revision.region, revision.family


def evaluated(fleet: Fleet) -> dict[tuple[str, str, str], set[Expected]]:
    """Return the revisions that must be evaluated, by family."""
    families: defaultdict[tuple[str, str, str], set[Expected]] = defaultdict(set)
    for revision in (*fleet.truth(), *(usage.definition for usage in fleet.in_use())):
        families[key(revision)].add(revision)
    return families


def verdict(revisions: set[Expected]) -> str:
    return min((revision.verdict for revision in revisions), key=WORST_FIRST.index)


def failing(fleet: Fleet) -> dict[tuple[str, str, str], list[Expected]]:
    """Return the failing revisions, by family."""
    return {
        family: [revision for revision in revisions if revision.verdict == "FAIL"]
        for family, revisions in evaluated(fleet).items()
        if verdict(revisions) == "FAIL"
    }


def family_of(row: Row) -> tuple[str, str, str]:
    return row["account_id"], row["region"], row["resource"]["family"]


def test_the_fleet_runs_older_revisions_that_fail_while_the_latest_passes(night: Ran) -> None:
    fleet, _, _ = night
    latest = {key(revision): revision.verdict for revision in fleet.truth()}

    assert sum(latest.get(family) != "FAIL" for family in failing(fleet)) >= 3


@pytest.mark.parametrize("status", ["FAIL", "PASS"])
def test_each_family_has_one_finding_with_the_worst_status(night: Ran, status: str) -> None:
    fleet, done, _ = night
    expected = Counter(family for family, revisions in evaluated(fleet).items() if verdict(revisions) == status)

    assert done.code == 0, done.stderr
    assert Counter(map(family_of, done.findings(status))) == expected


def test_reasons_and_evidence_cover_every_failing_revision(night: Ran) -> None:
    fleet, done, _ = night
    truth = {
        family: (
            {reason for revision in revisions for reason in revision.reasons},
            {(revision.revision, name) for revision in revisions for name in revision.failing},
        )
        for family, revisions in failing(fleet).items()
    }
    rows = {
        family_of(row): (
            set(row["reasons"]),
            {(evidence["revision"], evidence["part"]) for evidence in row["evidence"]},
        )
        for row in done.findings("FAIL")
    }

    assert rows == truth


def test_a_finding_names_a_running_revision_if_there_is_one(night: Ran) -> None:
    fleet, done, _ = night
    running_arns = {usage.definition.arn for usage in fleet.in_use()}
    candidates = {family: {revision.arn for revision in revisions} for family, revisions in failing(fleet).items()}

    for row in done.findings("FAIL"):
        arns = candidates[family_of(row)]
        assert row["resource"]["arn"] in (arns & running_arns or arns)


def test_the_usage_equals_the_truth(night: Ran) -> None:
    fleet, done, _ = night
    usages: dict[str, Usage] = {usage.definition.arn: usage for usage in fleet.in_use()}
    truth = {}
    for family, revisions in failing(fleet).items():
        used = [usages[revision.arn] for revision in revisions if revision.arn in usages]
        services = {arn for usage in used for arn in usage.services}
        truth[family] = (services, sum(usage.tasks for usage in used), True)
    rows = {
        family_of(row): (set(row["usage"]["services"]), row["usage"]["running_tasks"], row["usage"]["complete"])
        for row in done.findings("FAIL")
    }

    assert rows == truth
    assert any(services for services, _, _ in truth.values())
    assert any(not services and not tasks for services, tasks, _ in truth.values())


def test_the_number_of_calls_is_minimal_and_none_is_throttled(night: Ran) -> None:
    fleet, _, seen = night
    workloads, expected = Workloads(fleet.organization), Counter[str]()
    for member in fleet.organization.members:
        for region in fleet.organization.regions:
            clusters = workloads.cluster_count(member.id, region)
            families = sum(1 for revision in fleet.truth() if key(revision)[:2] == (member.id, region))
            expected["ListClusters"] += 1
            expected["ListTaskDefinitionFamilies"] += max(1, ceil(families / 100))
            for cluster in range(clusters):
                services = sum(1 for _ in workloads.services_in(member.id, region, cluster))
                tasks = sum(1 for _ in workloads.tasks_in(member.id, region, cluster))
                expected["ListServices"] += max(1, ceil(services / 100))
                expected["DescribeServices"] += ceil(services / 10)
                expected["ListTasks"] += max(1, ceil(tasks / 100))
                expected["DescribeTasks"] += ceil(tasks / 100)
    expected["DescribeTaskDefinition"] = sum(map(len, evaluated(fleet).values()))
    expected |= Counter({"AssumeRole": 10, "DescribeRegions": 10, "GetCallerIdentity": 1, "ListAccounts": 1})

    assert Counter(seen["operations"]) == +expected
    assert seen["duplicates"] == {}
    assert seen["throttled"] == 0


def test_services_and_tasks_have_coverage_records(night: Ran) -> None:
    fleet, done, _ = night
    rows = Counter(row["collector"] for row in done.coverage())

    assert rows == Counter(dict.fromkeys(("ecs-services", "ecs-tasks", "ecs-task-definitions"), 30))
    assert {row["status"] for row in done.coverage()} == {"EXAMINED"}
    assert fleet.organization.members


def test_only_running_revisions_are_evaluated_on_request(tmp_path: Path) -> None:
    with running(SHAPE) as fleet:
        done = audit(fleet, tmp_path, checks=(*FLAGSHIP, "--revisions", "running"))
        failing_in_use = {key(usage.definition) for usage in fleet.in_use() if usage.definition.verdict == "FAIL"}

        assert done.code == 0, done.stderr
        assert set(map(family_of, done.findings("FAIL"))) == failing_in_use
        assert "ListTaskDefinitionFamilies" not in fleet.report()["operations"]


def test_usage_is_not_read_if_only_the_latest_revisions_are_requested(tmp_path: Path) -> None:
    with running(SHAPE) as fleet:
        done = audit(fleet, tmp_path, checks=(*FLAGSHIP, "--revisions", "latest"))
        truth = {revision.arn for revision in fleet.truth() if revision.verdict == "FAIL"}

        assert done.arns("FAIL") == truth
        assert {row["usage"] for row in done.findings("FAIL")} == {None}
        assert set(fleet.report()["operations"]) == {
            *("AssumeRole", "DescribeRegions", "DescribeTaskDefinition", "GetCallerIdentity"),
            *("ListAccounts", "ListTaskDefinitionFamilies"),
        }


def test_managed_daemons_are_evaluated_and_shared_means_the_host(tmp_path: Path) -> None:
    with running(replace(SHAPE, accounts=4, daemons=3)) as fleet:
        checks = ("ecs-privileged-container", "ecs-host-pid-mode", "ecs-running-inactive-revision")
        done = audit(fleet, tmp_path, checks=[flag for check in checks for flag in ("--check", check)])
        rows = [row for row in done.findings() if row["resource"]["type"] == "AWS::ECS::DaemonTaskDefinition"]
        operations, statuses = fleet.report()["operations"], {}
        for row in rows:
            # The stand-in derives the definition from the numbers of the family and of the revision.
            index, revision = int(row["resource"]["family"].removeprefix("daemon-")), row["resource"]["revision"]
            privileged, _, pid_mode = KINDS[(index + revision) % len(KINDS)]
            fails = {"ecs-privileged-container": privileged is True, "ecs-host-pid-mode": pid_mode == "shared"}
            statuses[row["check_id"], fails[row["check_id"]]] = True
            assert row["status"] == ("FAIL" if fails[row["check_id"]] else "PASS"), row

        assert done.code == 0, done.stderr
        assert len(statuses) == 4, "both statuses of both checks"
        assert len(rows) == 2 * operations["DescribeDaemonTaskDefinition"]
        assert all(row["usage"]["daemons"] and row["usage"]["running_tasks"] for row in rows)
        assert {row["collector"] for row in done.coverage()} >= {"ecs-daemon-task-definitions"}
