"""Running revisions that are not the latest active one."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.ecs.running_non_latest_revision import running_non_latest_revision as check
from auditor.domain.check import Evidence, Status, Verdict
from auditor.domain.ecs.task_definitions import TaskDefinition
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


def web(number: int, latest: int | None, status: str = "ACTIVE", **fields: Any) -> TaskDefinition:  # noqa: ANN401 - fields
    return task_definition("web", number, **({"latest_active": latest, "status": status, "usage": IN_USE} | fields))


@pytest.mark.parametrize(
    ("task", "status", "reason"),
    [
        pytest.param(web(7, 7), PASS, None, id="the latest one passes"),
        pytest.param(web(6, 7), FAIL, "older-than-latest", id="an older one fails"),
        pytest.param(web(9, 10), FAIL, "older-than-latest", id="revisions are compared as numbers"),
        pytest.param(web(6, 7, "INACTIVE"), FAIL, "older-than-latest", id="an older deregistered one fails"),
        pytest.param(web(8, 7, "INACTIVE"), FAIL, "newer-than-latest", id="a newer deregistered one fails"),
        pytest.param(web(8, 7, "DELETE_IN_PROGRESS"), FAIL, "newer-than-latest", id="a newer one being deleted fails"),
        pytest.param(web(8, 7), PASS, None, id="one registered during the audit is the latest"),
        pytest.param(web(7, 0, "INACTIVE"), FAIL, "no-active-revision", id="a deregistered family fails"),
        pytest.param(web(7, 0), PASS, None, id="an ACTIVE one was registered after its family was read"),
        pytest.param(web(7, 0, ""), FAIL, "no-active-revision", id="an unknown status in a deregistered family fails"),
        pytest.param(web(7, None), UNKNOWN, "latest-revision-unknown", id="an unknown latest one is unknown"),
        pytest.param(
            web(7, None, "INACTIVE"), UNKNOWN, "latest-revision-unknown", id="also for a deregistered revision"
        ),
    ],
)
def test_a_running_revision(task: TaskDefinition, status: Status, reason: str | None) -> None:
    verdict = judge(check, task)

    assert (verdict.status, verdict.reasons) == (status, (reason,) if reason else ())


@pytest.mark.parametrize("latest", [8, None])
def test_the_evidence_names_services_clusters_and_tasks(latest: int | None) -> None:
    (evidence,) = judge(check, web(7, latest)).evidence

    assert evidence == Evidence(reasons=evidence.reasons, details=evidence.details)
    assert evidence.details == {
        "latestActive": latest,
        "status": "ACTIVE",
        "services": (SERVICE_ARN,),
        "clusters": ("prod",),
        "runningTasks": 3,
        "complete": True,
    }


def test_the_evidence_shows_whether_usage_is_complete() -> None:
    usage = EcsUsage(running_tasks=1, complete=False)

    assert details(judge(check, web(6, 7, usage=usage)))["complete"] is False


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(EcsUsage(services=(SERVICE_ARN,)), id="a service without tasks"),
        pytest.param(EcsUsage(running_tasks=1), id="a standalone task"),
        pytest.param(EcsUsage(services=(SERVICE_ARN,), complete=False), id="one service of possibly more"),
    ],
)
def test_any_known_usage_counts(usage: EcsUsage) -> None:
    assert judge(check, web(6, 7, usage=usage)).status is FAIL


@pytest.mark.parametrize("latest", [6, 7, 0, None])
@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(None, id="usage was not examined"),
        pytest.param(EcsUsage(), id="not in use"),
        pytest.param(EcsUsage(clusters=("prod",), launch_types=("EC2",)), id="no service and no task"),
        pytest.param(EcsUsage(complete=False), id="no usage found, but part of the region could not be read"),
    ],
)
def test_a_revision_without_known_usage_is_not_applicable(usage: EcsUsage | None, latest: int | None) -> None:
    assert judge(check, web(6, latest, usage=usage)) == Verdict(NOT_APPLICABLE)


LATEST: dict[str, list[tuple[int | None, str]]] = {
    "this one": [(7, "ACTIVE")],
    "a higher number": [(8, "ACTIVE"), (9, "INACTIVE")],
    "a lower number": [(6, "INACTIVE"), (1, "DELETE_IN_PROGRESS")],
    "none": [(0, "INACTIVE")],
    "not known": [(None, "ACTIVE"), (None, "INACTIVE")],
    "any": [(7, "ACTIVE"), (8, "ACTIVE"), (0, "INACTIVE"), (None, "ACTIVE")],
}


def test_the_table_of_the_manual_page_is_true() -> None:
    for used_by, latest, *expected in table(check.manual, "used by"):
        usages = [IN_USE] if used_by == "something" else [None, EcsUsage()]
        tasks = [web(7, number, status, usage=usage) for number, status in LATEST[latest] for usage in usages]
        assert outcomes(judge(check, task) for task in tasks) == {tuple(expected)}, (used_by, latest)
