"""What really runs is judged: services on older revisions, task sets, tasks by hand; at the price that AWS sets."""

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

SHAPE = Shape(accounts=10, regions=3, families=6, services=9, clusters=1.5, tasks=3)
FLAGSHIP = ("--check", "ecs-host-network-privileged-or-root")
GRAVEST = ("FAIL", "PASS", "NOT_APPLICABLE")

Ran = tuple[Fleet, Night, dict[str, Any]]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    with running(SHAPE, enforce=True) as fleet:
        night = audit(fleet, tmp_path_factory.mktemp("night"), checks=FLAGSHIP)
        yield fleet, night, fleet.report()


def key(each: Expected) -> tuple[str, str, str]:
    return each.account, each.region, each.family


def judged(fleet: Fleet) -> dict[tuple[str, str, str], set[Expected]]:
    """Return the revisions that are to be judged, by family."""
    families: defaultdict[tuple[str, str, str], set[Expected]] = defaultdict(set)
    for each in (*fleet.truth(), *(use.definition for use in fleet.in_use())):
        families[key(each)].add(each)
    return families


def verdict(revisions: set[Expected]) -> str:
    return min((each.verdict for each in revisions), key=GRAVEST.index)


def failing(fleet: Fleet) -> dict[tuple[str, str, str], list[Expected]]:
    """Return the revisions that fail, by family."""
    return {
        family: [each for each in revisions if each.verdict == "FAIL"]
        for family, revisions in judged(fleet).items()
        if verdict(revisions) == "FAIL"
    }


def found(row: Row) -> tuple[str, str, str]:
    return row["account"]["id"], row["region"], row["resource"]["family"]


def test_old_revisions_do_run_and_some_of_them_fail_where_the_latest_does_not(night: Ran) -> None:
    fleet, _, _ = night
    latest = {key(each): each.verdict for each in fleet.truth()}

    assert sum(latest.get(family) != "FAIL" for family in failing(fleet)) >= 3


@pytest.mark.parametrize("status", ["FAIL", "PASS"])
def test_there_is_one_finding_a_family_and_it_is_the_gravest(night: Ran, status: str) -> None:
    fleet, done, _ = night
    expected = Counter(family for family, revisions in judged(fleet).items() if verdict(revisions) == status)

    assert done.code == 0, done.stderr
    assert Counter(map(found, done.findings(status))) == expected


def test_reasons_and_evidence_are_those_of_every_revision_that_fails(night: Ran) -> None:
    fleet, done, _ = night
    truth = {
        family: (
            {reason for each in revisions for reason in each.reasons},
            {(each.revision, name) for each in revisions for name in each.failing},
        )
        for family, revisions in failing(fleet).items()
    }
    rows = {
        found(row): (set(row["reasons"]), {(each["revision"], each["part"]) for each in row["evidence"]})
        for row in done.findings("FAIL")
    }

    assert rows == truth


def test_a_finding_names_a_revision_that_runs_where_there_is_one(night: Ran) -> None:
    fleet, done, _ = night
    runs = {use.definition.arn for use in fleet.in_use()}
    candidates = {family: {each.arn for each in revisions} for family, revisions in failing(fleet).items()}

    for row in done.findings("FAIL"):
        arns = candidates[found(row)]
        assert row["resource"]["arn"] in (arns & runs or arns)


def test_what_uses_it_is_told_exactly(night: Ran) -> None:
    fleet, done, _ = night
    uses: dict[str, Usage] = {use.definition.arn: use for use in fleet.in_use()}
    truth = {}
    for family, revisions in failing(fleet).items():
        used = [uses[each.arn] for each in revisions if each.arn in uses]
        services = {arn for use in used for arn in use.services}
        truth[family] = (services, sum(use.tasks for use in used), True)
    rows = {
        found(row): (set(row["usage"]["services"]), row["usage"]["running_tasks"], row["usage"]["complete"])
        for row in done.findings("FAIL")
    }

    assert rows == truth
    assert any(services for services, _, _ in truth.values())
    assert any(not services and not tasks for services, tasks, _ in truth.values())


