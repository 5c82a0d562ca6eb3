"""A root file system that can be written to, in any container of tasks and daemons."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.ecs.writable_root_filesystem import writable_root_filesystem as rule
from auditor.domain.check import Severity, Status, Verdict
from auditor.domain.ecs.containers import Container, Mount
from auditor.domain.ecs.task_definitions import Definition
from auditor.parsers.ecs.task_definitions import parse, parse_daemon
from tests.builders import task_definition

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE
READ_ONLY, WRITABLE = True, False
WINDOWS = "WINDOWS_SERVER_2022_CORE"
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


def of(*read_only: bool, system: str | None = None) -> Verdict:
    containers = tuple(Container(f"c{n}", readonly_root=each) for n, each in enumerate(read_only))
    return judged(task_definition(containers=containers, os_family=system))


def test_a_container_that_can_write_fails_and_one_that_cannot_passes() -> None:
    assert (of(WRITABLE).status, of(WRITABLE).reasons) == (FAIL, ("writable-root-filesystem",))
    assert (of(READ_ONLY).status, of(READ_ONLY).reasons, of(READ_ONLY).evidence) == (PASS, (), ())


def test_one_container_that_can_write_is_enough_and_the_evidence_names_each_in_order() -> None:
    verdict = of(READ_ONLY, WRITABLE, READ_ONLY, WRITABLE)

    assert verdict.reasons == ("writable-root-filesystem",)
    assert [each.part for each in verdict.evidence] == ["c1", "c3"]
    assert all(each.reasons == verdict.reasons for each in verdict.evidence)
    assert all(each.details == {"readonlyRootFilesystem": False} for each in verdict.evidence)


def test_a_definition_without_containers_has_nothing_to_write_to() -> None:
    assert (of().status, of().evidence) == (PASS, ())


def test_a_volume_that_can_be_written_to_does_not_matter() -> None:
    held = Container("app", readonly_root=True, mounts=(Mount("tmp", "/tmp", read_only=False),))  # noqa: S108 - a path

    assert judged(task_definition(containers=(held,))).status is PASS


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ({"readonlyRootFilesystem": True}, PASS),
        ({"readonlyRootFilesystem": "true"}, PASS),
        ({"readonlyRootFilesystem": False}, FAIL),
        ({"readonlyRootFilesystem": "false"}, FAIL),
        ({"readonlyRootFilesystem": None}, FAIL),
        ({"readOnlyRootFilesystem": True}, FAIL),
        ({}, FAIL),
    ],
    ids=str,
)
def test_what_is_written_is_judged_as_ecs_takes_it_for_tasks_and_daemons(
    written: dict[str, Any], status: Status
) -> None:
    container = {"name": "app", **written}

    assert judged(parse({**RAW, "containerDefinitions": [container]})).status is status
    assert judged(parse_daemon({**OF_DAEMON, "containerDefinitions": [container]})).status is status


def test_windows_containers_cannot_have_a_read_only_root() -> None:
    verdict = of(WRITABLE, system=WINDOWS)

    assert (verdict.status, verdict.reasons, verdict.evidence) == (NOT_APPLICABLE, (), ())


@pytest.mark.parametrize("system", [None, "", "LINUX"], ids=repr)
def test_a_definition_that_does_not_say_its_system_is_one_for_linux(system: str | None) -> None:
    assert of(WRITABLE, system=system).status is FAIL


@pytest.mark.parametrize(
    ("read_only", "system", "powerpipe", "prowler"),
    [
        pytest.param([True], None, PASS, PASS, id="all agree on one that cannot write"),
        pytest.param([False], None, FAIL, FAIL, id="all agree on one that can"),
        pytest.param([True, False], None, PASS, FAIL, id="to Powerpipe one good container clears all others"),
        pytest.param([False], WINDOWS, FAIL, FAIL, id="neither asks for the system"),
        pytest.param([True, False], WINDOWS, PASS, FAIL, id="nor on a definition of several"),
        pytest.param([], None, FAIL, PASS, id="Powerpipe wants a container to be content with"),
    ],
)
def test_the_other_standards_are_read_by_their_letter(
    read_only: list[bool], system: str | None, powerpipe: Status, prowler: Status
) -> None:
    assert of(*read_only, system=system).standards == {"powerpipe": powerpipe, "prowler": prowler}


def test_of_a_daemon_nobody_else_says_anything() -> None:
    verdict = judged(parse_daemon({**OF_DAEMON, "containerDefinitions": [{"name": "agent"}]}))

    assert (verdict.status, verdict.standards) == (FAIL, {})


def test_the_check_is_severe_and_mapped_to_the_controls_that_read_alike() -> None:
    assert rule.severity is Severity.HIGH
    assert rule.frameworks == {
        "cis-compute-1.1": ("3.5",),
        "aws-fsbp": ("ECS.5",),
        "aws-config": ("ecs-containers-readonly-access",),
    }
