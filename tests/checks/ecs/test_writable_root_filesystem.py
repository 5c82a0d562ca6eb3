"""Writable root file systems of containers of tasks and managed daemons."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.ecs.writable_root_filesystem import writable_root_filesystem as check
from auditor.domain.check import Evidence, Status, Verdict
from auditor.domain.ecs.containers import Container, Mount
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

REASON = ("writable-root-filesystem",)
READ_ONLY, WRITABLE = True, False


def judge_roots(*read_only: bool, system: str | None = None) -> Verdict:
    containers = tuple(Container(f"c{number}", readonly_root=value) for number, value in enumerate(read_only))
    return judge(check, task_definition(containers=containers, os_family=system))


def evidence(name: str) -> Evidence:
    return Evidence(name, "container", REASON, {"readonlyRootFilesystem": False})


@pytest.mark.parametrize(
    ("roots", "failing"),
    [
        pytest.param([WRITABLE], ["c0"], id="a writable root fails"),
        pytest.param([READ_ONLY], [], id="a read-only root passes"),
        pytest.param([], [], id="a definition without containers passes"),
        pytest.param([READ_ONLY, WRITABLE, READ_ONLY, WRITABLE], ["c1", "c3"], id="one failing container is enough"),
    ],
)
def test_root_file_systems(roots: list[bool], failing: list[str]) -> None:
    verdict = judge_roots(*roots)

    assert verdict.status is (FAIL if failing else PASS)
    assert verdict.reasons == (REASON if failing else ())
    assert verdict.evidence == tuple(map(evidence, failing))


def test_a_writable_volume_does_not_matter() -> None:
    mount = Mount("tmp", "/tmp", read_only=False)  # noqa: S108 - a path in a container
    container = Container("app", readonly_root=True, mounts=(mount,))

    assert judge(check, task_definition(containers=(container,))).status is PASS


@pytest.mark.parametrize(
    ("members", "status"),
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
def test_values_are_judged_as_ecs_converts_them(members: dict[str, Any], status: Status) -> None:
    container = {"name": "app", **members}

    assert judge(check, parse_task(container)).status is status
    assert judge(check, parse_agent(container)).status is status


def test_windows_is_not_applicable() -> None:
    verdict = judge_roots(WRITABLE, system=WINDOWS)

    assert (verdict.status, verdict.reasons, verdict.evidence) == (NOT_APPLICABLE, (), ())


@pytest.mark.parametrize("system", [None, "", "LINUX"], ids=repr)
def test_a_definition_without_an_operating_system_is_judged_as_linux(system: str | None) -> None:
    assert judge_roots(WRITABLE, system=system).status is FAIL


@pytest.mark.parametrize(
    ("read_only", "system", "powerpipe", "prowler"),
    [
        pytest.param([True], None, PASS, PASS, id="all pass a read-only root"),
        pytest.param([False], None, FAIL, FAIL, id="all fail a writable root"),
        pytest.param([True, False], None, PASS, FAIL, id="for Powerpipe one good container clears all others"),
        pytest.param([False], WINDOWS, FAIL, FAIL, id="neither considers the operating system"),
        pytest.param([True, False], WINDOWS, PASS, FAIL, id="neither considers it with several containers"),
        pytest.param([], None, FAIL, PASS, id="Powerpipe requires a container"),
    ],
)
def test_other_standards_are_reproduced_exactly(
    read_only: list[bool], system: str | None, powerpipe: Status, prowler: Status
) -> None:
    assert judge_roots(*read_only, system=system).standards == {"powerpipe": powerpipe, "prowler": prowler}


def test_other_standards_do_not_cover_managed_daemons() -> None:
    verdict = judge(check, parse_agent({"name": "agent"}))

    assert (verdict.status, verdict.standards) == (FAIL, {})


def test_the_repair_makes_the_root_read_only_and_leaves_the_volumes_to_a_person() -> None:
    repair = definition_repair(check, REASON[0])

    assert repair.container == {"readonlyRootFilesystem": True}
    assert "volume" in repair.manual
