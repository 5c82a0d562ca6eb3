"""Public IP addresses of a task set's tasks."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.task_set_public_ip import task_set_public_ip as check
from auditor.domain.check import Evidence, Verdict
from auditor.domain.ecs.workloads import Placement
from tests.checks.ecs.helpers import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    details,
    judge,
    outcomes,
    revision_arn,
    table,
    task_set,
)

REASON = ("public-ip",)
PUBLIC, PRIVATE, NO_NETWORK = Placement("FARGATE", public_ip=True), Placement("FARGATE", public_ip=False), Placement()


@pytest.mark.parametrize("status", ["PRIMARY", "ACTIVE", "", "A STATUS OF NEXT YEAR"], ids=repr)
def test_a_set_with_public_addresses_fails_in_service_or_not(status: str) -> None:
    values = {"assignPublicIp": "ENABLED", "status": status, "taskDefinition": revision_arn(7)}
    evidence = Evidence(reasons=REASON, details=values)

    assert judge(check, task_set(status=status, placement=PUBLIC)) == Verdict(FAIL, REASON, (evidence,))


def test_a_set_without_a_task_definition_is_judged() -> None:
    verdict = judge(check, task_set(placement=PUBLIC, task_definition=None))

    assert details(verdict)["taskDefinition"] is None


SETS = {
    "ENABLED": [task_set(placement=PUBLIC, status=status) for status in ("PRIMARY", "ACTIVE")],
    "DISABLED": [task_set(placement=PRIVATE, status=status) for status in ("PRIMARY", "ACTIVE")],
    "no awsvpcConfiguration": [task_set(placement=NO_NETWORK)],
    "any, but DRAINING": [
        task_set(placement=placement, status="DRAINING") for placement in (PUBLIC, PRIVATE, NO_NETWORK)
    ],
}


@pytest.mark.parametrize(
    ("described", "verdict"),
    [
        pytest.param("DISABLED", Verdict(PASS), id="a set without public addresses passes"),
        pytest.param(
            "no awsvpcConfiguration",
            Verdict(NOT_APPLICABLE),
            id="a set without a network configuration is not applicable",
        ),
        pytest.param("any, but DRAINING", Verdict(NOT_APPLICABLE), id="a set that is being stopped is not applicable"),
    ],
)
def test_other_sets(described: str, verdict: Verdict) -> None:
    assert [judge(check, fact) for fact in SETS[described]] == [verdict] * len(SETS[described])


def test_the_table_of_the_manual_page_is_true() -> None:
    for described, *expected in table(check.manual, "task set"):
        assert outcomes(judge(check, fact) for fact in SETS[described]) == {tuple(expected)}, described
