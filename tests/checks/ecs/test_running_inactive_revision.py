"""Running revisions that are deregistered."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.running_inactive_revision import running_inactive_revision as check
from auditor.domain.check import Detail, Evidence, Status, Verdict
from auditor.domain.ecs.usage import EcsUsage
from tests.builders import task_definition
from tests.checks.ecs.helpers import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    SERVICE_ARN,
    UNKNOWN,
    details,
    judge,
    outcomes,
    table,
)

IN_USE = EcsUsage(services=(SERVICE_ARN,), running_tasks=3, clusters=("prod",))


def judge_status(status: str, usage: EcsUsage | None = IN_USE) -> Verdict:
    return judge(check, task_definition("web", 7, status=status, usage=usage))


def test_an_active_revision_passes() -> None:
    assert judge_status("ACTIVE") == Verdict(PASS)


@pytest.mark.parametrize(
    ("status", "outcome", "reason"),
    [
        pytest.param("INACTIVE", FAIL, "deregistered", id="a deregistered one fails"),
        pytest.param("DELETE_IN_PROGRESS", FAIL, "being-deleted", id="one that is being deleted fails"),
        pytest.param("", UNKNOWN, "status-unclear", id="one without a status is unknown"),
        pytest.param("inactive", UNKNOWN, "status-unclear", id="case matters"),
        pytest.param("DELETED", UNKNOWN, "status-unclear", id="a status that only daemons have is unknown"),
    ],
)
def test_any_other_running_revision(status: str, outcome: Status, reason: str) -> None:
    values: dict[str, Detail] = {
        "status": status,
        "services": (SERVICE_ARN,),
        "clusters": ("prod",),
        "runningTasks": 3,
        "complete": True,
    }

    assert judge_status(status) == Verdict(outcome, (reason,), (Evidence(reasons=(reason,), details=values),))


def test_the_evidence_shows_whether_usage_is_complete() -> None:
    assert details(judge_status("INACTIVE", EcsUsage(running_tasks=1, complete=False)))["complete"] is False


@pytest.mark.parametrize(
    "usage", [EcsUsage(services=(SERVICE_ARN,)), EcsUsage(running_tasks=1)], ids=["service", "task"]
)
def test_a_service_without_tasks_counts_and_so_does_a_standalone_task(usage: EcsUsage) -> None:
    assert judge_status("INACTIVE", usage).status is FAIL


@pytest.mark.parametrize("status", ["ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS", ""])
@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(None, id="usage was not examined"),
        pytest.param(EcsUsage(), id="not in use"),
        pytest.param(EcsUsage(complete=False), id="no usage found, but part of the region could not be read"),
    ],
)
def test_a_revision_without_known_usage_is_not_applicable(usage: EcsUsage | None, status: str) -> None:
    assert judge_status(status, usage) == Verdict(NOT_APPLICABLE)


def test_the_table_of_the_manual_page_is_true() -> None:
    values = {"any other, or none": ["", "x"], "any": ["ACTIVE", "INACTIVE", "x"]}
    for used_by, status, *expected in table(check.manual, "used by"):
        usages = [IN_USE] if used_by == "something" else [None, EcsUsage()]
        verdicts = [judge_status(value, usage) for value in values.get(status, [status]) for usage in usages]
        assert outcomes(verdicts) == {tuple(expected)}, (used_by, status)
