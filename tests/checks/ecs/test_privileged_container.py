"""Privilege, in any container of tasks and daemons."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.ecs.privileged_container import privileged_container as rule
from auditor.domain.check import Evidence, Severity, Status, Verdict
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import Definition
from auditor.parsers.ecs.task_definitions import parse, parse_daemon
from tests.builders import task_definition

ARN = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7"
RAW: dict[str, Any] = {"taskDefinitionArn": ARN, "family": "web", "revision": 7}
OF_DAEMON: dict[str, Any] = {
    "daemonTaskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:daemon-task-definition/agent:3",
    "family": "agent",
    "revision": 3,
}


def judged(definition: Definition) -> Verdict:
    verdict: Verdict = rule.judge(definition, rule.parameters)
    return verdict


@pytest.mark.parametrize("user", [None, "root", "1000", "app:root"], ids=repr)
@pytest.mark.parametrize("mode", [None, "bridge", "awsvpc", "host"], ids=repr)
def test_a_privileged_container_fails_in_any_network_and_as_any_user(mode: str | None, user: str | None) -> None:
    verdict = judged(task_definition(network_mode=mode, containers=(Container("app", user=user, privileged=True),)))

    assert (verdict.status, verdict.reasons) == (Status.FAIL, ("privileged",))
    assert verdict.evidence == (Evidence("app", "container", ("privileged",), {"user": user, "privileged": True}),)


@pytest.mark.parametrize(
    "containers",
    [
        pytest.param((Container("app", user="root"),), id="root is another matter"),
        pytest.param((Container("app", capabilities_added=("ALL",)),), id="capabilities are another matter"),
        pytest.param((Container("app"), Container("log")), id="several containers without privilege"),
        pytest.param((), id="no container has no privilege"),
    ],
)
def test_a_definition_without_a_privileged_container_passes(containers: tuple[Container, ...]) -> None:
    assert judged(task_definition(containers=containers)) == Verdict(Status.PASS)


def test_one_privileged_container_is_enough_and_the_evidence_names_each_in_order() -> None:
    agents = (Container("proxy", user="0", privileged=True), Container("agent", privileged=True))
    verdict = judged(task_definition(containers=(Container("web"), agents[0], Container("log"), agents[1])))

    assert verdict.reasons == ("privileged",)
    assert verdict.evidence == (
        Evidence("proxy", "container", ("privileged",), {"user": "0", "privileged": True}),
        Evidence("agent", "container", ("privileged",), {"user": None, "privileged": True}),
    )


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ({"privileged": True}, Status.FAIL),
        ({"privileged": "true"}, Status.FAIL),
        ({"privileged": False}, Status.PASS),
        ({"privileged": "false"}, Status.PASS),
        ({"privileged": None}, Status.PASS),
        ({"privilege": True}, Status.PASS),
        ({}, Status.PASS),
    ],
    ids=str,
)
def test_what_is_written_is_judged_as_ecs_takes_it_for_tasks_and_daemons(
    written: dict[str, Any], status: Status
) -> None:
    container = {"name": "app", **written}

    assert judged(parse({**RAW, "containerDefinitions": [container]})).status is status
    assert judged(parse_daemon({**OF_DAEMON, "containerDefinitions": [container]})).status is status


def test_windows_has_no_privileged_containers() -> None:
    odd = (Container("app", privileged=True),)

    assert judged(task_definition(containers=odd, os_family="WINDOWS_SERVER_2022_CORE")) == Verdict(
        Status.NOT_APPLICABLE
    )
    assert judged(task_definition(containers=odd, os_family="LINUX")).status is Status.FAIL


def test_the_check_is_severe_and_mapped_to_the_controls_that_read_alike() -> None:
    assert rule.severity is Severity.HIGH
    assert rule.frameworks == {
        "cis-compute-1.1": ("3.4",),
        "aws-fsbp": ("ECS.4",),
        "aws-config": ("ecs-containers-nonprivileged",),
    }
