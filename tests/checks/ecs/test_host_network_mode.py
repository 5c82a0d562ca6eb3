"""Host network mode, regardless of the users of the containers."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.host_network_mode import host_network_mode as check
from auditor.domain.check import Evidence, Verdict
from auditor.domain.ecs.containers import Container
from tests.builders import task_definition
from tests.checks.ecs.helpers import FAIL, PASS, WINDOWS, definition_repair, judge

REASON = "host-network-mode"


@pytest.mark.parametrize(
    "containers",
    [
        pytest.param((Container("app", user="1000", readonly_root=True),), id="a container without other problems"),
        pytest.param((Container("app", user="root", privileged=True),), id="a privileged container"),
        pytest.param((), id="no container"),
    ],
)
def test_host_mode_fails_regardless_of_the_containers(containers: tuple[Container, ...]) -> None:
    evidence = Evidence(reasons=(REASON,), details={"networkMode": "host"})

    verdict = judge(check, task_definition(network_mode="host", containers=containers))

    assert verdict == Verdict(FAIL, (REASON,), (evidence,))


@pytest.mark.parametrize("mode", [None, "", "bridge", "awsvpc", "none", "<default>", "HOST", "hostile"], ids=repr)
def test_any_other_mode_passes_and_an_absent_one_is_not_host(mode: str | None) -> None:
    assert judge(check, task_definition(network_mode=mode)) == Verdict(PASS)


def test_the_operating_system_and_the_launch_type_do_not_matter() -> None:
    odd = task_definition(network_mode="host", os_family=WINDOWS, launch_types=("FARGATE",))

    assert judge(check, odd).status is FAIL


def test_the_repair_sets_awsvpc_and_leaves_the_services_to_a_person() -> None:
    repair = definition_repair(check, REASON)

    assert (repair.definition, repair.container) == ({"networkMode": "awsvpc"}, {})
    assert "security groups" in repair.manual
