"""A hard limit of memory in every container, where there is a host to protect."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.memory_hard_limit import memory_hard_limit as rule
from auditor.domain.check import Evidence, NoParameters, Severity, Status, Verdict
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition
from tests.builders import task_definition

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE
REASON = ("no-memory-limit",)


def judged(*limits: int | None, on: tuple[str, ...] = ()) -> Verdict:
    containers = tuple(Container(str(n), memory=limit) for n, limit in enumerate(limits))
    verdict: Verdict = rule.judge(task_definition(containers=containers, launch_types=on), NoParameters())
    return verdict


@pytest.mark.parametrize(
    ("limits", "failing", "aws_config"),
    [
        pytest.param((512,), [], PASS, id="a limit passes"),
        pytest.param((6,), [], PASS, id="a small limit is one"),
        pytest.param((None,), ["0"], FAIL, id="no limit fails"),
        pytest.param((0,), ["0"], PASS, id="0 is no limit to the runtime, and a value to AWS Config"),
        pytest.param((512, None, 256, None), ["1", "3"], FAIL, id="one of several is enough"),
        pytest.param((), [], PASS, id="no container"),
    ],
)
def test_limits(limits: tuple[int | None, ...], failing: list[str], aws_config: Status) -> None:
    verdict = judged(*limits)

    assert verdict.status is (FAIL if failing else PASS)
    assert verdict.reasons == (REASON if failing else ())
    assert [each.part for each in verdict.evidence] == failing
    assert verdict.standards == {"aws-config": aws_config}


def test_a_reservation_is_no_limit_and_is_shown() -> None:
    container = Container("app", memory_reservation=128)
    verdict = rule.judge(task_definition(containers=(container,)), NoParameters())

    details = {"memory": None, "memoryReservation": 128}
    assert verdict.evidence == (Evidence("app", "container", REASON, details),)


@pytest.mark.parametrize(
    ("on", "status"),
    [
        pytest.param(("FARGATE",), NOT_APPLICABLE, id="Fargate bounds the task itself"),
        pytest.param(("EC2", "FARGATE"), FAIL, id="what may also run on instances is judged"),
        pytest.param(("EC2",), FAIL, id="instances"),
        pytest.param(("EXTERNAL",), FAIL, id="machines of one's own"),
        pytest.param((), FAIL, id="anywhere"),
    ],
)
def test_where_it_may_run(on: tuple[str, ...], status: Status) -> None:
    verdict = judged(None, on=on)

    assert verdict.status is status
    assert verdict.standards == {"aws-config": FAIL}


def test_managed_daemons_are_judged_too_and_by_nobody_else() -> None:
    arn = "arn:aws:ecs:eu-west-1:111122223333:daemon-task-definition/agent:1"
    verdict = rule.judge(DaemonTaskDefinition(arn, "agent", 1, "", None, (Container("a"),)), NoParameters())

    assert (verdict.status, verdict.standards) == (FAIL, {})


def test_the_check_is_low_and_mapped() -> None:
    assert rule.severity is Severity.LOW
    assert rule.frameworks == {"aws-config": ("ecs-task-definition-memory-hard-limit",)}
