"""The host's IPC namespace in task definitions and managed daemons."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.host_ipc_mode import host_ipc_mode as check
from auditor.domain.check import Evidence, Verdict
from auditor.domain.ecs.task_definitions import Definition
from tests.builders import task_definition
from tests.checks.ecs.helpers import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    WINDOWS,
    cell_values,
    daemon_definition,
    definition_repair,
    judge,
    parse_agent,
    table,
)

REASON = ("host-ipc-mode",)


@pytest.mark.parametrize(
    ("definition", "mode"),
    [
        pytest.param(task_definition(ipc_mode="host"), "host", id="a task with its value"),
        pytest.param(daemon_definition(ipc_mode="shared"), "shared", id="a managed daemon with its value"),
    ],
)
def test_a_definition_in_the_hosts_namespace_fails(definition: Definition, mode: str) -> None:
    evidence = Evidence(reasons=REASON, details={"ipcMode": mode})

    assert judge(check, definition) == Verdict(FAIL, REASON, (evidence,))


def test_a_parsed_daemon_fails() -> None:
    assert judge(check, parse_agent({"name": "agent"}, ipcMode="shared")).status is FAIL


@pytest.mark.parametrize("mode", [None, "", "task", "none", "shared", "HOST", "a mode of next year"], ids=repr)
def test_any_other_mode_of_a_task_passes(mode: str | None) -> None:
    assert judge(check, task_definition(ipc_mode=mode)) == Verdict(PASS)


@pytest.mark.parametrize("mode", [None, "", "none", "task"], ids=repr)
def test_any_other_mode_of_a_daemon_passes(mode: str | None) -> None:
    assert judge(check, daemon_definition(ipc_mode=mode)) == Verdict(PASS)


@pytest.mark.parametrize("system", [WINDOWS, "windows_server_2019_full"])
def test_windows_is_not_applicable(system: str) -> None:
    assert judge(check, task_definition(ipc_mode="host", os_family=system)) == Verdict(NOT_APPLICABLE)


@pytest.mark.parametrize("system", [None, "", "LINUX"], ids=repr)
def test_a_definition_without_an_operating_system_is_judged_as_linux(system: str | None) -> None:
    assert judge(check, task_definition(ipc_mode="host", os_family=system)).status is FAIL


def definitions(kind: str, mode: str) -> list[Definition]:
    """Return every definition that a row of the page's table describes."""
    modes = ["host", "task", None] if mode == "any" else cell_values(mode)
    if kind == "managed daemon":
        return [daemon_definition(ipc_mode=value) for value in modes]
    system = WINDOWS if kind == "task, on Windows" else None
    return [task_definition(ipc_mode=value, os_family=system) for value in modes]


def test_the_table_of_the_manual_page_is_true() -> None:
    rows = table(check.manual, "definition")

    assert [row[0] for row in rows] == ["task", "task", "managed daemon", "managed daemon", "task, on Windows"]
    for kind, mode, status in rows:
        assert {judge(check, definition).status for definition in definitions(kind, mode)} == {status}, (kind, mode)


def test_the_repair_removes_the_field() -> None:
    assert definition_repair(check, REASON[0]).definition == {"ipcMode": None}
