"""Whether what runs is deregistered, as tables: one row a sentence."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from auditor.checks.ecs.running_inactive_revision import running_inactive_revision as rule
from auditor.domain.check import Detail, Evidence, NoParameters, Severity, Status, Verdict
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.ecs.usage import EcsUsage
from tests.builders import task_definition
from tests.checks.ecs.running import SERVICE_ARN, details, said, table

PASS, FAIL, UNKNOWN, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.UNKNOWN, Status.NOT_APPLICABLE
USED = EcsUsage(services=(SERVICE_ARN,), running_tasks=3, clusters=("prod",))


def judged(status: str, usage: EcsUsage | None = USED) -> Verdict:
    fact: TaskDefinition = task_definition("web", 7, status=status, usage=usage)
    verdict: Verdict = rule.judge(fact, NoParameters())
    return verdict


def test_an_active_revision_passes() -> None:
    assert judged("ACTIVE") == Verdict(PASS)


@pytest.mark.parametrize(
    ("status", "verdict", "reason"),
    [
        pytest.param("INACTIVE", FAIL, "deregistered", id="a deregistered one fails"),
        pytest.param("DELETE_IN_PROGRESS", FAIL, "being-deleted", id="one that is being deleted fails"),
        pytest.param("", UNKNOWN, "status-unclear", id="without a status it is not known"),
        pytest.param("inactive", UNKNOWN, "status-unclear", id="the words have their case"),
        pytest.param("DELETED", UNKNOWN, "status-unclear", id="a word that only daemons have is not known"),
    ],
)
def test_any_other_revision_that_runs(status: str, verdict: Status, reason: str) -> None:
    told: Mapping[str, Detail] = {
        "status": status,
        "services": (SERVICE_ARN,),
        "clusters": ("prod",),
        "runningTasks": 3,
        "complete": True,
    }

    assert judged(status) == Verdict(verdict, (reason,), (Evidence(reasons=(reason,), details=told),))


def test_the_evidence_says_where_there_may_be_more() -> None:
    assert details(judged("INACTIVE", EcsUsage(running_tasks=1, complete=False)))["complete"] is False


@pytest.mark.parametrize(
    "usage", [EcsUsage(services=(SERVICE_ARN,)), EcsUsage(running_tasks=1)], ids=["service", "task"]
)
def test_a_service_without_a_task_is_running_and_so_is_a_task_without_a_service(usage: EcsUsage) -> None:
    assert judged("INACTIVE", usage).status is FAIL


@pytest.mark.parametrize("status", ["ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS", ""])
@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(None, id="nobody looked"),
        pytest.param(EcsUsage(), id="nothing runs it"),
        pytest.param(EcsUsage(complete=False), id="nothing was found where not all could be read"),
    ],
)
def test_what_is_not_known_to_run_is_not_applicable_and_never_a_pass(usage: EcsUsage | None, status: str) -> None:
    assert judged(status, usage) == Verdict(NOT_APPLICABLE)


@pytest.mark.parametrize("row", table(rule.manual, "used by"), ids=" ".join)
def test_the_table_of_the_manual_page_is_true(row: list[str]) -> None:
    running, status, *verdict = row
    statuses = {"any other, or none": ["", "x"], "any": ["ACTIVE", "INACTIVE", "x"]}.get(status, [status])
    usages = [USED] if running == "something" else [None, EcsUsage()]

    assert said(judged(each, usage) for each in statuses for usage in usages) == {tuple(verdict)}


def test_what_the_output_says_of_it() -> None:
    assert rule.severity is Severity.MEDIUM
    assert rule.frameworks == {}
