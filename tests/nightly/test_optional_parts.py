"""Parts of facts that are read only for the checks that need them: the default log mode, and where ECS Exec is on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fleet import Fault, Fleet, Shape, running
from tests.fleet.definitions import describe
from tests.fleet.workloads import Workloads, cluster_name
from tests.nightly.night import NO_WAITING, Night, Row, audit

pytestmark = pytest.mark.slow

LOGS, EXEC = "ecs-logging-blocking-mode", "ecs-exec-no-cmk"
SETTING = "ListAccountSettings"
SHAPE = Shape(accounts=8, regions=2, families=4, skew=0, clusters=2, services=4, daemons=1, blocking_default=0.5)
DEFINITIONS = ("AWS::ECS::TaskDefinition", "AWS::ECS::DaemonTaskDefinition")


@dataclass(frozen=True, slots=True)
class Ran:
    """The finished night, and the accounts in which the setting or the services cannot be read."""

    fleet: Fleet
    night: Night
    without_setting: str
    without_services: str

    def rows(self, check: str) -> list[Row]:
        return [row for row in self.night.findings() if row["check_id"] == check]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    with running(SHAPE) as fleet:
        first, second = (member.id for member in fleet.organization.members[:2])
        fleet.set_faults(
            Fault("access-denied", accounts=(first,), operation=SETTING),
            Fault("access-denied", accounts=(second,), operation="DescribeServices"),
        )
        night = audit(
            fleet, tmp_path_factory.mktemp("night"), checks=("--check", LOGS, "--check", EXEC), program=NO_WAITING
        )
        yield Ran(fleet, night, first, second)


def test_a_container_without_a_log_mode_has_that_of_its_account_and_region(ran: Ran) -> None:
    organization, unset = ran.fleet.organization, 0
    for row in ran.rows(LOGS):
        account, region = row["account_id"], row["region"]
        reasons = {reason for evidence in row["evidence"] for reason in evidence["reasons"]}
        unset += bool(reasons)
        if account == ran.without_setting:
            assert (row["status"], reasons) in [("UNKNOWN", {"default-mode-unread"}), ("PASS", set())]
        elif organization.blocks_by_default(account, region):
            assert (row["status"], reasons) in [("FAIL", {"blocking-by-default"}), ("PASS", set())]
        else:
            assert (row["status"], reasons) == ("PASS", set())
    assert unset


def test_the_verdicts_on_the_log_mode_equal_the_truth(ran: Ran) -> None:
    organization, failing = ran.fleet.organization, set()
    for expected in {*ran.fleet.truth(), *(usage.definition for usage in ran.fleet.in_use())}:
        index = organization.index_of(expected.account, expected.region, expected.family)
        assert index is not None
        family = organization.family(expected.account, expected.region, index)
        document = json.loads(describe(organization, family, expected.revision))["taskDefinition"]
        logs = [container.get("logConfiguration") for container in document["containerDefinitions"]]
        is_unset = any(log and "mode" not in log["options"] for log in logs)
        if is_unset and organization.blocks_by_default(expected.account, expected.region):
            failing.add((expected.account, expected.region, expected.family))
    reported = {
        (row["account_id"], row["region"], row["resource"]["family"])
        for row in ran.rows(LOGS)
        if row["status"] == "FAIL" and row["resource"]["type"] == DEFINITIONS[0]
    }

    assert failing
    assert reported == {key for key in failing if key[0] != ran.without_setting}


def test_the_setting_is_read_once_in_every_region(ran: Ran) -> None:
    calls = ran.fleet.report()["operations"][SETTING]

    assert calls <= SHAPE.accounts * 2


def test_a_cluster_without_a_key_fails_only_if_exec_is_on_in_it(ran: Ran) -> None:
    workloads, failing = Workloads(ran.fleet.organization), set()
    for member in ran.fleet.organization.members:
        for region in ran.fleet.organization.regions:
            for index in range(workloads.cluster_count(member.id, region)):
                if any(service.exec_enabled for service in workloads.services_in(member.id, region, index)):
                    failing.add((member.id, region, cluster_name(index)))
    rows = {(row["account_id"], row["region"], row["resource"]["name"]): row for row in ran.rows(EXEC)}
    reported = {key for key, row in rows.items() if row["status"] == "FAIL"}

    assert {key for key in reported if key[0] != ran.without_services} == {
        key for key in failing if key[0] != ran.without_services
    }
    assert reported <= failing
    assert {row["status"] for key, row in rows.items() if key[0] != ran.without_services} == {"FAIL"}


def test_a_cluster_whose_services_could_not_be_read_is_unknown(ran: Ran) -> None:
    rows = [row for row in ran.rows(EXEC) if row["account_id"] == ran.without_services and row["status"] != "FAIL"]

    assert {(row["status"], *row["reasons"]) for row in rows} == {("UNKNOWN", "exec-usage-unread")}


def test_nothing_of_it_is_read_without_these_checks(tmp_path: Path) -> None:
    with running(Shape(accounts=2, regions=1, services=2)) as fleet:
        night = audit(fleet, tmp_path, checks=("--check", "ecs-cluster-untagged"))

        assert night.code == 0, night.stderr
        assert {"ListAccountSettings", "ListServices", "ListTasks"}.isdisjoint(fleet.report()["operations"])
