"""Privileged containers of tasks and managed daemons."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.ecs.privileged_container import privileged_container as check
from auditor.domain.check import Evidence, Status, Verdict
from auditor.domain.ecs.containers import Container
from tests.builders import task_definition
from tests.checks.ecs.helpers import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    WINDOWS,
    definition_repair,
    judge,
    parse_agent,
    parse_task,
)

REASON = ("privileged",)


def evidence(name: str, user: str | None) -> Evidence:
    return Evidence(name, "container", REASON, {"user": user, "privileged": True})


@pytest.mark.parametrize("user", [None, "root", "1000", "app:root"], ids=repr)
@pytest.mark.parametrize("mode", [None, "bridge", "awsvpc", "host"], ids=repr)
def test_a_privileged_container_fails_in_any_network_mode_and_as_any_user(mode: str | None, user: str | None) -> None:
    task = task_definition(network_mode=mode, containers=(Container("app", user=user, privileged=True),))

    assert judge(check, task) == Verdict(FAIL, REASON, (evidence("app", user),))


@pytest.mark.parametrize(
    "containers",
    [
        pytest.param((Container("app", user="root"),), id="root is covered by other checks"),
        pytest.param((Container("app", capabilities_added=("ALL",)),), id="capabilities are covered by another check"),
        pytest.param((Container("app"), Container("log")), id="several containers without privilege"),
        pytest.param((), id="no container"),
    ],
)
def test_a_definition_without_a_privileged_container_passes(containers: tuple[Container, ...]) -> None:
    assert judge(check, task_definition(containers=containers)) == Verdict(PASS)


def test_one_failing_container_is_enough_and_the_evidence_names_each_in_order() -> None:
    proxy, agent = Container("proxy", user="0", privileged=True), Container("agent", privileged=True)
    verdict = judge(check, task_definition(containers=(Container("web"), proxy, Container("log"), agent)))

    assert verdict == Verdict(FAIL, REASON, (evidence("proxy", "0"), evidence("agent", None)))


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"privileged": True}, FAIL),
        ({"privileged": "true"}, FAIL),
        ({"privileged": False}, PASS),
        ({"privileged": "false"}, PASS),
        ({"privileged": None}, PASS),
        ({"privilege": True}, PASS),
        ({}, PASS),
    ],
    ids=str,
)
def test_values_are_judged_as_ecs_converts_them(members: dict[str, Any], status: Status) -> None:
    container = {"name": "app", **members}

    assert judge(check, parse_task(container)).status is status
    assert judge(check, parse_agent(container)).status is status


@pytest.mark.parametrize(("system", "status"), [(WINDOWS, NOT_APPLICABLE), ("LINUX", FAIL)])
def test_windows_is_not_applicable(system: str, status: Status) -> None:
    task = task_definition(containers=(Container("app", privileged=True),), os_family=system)

    assert judge(check, task).status is status


def test_the_repair_removes_the_privilege() -> None:
    assert definition_repair(check, "privileged").container == {"privileged": False}
