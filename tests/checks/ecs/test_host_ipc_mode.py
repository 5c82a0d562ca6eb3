"""The host's IPC namespace, as task definitions and managed daemons ask for it."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.host_ipc_mode import host_ipc_mode as rule
from auditor.domain.check import Severity, Status, Verdict
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition, Definition
from auditor.parsers.ecs.task_definitions import parse_daemon
from tests.builders import task_definition
from tests.checks.ecs.tables import cell, rows

ARN = "arn:aws:ecs:eu-west-1:111122223333:daemon-task-definition/agent:3"
PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE


def daemon(mode: str | None) -> DaemonTaskDefinition:
    return DaemonTaskDefinition(ARN, "agent", 3, "ACTIVE", None, (), None, ipc_mode=mode, os_family="LINUX")


def judged(definition: Definition) -> Verdict:
    verdict: Verdict = rule.judge(definition, rule.parameters)
    return verdict


def test_a_task_on_the_hosts_namespace_fails_with_its_own_word() -> None:
    verdict = judged(task_definition(ipc_mode="host"))

    assert (verdict.status, verdict.reasons) == (FAIL, ("host-ipc-mode",))
    (evidence,) = verdict.evidence
    assert (evidence.part, evidence.reasons, evidence.details) == (
        "",
        ("host-ipc-mode",),
        {"ipcMode": "host"},
    )


def test_a_daemon_on_the_hosts_namespace_fails_with_its_other_word() -> None:
    verdict = judged(daemon("shared"))

    assert (verdict.status, verdict.reasons) == (FAIL, ("host-ipc-mode",))
    assert verdict.evidence[0].details == {"ipcMode": "shared"}


def test_a_daemon_is_judged_as_it_arrives() -> None:
    raw = {"daemonTaskDefinitionArn": ARN, "family": "agent", "revision": 3, "ipcMode": "shared"}

    assert judged(parse_daemon({**raw, "containerDefinitions": [{"name": "agent"}]})).status is FAIL


@pytest.mark.parametrize("mode", [None, "", "task", "none", "shared", "HOST", "a mode of next year"], ids=repr)
def test_any_other_word_of_a_task_passes(mode: str | None) -> None:
    assert judged(task_definition(ipc_mode=mode)) == Verdict(PASS)


@pytest.mark.parametrize("mode", [None, "", "none", "task"], ids=repr)
def test_any_other_word_of_a_daemon_passes(mode: str | None) -> None:
    assert judged(daemon(mode)) == Verdict(PASS)


@pytest.mark.parametrize("system", ["WINDOWS_SERVER_2022_CORE", "windows_server_2019_full"])
def test_windows_has_no_such_namespace(system: str) -> None:
    assert judged(task_definition(ipc_mode="host", os_family=system)) == Verdict(NOT_APPLICABLE)


@pytest.mark.parametrize("system", [None, "", "LINUX"], ids=repr)
def test_a_definition_that_does_not_say_its_system_is_one_for_linux(system: str | None) -> None:
    assert judged(task_definition(ipc_mode="host", os_family=system)).status is FAIL


TABLE = rows(rule.manual, "definition")


def described(kind: str, mode: str) -> list[Definition]:
    """Every definition that a row of the page's table speaks of."""
    modes = ["host", "task", None] if mode == "any" else [cell(each) for each in mode.split(", ")]
    if kind == "managed daemon":
        return [daemon(each) for each in modes]
    system = "WINDOWS_SERVER_2022_CORE" if kind == "task, on Windows" else None
    return [task_definition(ipc_mode=each, os_family=system) for each in modes]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]}, {row[1]}")
def test_the_table_of_the_manual_page_is_true(row: list[str]) -> None:
    kind, mode, status = row

    assert {judged(each).status for each in described(kind, mode)} == {status}


def test_the_table_of_the_manual_page_speaks_of_every_kind_of_definition() -> None:
    assert [row[0] for row in TABLE] == ["task", "task", "managed daemon", "managed daemon", "task, on Windows"]


def test_the_check_is_severe_and_mapped_to_the_controls_that_read_alike() -> None:
    assert rule.severity is Severity.HIGH
    assert rule.frameworks == {}
