"""Public addresses of a task set's tasks, as tables: one row a sentence."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.task_set_public_ip import task_set_public_ip as rule
from auditor.domain.check import Evidence, NoParameters, Severity, Status, Verdict
from auditor.domain.ecs.workloads import Placement, TaskSet
from tests.checks.ecs.running import revision, said, table, task_set

PUBLIC, PRIVATE, NO_NETWORK = Placement("FARGATE", public_ip=True), Placement("FARGATE", public_ip=False), Placement()


def judged(fact: TaskSet) -> Verdict:
    verdict: Verdict = rule.judge(fact, NoParameters())
    return verdict


@pytest.mark.parametrize("status", ["PRIMARY", "ACTIVE", "", "A STATUS OF NEXT YEAR"], ids=repr)
def test_a_set_with_public_addresses_fails_whether_it_serves_or_not(status: str) -> None:
    details = {"assignPublicIp": "ENABLED", "status": status, "taskDefinition": revision(7)}

    assert judged(task_set(status=status, placement=PUBLIC)) == Verdict(
        Status.FAIL, ("public-ip",), (Evidence(reasons=("public-ip",), details=details),)
    )


def test_a_set_without_a_definition_is_judged_all_the_same() -> None:
    verdict = judged(task_set(placement=PUBLIC, task_definition=None))

    assert verdict.evidence[0].details["taskDefinition"] is None


def test_a_set_without_public_addresses_passes() -> None:
    assert judged(task_set(placement=PRIVATE)) == Verdict(Status.PASS)


def test_a_set_whose_tasks_have_no_network_of_their_own_is_not_applicable() -> None:
    assert judged(task_set(placement=NO_NETWORK)) == Verdict(Status.NOT_APPLICABLE)


def test_a_set_that_is_being_stopped_is_not_applicable() -> None:
    assert judged(task_set(status="DRAINING", placement=PUBLIC)) == Verdict(Status.NOT_APPLICABLE)


MEANT = {
    "ENABLED": [task_set(placement=PUBLIC, status=status) for status in ("PRIMARY", "ACTIVE")],
    "DISABLED": [task_set(placement=PRIVATE, status=status) for status in ("PRIMARY", "ACTIVE")],
    "no awsvpcConfiguration": [task_set(placement=NO_NETWORK)],
    "any, but DRAINING": [task_set(placement=each, status="DRAINING") for each in (PUBLIC, PRIVATE, NO_NETWORK)],
}


@pytest.mark.parametrize("row", table(rule.manual, "task set"), ids=" ".join)
def test_the_table_of_the_manual_page_is_true(row: list[str]) -> None:
    meant, *verdict = row

    assert said(map(judged, MEANT[meant])) == {tuple(verdict)}


def test_what_the_output_says_of_it() -> None:
    assert rule.severity is Severity.HIGH
    assert rule.frameworks == {
        "cis-compute-1.1": ("3.14",),
        "aws-fsbp": ("ECS.16",),
        "aws-config": ("ecs-taskset-assign-public-ip-disabled",),
    }
