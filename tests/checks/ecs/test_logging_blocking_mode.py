"""The mode of log drivers, set or left to the account."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.logging_blocking_mode import Parameters
from auditor.checks.ecs.logging_blocking_mode import logging_blocking_mode as check
from auditor.domain.check import Status, Verdict
from auditor.domain.ecs.containers import Container
from tests.builders import task_definition
from tests.checks.ecs.helpers import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNKNOWN,
    cell_value,
    daemon_definition,
    details,
    failing_parts,
    judge,
    parse_task,
    table,
)

STRICT = Parameters(unset_mode="fail")
Logs = tuple[str | None, str | None]


def judge_logs(*logs: Logs, params: Parameters | None = None) -> Verdict:
    containers = tuple(
        Container(str(number), log_driver=driver, log_mode=mode) for number, (driver, mode) in enumerate(logs)
    )
    return judge(check, task_definition(containers=containers), params)


@pytest.mark.parametrize(
    ("logs", "status", "reasons", "failing"),
    [
        pytest.param([("awslogs", "non-blocking")], PASS, (), [], id="non-blocking passes"),
        pytest.param([("awslogs", "blocking")], FAIL, ("blocking-mode",), ["0"], id="blocking fails"),
        pytest.param([("awslogs", None)], PASS, ("mode-unset",), ["0"], id="an unset mode passes with a note"),
        pytest.param([("awslogs", "")], PASS, ("mode-unset",), ["0"], id="an empty mode is unset"),
        pytest.param([("awslogs", "Non-Blocking")], FAIL, ("blocking-mode",), ["0"], id="case matters"),
        pytest.param([("awslogs", "nonblocking")], FAIL, ("blocking-mode",), ["0"], id="an unknown mode fails"),
        pytest.param([("splunk", "blocking")], FAIL, ("blocking-mode",), ["0"], id="any driver that needs a network"),
        pytest.param([("a driver of next year", "blocking")], FAIL, ("blocking-mode",), ["0"], id="an unknown driver"),
        pytest.param([("awsfirelens", None)], NOT_APPLICABLE, (), [], id="FireLens ignores the mode"),
        pytest.param([("awsfirelens", "blocking")], NOT_APPLICABLE, (), [], id="FireLens ignores any mode"),
        pytest.param(
            [("awsfirelens", None), ("awslogs", "non-blocking")], NOT_APPLICABLE, (), [], id="FireLens with its router"
        ),
        pytest.param([("json-file", "blocking")], NOT_APPLICABLE, (), [], id="a file of the instance"),
        pytest.param([("journald", None), ("local", None)], NOT_APPLICABLE, (), [], id="other logs of the instance"),
        pytest.param([("none", None)], NOT_APPLICABLE, (), [], id="no log"),
        pytest.param(
            [("awsfirelens", None), ("awslogs", "blocking")],
            FAIL,
            ("blocking-mode",),
            ["1"],
            id="the router of FireLens",
        ),
        pytest.param([], NOT_APPLICABLE, (), [], id="no container"),
        pytest.param([(None, None), ("", None)], NOT_APPLICABLE, (), [], id="no container with a driver"),
        pytest.param([(None, "blocking")], NOT_APPLICABLE, (), [], id="a mode without a driver"),
        pytest.param(
            [(None, None), ("awslogs", "non-blocking")], PASS, (), [], id="only containers with a driver count"
        ),
        pytest.param(
            [("awslogs", "blocking"), ("awslogs", "non-blocking"), ("splunk", None)],
            FAIL,
            ("blocking-mode",),
            ["0"],
            id="a failure has no notes",
        ),
    ],
)
def test_modes(logs: list[Logs], status: Status, reasons: tuple[str, ...], failing: list[str]) -> None:
    verdict = judge_logs(*logs)

    assert (verdict.status, verdict.reasons) == (status, reasons)
    assert failing_parts(verdict) == failing


def test_the_evidence_shows_driver_and_mode() -> None:
    assert details(judge_logs(("awslogs", "blocking"))) == {"logDriver": "awslogs", "mode": "blocking"}


def test_an_unset_mode_fails_with_the_parameter() -> None:
    verdict = judge_logs(("awslogs", None), ("awslogs", "blocking"), ("awsfirelens", None), params=STRICT)

    assert (verdict.status, verdict.reasons) == (FAIL, ("blocking-mode", "mode-unset"))
    assert failing_parts(verdict) == ["0", "1"]


def test_the_repair_says_that_lines_can_be_lost() -> None:
    assert "lines are lost" in check.repairs["blocking-mode"].manual


def test_parsed_definitions() -> None:
    task = parse_task(
        {"name": "a", "logConfiguration": {"logDriver": "awslogs", "options": {"mode": "non-blocking"}}},
        {"name": "b", "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g"}}},
    )

    assert failing_parts(judge(check, task)) == ["b"]


def test_managed_daemons_are_judged_too() -> None:
    assert (
        judge(check, daemon_definition(containers=(Container("a", log_driver="awslogs", log_mode="blocking"),))).status
        is FAIL
    )


def test_the_table_of_the_manual_page_is_true() -> None:
    rows = table(check.manual, "mode in the definition")

    assert len(rows) == 6
    for mode, default, _, status in rows:
        known = {"any": None, "could not be read": ""}.get(default, cell_value(default))
        container = Container("a", log_driver="awslogs", log_mode=cell_value(mode))
        definition = task_definition(containers=(container,), default_log_mode=known)
        assert judge(check, definition).status == status, (mode, default)


@pytest.mark.parametrize(
    ("default", "logs", "status", "reasons"),
    [
        pytest.param("blocking", [("awslogs", None)], FAIL, ("blocking-by-default",), id="the account blocks"),
        pytest.param("blocking", [("awslogs", "non-blocking")], PASS, (), id="the definition decides"),
        pytest.param("blocking", [("awslogs", "blocking")], FAIL, ("blocking-mode",), id="both block"),
        pytest.param("blocking", [("json-file", None)], NOT_APPLICABLE, (), id="a driver that is not judged"),
        pytest.param("blocking", [("awsfirelens", None)], NOT_APPLICABLE, (), id="FireLens, and the account blocks"),
        pytest.param("non-blocking", [("awslogs", None)], PASS, (), id="the account does not block"),
        pytest.param("non-blocking", [("splunk", "blocking")], FAIL, ("blocking-mode",), id="the definition blocks"),
        pytest.param("", [("awslogs", None)], UNKNOWN, ("default-mode-unread",), id="the setting is unread"),
        pytest.param(
            "", [("awslogs", None), ("splunk", "blocking")], FAIL, ("blocking-mode",), id="unread, and another blocks"
        ),
        pytest.param("", [("awslogs", "non-blocking")], PASS, (), id="unread, and not needed"),
        pytest.param(None, [("awslogs", None)], PASS, ("mode-unset",), id="a file"),
    ],
)
def test_an_unset_mode_is_that_of_the_account(
    default: str | None, logs: list[Logs], status: Status, reasons: tuple[str, ...]
) -> None:
    containers = tuple(
        Container(str(number), log_driver=driver, log_mode=mode) for number, (driver, mode) in enumerate(logs)
    )
    verdict = judge(check, task_definition(containers=containers, default_log_mode=default), None)

    assert (verdict.status, verdict.reasons) == (status, reasons)


@pytest.mark.parametrize("default", ["non-blocking", "", None])
def test_the_account_does_not_matter_if_the_mode_has_to_be_set(default: str | None) -> None:
    definition = task_definition(containers=(Container("a", log_driver="awslogs"),), default_log_mode=default)

    assert judge(check, definition, STRICT).reasons == ("mode-unset",)
