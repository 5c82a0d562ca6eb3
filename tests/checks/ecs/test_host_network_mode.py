"""Host network mode as such, whoever runs in it."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.host_network_mode import host_network_mode as rule
from auditor.domain.check import Evidence, Severity, Status, Verdict
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import TaskDefinition
from tests.builders import task_definition

SHARED = Evidence(reasons=("host-network-mode",), details={"networkMode": "host"})


def judged(task: TaskDefinition) -> Verdict:
    verdict: Verdict = rule.judge(task, rule.parameters)
    return verdict


@pytest.mark.parametrize(
    "containers",
    [
        pytest.param((Container("app", user="1000", readonly_root=True),), id="a container that asks for nothing else"),
        pytest.param((Container("app", user="root", privileged=True),), id="a privileged container"),
        pytest.param((), id="no container at all"),
    ],
)
def test_host_mode_fails_whoever_runs_in_it(containers: tuple[Container, ...]) -> None:
    verdict = judged(task_definition(network_mode="host", containers=containers))

    assert (verdict.status, verdict.reasons) == (Status.FAIL, ("host-network-mode",))
    assert verdict.evidence == (SHARED,)
    assert verdict.evidence[0].details == SHARED.details


@pytest.mark.parametrize("mode", [None, "", "bridge", "awsvpc", "none", "<default>", "HOST", "hostile"], ids=repr)
def test_any_other_mode_passes_and_an_absent_one_is_not_host(mode: str | None) -> None:
    assert judged(task_definition(network_mode=mode)) == Verdict(Status.PASS)


def test_the_verdict_does_not_ask_for_the_operating_system_or_the_launch_type() -> None:
    odd = task_definition(network_mode="host", os_family="WINDOWS_SERVER_2022_CORE", launch_types=("FARGATE",))

    assert judged(odd).status is Status.FAIL


def test_the_check_is_mapped_to_the_control_that_reads_alike() -> None:
    assert rule.severity is Severity.MEDIUM
    assert rule.frameworks == {
        "aws-fsbp": ("ECS.17",),
        "aws-config": ("ecs-task-definition-network-mode-not-host",),
    }
