"""Hard memory limits of containers that can run on instances."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from auditor.checks.ecs.memory_hard_limit import memory_hard_limit as check
from auditor.domain.check import Evidence, Status, Verdict
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import Definition
from tests.builders import task_definition
from tests.checks.ecs.helpers import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    cell_value,
    daemon_definition,
    failing_parts,
    judge,
    outcomes,
    parse_agent,
    parse_task,
    table,
)

REASON = ("no-memory-limit",)


def judge_limits(*limits: int | None, launch_types: tuple[str, ...] = (), task: str | None = None) -> Verdict:
    containers = tuple(Container(str(number), memory=limit) for number, limit in enumerate(limits))
    return judge(check, task_definition(containers=containers, launch_types=launch_types, memory=task))


@pytest.mark.parametrize(
    ("limits", "failing"),
    [
        pytest.param((512,), [], id="a limit passes"),
        pytest.param((6,), [], id="a small limit passes"),
        pytest.param((None,), ["0"], id="no limit fails"),
        pytest.param((0,), ["0"], id="0 is no limit"),
        pytest.param((512, None, 256, None), ["1", "3"], id="one failing container is enough"),
        pytest.param((), [], id="no container passes"),
    ],
)
def test_limits(limits: tuple[int | None, ...], failing: list[str]) -> None:
    verdict = judge_limits(*limits)

    assert verdict.status is (FAIL if failing else PASS)
    assert verdict.reasons == (REASON if failing else ())
    assert failing_parts(verdict) == failing
    assert verdict.standards == {}


def test_a_reservation_is_not_a_limit_but_is_shown() -> None:
    verdict = judge(check, task_definition(containers=(Container("app", memory_reservation=128),)))

    assert verdict.evidence == (Evidence("app", "container", REASON, {"memory": None, "memoryReservation": 128}),)


@pytest.mark.parametrize(
    ("launch_types", "status"),
    [
        pytest.param(("FARGATE",), NOT_APPLICABLE, id="Fargate limits the task itself"),
        pytest.param(("EC2", "FARGATE"), FAIL, id="a task that can also run on instances is judged"),
        pytest.param(("EC2",), FAIL, id="instances"),
        pytest.param(("EXTERNAL",), FAIL, id="external machines"),
        pytest.param((), FAIL, id="a task without launch types is judged"),
    ],
)
def test_launch_types(launch_types: tuple[str, ...], status: Status) -> None:
    verdict = judge_limits(None, launch_types=launch_types)

    assert verdict.status is status


@pytest.mark.parametrize("task", ["512", "1 GB"])
def test_the_memory_of_the_task_bounds_its_containers_with_a_note(task: str) -> None:
    verdict = judge_limits(256, None, 0, task=task)

    assert (verdict.status, verdict.reasons, failing_parts(verdict)) == (PASS, ("task-memory-only",), ["1", "2"])
    assert judge_limits(256, task=task) == Verdict(PASS)


@pytest.mark.parametrize("parse", [parse_task, parse_agent])
@pytest.mark.parametrize(("memory", "status"), [("512", PASS), (512, PASS), ("", FAIL), (None, FAIL)])
def test_the_memory_of_parsed_definitions(
    parse: Callable[..., Definition], memory: str | int | None, status: Status
) -> None:
    assert judge(check, parse({"name": "app"}, memory=memory)).status is status


def test_the_table_of_the_manual_page_is_true() -> None:
    rows = table(check.manual, "memory of the task")

    assert len(rows) == 3
    for task, limits, status, reason in rows:
        for limit in limits.split(", "):
            memory = None if limit == "-" else int(limit)
            for task_memory in (None, "1024") if task == "any" else (cell_value(task),):
                assert outcomes([judge_limits(memory, task=task_memory)]) == {(status, reason)}


def test_managed_daemons_are_judged_too() -> None:
    assert judge(check, daemon_definition(containers=(Container("a"),))).status is FAIL
