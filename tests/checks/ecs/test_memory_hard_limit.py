"""Hard memory limits of containers that can run on instances."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.memory_hard_limit import memory_hard_limit as check
from auditor.domain.check import Evidence, Status, Verdict
from auditor.domain.ecs.containers import Container
from tests.builders import task_definition
from tests.checks.ecs.helpers import FAIL, NOT_APPLICABLE, PASS, daemon_definition, failing_parts, judge

REASON = ("no-memory-limit",)


def judge_limits(*limits: int | None, launch_types: tuple[str, ...] = ()) -> Verdict:
    containers = tuple(Container(str(number), memory=limit) for number, limit in enumerate(limits))
    return judge(check, task_definition(containers=containers, launch_types=launch_types))


@pytest.mark.parametrize(
    ("limits", "failing", "aws_config"),
    [
        pytest.param((512,), [], PASS, id="a limit passes"),
        pytest.param((6,), [], PASS, id="a small limit passes"),
        pytest.param((None,), ["0"], FAIL, id="no limit fails"),
        pytest.param((0,), ["0"], PASS, id="0 is no limit for the runtime, but a value for AWS Config"),
        pytest.param((512, None, 256, None), ["1", "3"], FAIL, id="one failing container is enough"),
        pytest.param((), [], PASS, id="no container passes"),
    ],
)
def test_limits(limits: tuple[int | None, ...], failing: list[str], aws_config: Status) -> None:
    verdict = judge_limits(*limits)

    assert verdict.status is (FAIL if failing else PASS)
    assert verdict.reasons == (REASON if failing else ())
    assert failing_parts(verdict) == failing
    assert verdict.standards == {"aws-config": aws_config}


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
    assert verdict.standards == {"aws-config": FAIL}


def test_managed_daemons_are_judged_too_and_without_other_standards() -> None:
    verdict = judge(check, daemon_definition(containers=(Container("a"),)))

    assert (verdict.status, verdict.standards) == (FAIL, {})