def test_the_calls_are_those_of_the_arithmetic_and_none_is_throttled(night: Ran) -> None:
    fleet, _, seen = night
    workloads, expected = Workloads(fleet.organization), Counter[str]()
    for member in fleet.organization.members:
        for region in fleet.organization.regions:
            clusters = workloads.cluster_count(member.id, region)
            families = sum(1 for each in fleet.truth() if key(each)[:2] == (member.id, region))
            expected["ListClusters"] += 1
            expected["ListTaskDefinitionFamilies"] += max(1, ceil(families / 100))
            for cluster in range(clusters):
                services = sum(1 for _ in workloads.services_in(member.id, region, cluster))
                tasks = sum(1 for _ in workloads.tasks_in(member.id, region, cluster))
                expected["ListServices"] += max(1, ceil(services / 100))
                expected["DescribeServices"] += ceil(services / 10)
                expected["ListTasks"] += max(1, ceil(tasks / 100))
                expected["DescribeTasks"] += ceil(tasks / 100)
    expected["DescribeTaskDefinition"] = sum(map(len, judged(fleet).values()))
    expected |= Counter({"AssumeRole": 10, "DescribeRegions": 10, "GetCallerIdentity": 1})

    assert Counter(seen["operations"]) == +expected
    assert seen["duplicates"] == {}
    assert seen["throttled"] == 0


def test_services_and_tasks_have_rows_of_their_own(night: Ran) -> None:
    fleet, done, _ = night
    rows = Counter(row["collector"] for row in done.coverage())

    assert rows == Counter(dict.fromkeys(("ecs-services", "ecs-tasks", "ecs-task-definitions"), 30))
    assert {row["status"] for row in done.coverage()} == {"EXAMINED"}
    assert fleet.organization.members


def test_only_what_runs_is_judged_where_that_is_wanted(tmp_path: Path) -> None:
    with running(SHAPE) as fleet:
        done = audit(fleet, tmp_path, checks=(*FLAGSHIP, "--revisions", "running"))
        used = {key(use.definition) for use in fleet.in_use() if use.definition.verdict == "FAIL"}

        assert done.code == 0, done.stderr
        assert set(map(found, done.findings("FAIL"))) == used
        assert "ListTaskDefinitionFamilies" not in fleet.report()["operations"]


def test_nothing_is_asked_about_what_runs_where_only_the_latest_are_wanted(tmp_path: Path) -> None:
    with running(SHAPE) as fleet:
        done = audit(fleet, tmp_path, checks=(*FLAGSHIP, "--revisions", "latest"))
        truth = {each.arn for each in fleet.truth() if each.verdict == "FAIL"}

        assert done.arns("FAIL") == truth
        assert {row["usage"] for row in done.findings("FAIL")} == {None}
        assert set(fleet.report()["operations"]) == {
            *("AssumeRole", "DescribeRegions", "DescribeTaskDefinition", "GetCallerIdentity"),
            "ListTaskDefinitionFamilies",
        }


def test_managed_daemons_are_judged_and_shared_is_the_hosts(tmp_path: Path) -> None:
    with running(replace(SHAPE, accounts=4, daemons=3)) as fleet:
        checks = ("ecs-privileged-container", "ecs-host-pid-mode", "ecs-running-inactive-revision")
        done = audit(fleet, tmp_path, checks=[flag for check in checks for flag in ("--check", check)])
        rows = [row for row in done.findings() if row["resource"]["type"] == "AWS::ECS::DaemonTaskDefinition"]
        seen = fleet.report()["operations"]
        kinds = {}
        for row in rows:
            # What the stand-in serves by number of family and of revision.
            index, revision = int(row["resource"]["family"].removeprefix("daemon-")), row["resource"]["revision"]
            privileged, _, pid_mode = KINDS[(index + revision) % len(KINDS)]
            fails = {"ecs-privileged-container": privileged is True, "ecs-host-pid-mode": pid_mode == "shared"}
            kinds[row["check_id"], fails[row["check_id"]]] = True
            assert row["status"] == ("FAIL" if fails[row["check_id"]] else "PASS"), row

        assert done.code == 0, done.stderr
        assert len(kinds) == 4, "both checks both ways"
        assert len(rows) == 2 * seen["DescribeDaemonTaskDefinition"]
        assert all(row["usage"]["daemons"] and row["usage"]["running_tasks"] for row in rows)
        assert {row["collector"] for row in done.coverage()} >= {"ecs-daemon-task-definitions"}
