"""Network modes, of which only awsvpc passes."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.not_awsvpc import not_awsvpc as check
from auditor.domain.check import Evidence, Status, Verdict
from tests.builders import task_definition
from tests.checks.ecs.helpers import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, judge, outcomes, table


def judge_mode(mode: str | None, launch_types: tuple[str, ...] = ()) -> Verdict:
    return judge(check, task_definition(network_mode=mode, launch_types=launch_types))


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        pytest.param("host", "network-host", id="the network of the host"),
        pytest.param("bridge", "network-bridge", id="the bridge of the host"),
        pytest.param("none", "network-none", id="no network"),
        pytest.param(None, "network-unset", id="unset is bridge or NAT"),
        pytest.param("", "network-unset", id="empty is unset"),
        pytest.param("AWSVPC", "network-other", id="case matters"),
        pytest.param("a mode of next year", "network-other", id="an unknown mode"),
    ],
)
def test_every_other_mode_fails_with_its_own_reason(mode: str | None, reason: str) -> None:
    evidence = Evidence(reasons=(reason,), details={"networkMode": mode, "requiresCompatibilities": ("EC2",)})

    assert judge_mode(mode, ("EC2",)) == Verdict(FAIL, (reason,), (evidence,), {"aws-config": FAIL})


def test_awsvpc_passes() -> None:
    assert judge_mode("awsvpc") == Verdict(PASS, standards={"aws-config": PASS})


@pytest.mark.parametrize(
    ("launch_types", "status"),
    [
        pytest.param(("EXTERNAL",), NOT_APPLICABLE, id="only ECS Anywhere"),
        pytest.param(("EC2", "EXTERNAL"), FAIL, id="instances and ECS Anywhere"),
        pytest.param(("EC2",), FAIL, id="instances"),
        pytest.param((), FAIL, id="a task without launch types"),
    ],
)
def test_launch_types(launch_types: tuple[str, ...], status: Status) -> None:
    verdict = judge_mode("bridge", launch_types)

    assert verdict.status is status
    assert verdict.standards == {"aws-config": FAIL}, "AWS Config has no exception"


def test_the_table_of_the_manual_page_is_true() -> None:
    modes = {"-": None, "any other": "x"}
    rows = table(check.manual, "networkMode")

    assert len(rows) == 8
    for mode, reason, status in rows:
        external = mode.startswith("any, ")
        verdict = judge_mode("bridge", ("EXTERNAL",)) if external else judge_mode(modes.get(mode, mode))
        if mode == "-, required":
            verdict = judge_mode(None, ("FARGATE",))
        assert outcomes([verdict]) == {(status, reason)}, mode


@pytest.mark.parametrize("launch_types", [("FARGATE",), ("MANAGED_INSTANCES",), ("FARGATE", "MANAGED_INSTANCES")])
@pytest.mark.parametrize("mode", [None, ""])
def test_a_mode_that_is_required_and_absent_is_unknown(mode: str | None, launch_types: tuple[str, ...]) -> None:
    verdict = judge_mode(mode, launch_types)

    assert (verdict.status, verdict.reasons) == (UNKNOWN, ("network-required",))
