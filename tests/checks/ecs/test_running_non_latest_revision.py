"""Whether what runs is the latest revision, as tables: one row a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.ecs.running_non_latest_revision import running_non_latest_revision as rule
from auditor.domain.check import Evidence, NoParameters, Severity, Status, Verdict
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.ecs.usage import EcsUsage
from tests.builders import task_definition
from tests.checks.ecs.running import SERVICE_ARN, details, said, table

PASS, FAIL, UNKNOWN, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.UNKNOWN, Status.NOT_APPLICABLE
USED = EcsUsage(services=(SERVICE_ARN,), running_tasks=3, clusters=("prod",))


def judged(fact: TaskDefinition) -> Verdict:
    verdict: Verdict = rule.judge(fact, NoParameters())
    return verdict


def web(number: int, latest: int | None, status: str = "ACTIVE", **fields: Any) -> TaskDefinition:  # noqa: ANN401
    return task_definition("web", number, **({"latest_active": latest, "status": status, "usage": USED} | fields))


@pytest.mark.parametrize(
    ("fact", "status", "reason"),
    [
        pytest.param(web(7, 7), PASS, None, id="the latest one passes"),
        pytest.param(web(6, 7), FAIL, "older-than-latest", id="an older one fails"),
        pytest.param(web(9, 10), FAIL, "older-than-latest", id="revisions are numbers and not text"),
        pytest.param(web(6, 7, "INACTIVE"), FAIL, "older-than-latest", id="an older one that is deregistered fails"),
        pytest.param(web(8, 7, "INACTIVE"), FAIL, "newer-than-latest", id="a newer one that is deregistered fails"),
        pytest.param(web(8, 7, "DELETE_IN_PROGRESS"), FAIL, "newer-than-latest", id="so does one being deleted"),
        pytest.param(web(8, 7), PASS, None, id="one registered while the audit read is the latest"),
        pytest.param(web(7, 0, "INACTIVE"), FAIL, "no-active-revision", id="a family that is deregistered fails"),
        pytest.param(web(7, 0), PASS, None, id="an ACTIVE one was registered after its family was found to have none"),
        pytest.param(web(7, 0, ""), FAIL, "no-active-revision", id="a status that is not known does not clear it"),
        pytest.param(web(7, None), UNKNOWN, "latest-revision-unknown", id="an unknown latest one is no pass"),
        pytest.param(web(7, None, "INACTIVE"), UNKNOWN, "latest-revision-unknown", id="nor for a deregistered one"),
    ],
)
def test_a_revision_that_runs(fact: TaskDefinition, status: Status, reason: str | None) -> None:
    verdict = judged(fact)

    assert (verdict.status, verdict.reasons) == (status, (reason,) if reason else ())


@pytest.mark.parametrize("latest", [8, None])
def test_the_evidence_names_the_services_the_clusters_and_the_tasks(latest: int | None) -> None:
    (evidence,) = judged(web(7, latest)).evidence

    assert evidence == Evidence(reasons=evidence.reasons, details=evidence.details)
    assert evidence.details == {
        "latestActive": latest,
        "status": "ACTIVE",
        "services": (SERVICE_ARN,),
        "clusters": ("prod",),
        "runningTasks": 3,
        "complete": True,
    }


def test_the_evidence_says_where_there_may_be_more() -> None:
    assert details(judged(web(6, 7, usage=EcsUsage(running_tasks=1, complete=False))))["complete"] is False


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(EcsUsage(services=(SERVICE_ARN,)), id="a service without a task"),
        pytest.param(EcsUsage(running_tasks=1), id="a task without a service"),
        pytest.param(EcsUsage(services=(SERVICE_ARN,), complete=False), id="one service of perhaps more"),
    ],
)
def test_each_of_these_is_running(usage: EcsUsage) -> None:
    assert judged(web(6, 7, usage=usage)).status is FAIL


@pytest.mark.parametrize("latest", [6, 7, 0, None])
@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(None, id="nobody looked"),
        pytest.param(EcsUsage(), id="nothing runs it"),
        pytest.param(EcsUsage(clusters=("prod",), launch_types=("EC2",)), id="no service and no task"),
        pytest.param(EcsUsage(complete=False), id="nothing was found where not all could be read"),
    ],
)
def test_what_is_not_known_to_run_is_not_applicable_and_never_a_pass(
    usage: EcsUsage | None, latest: int | None
) -> None:
    assert judged(web(6, latest, usage=usage)) == Verdict(NOT_APPLICABLE)


LATEST: dict[str, list[tuple[int | None, str]]] = {
    "this one": [(7, "ACTIVE")],
    "a higher number": [(8, "ACTIVE"), (9, "INACTIVE")],
    "a lower number": [(6, "INACTIVE"), (1, "DELETE_IN_PROGRESS")],
    "none": [(0, "INACTIVE")],
    "not known": [(None, "ACTIVE"), (None, "INACTIVE")],
    "any": [(7, "ACTIVE"), (8, "ACTIVE"), (0, "INACTIVE"), (None, "ACTIVE")],
}


@pytest.mark.parametrize("row", table(rule.manual, "used by"), ids=" ".join)
def test_the_table_of_the_manual_page_is_true(row: list[str]) -> None:
    running, latest, *verdict = row
    usages = [USED] if running == "something" else [None, EcsUsage()]
    facts = [web(7, number, status, usage=usage) for number, status in LATEST[latest] for usage in usages]

    assert said(map(judged, facts)) == {tuple(verdict)}


def test_what_the_output_says_of_it() -> None:
    assert rule.severity is Severity.LOW
    assert rule.frameworks == {}
