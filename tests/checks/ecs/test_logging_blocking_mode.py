"""The mode of log drivers: what the definition says, and that it may say nothing."""

from __future__ import annotations

import re

import pytest

from auditor.checks.ecs.logging_blocking_mode import Parameters
from auditor.checks.ecs.logging_blocking_mode import logging_blocking_mode as rule
from auditor.domain.check import Severity, Status, Verdict
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition
from auditor.parsers.ecs.task_definitions import parse
from tests.builders import task_definition

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE
LENIENT = Parameters(unset_mode="pass")
Logs = tuple[str | None, str | None]


def judged(*logs: Logs, params: Parameters = Parameters()) -> Verdict:  # noqa: B008 - frozen
    containers = tuple(Container(str(n), log_driver=driver, log_mode=mode) for n, (driver, mode) in enumerate(logs))
    verdict: Verdict = rule.judge(task_definition(containers=containers), params)
    return verdict


@pytest.mark.parametrize(
    ("logs", "status", "reasons", "failing"),
    [
        pytest.param([("awslogs", "non-blocking")], PASS, (), [], id="non-blocking passes"),
        pytest.param([("awslogs", "blocking")], FAIL, ("blocking-mode",), ["0"], id="blocking fails"),
        pytest.param([("awslogs", None)], FAIL, ("mode-unset",), ["0"], id="an unset mode fails"),
        pytest.param([("awslogs", "")], FAIL, ("mode-unset",), ["0"], id="an empty mode is unset"),
        pytest.param(
            [("awslogs", "Non-Blocking")], FAIL, ("blocking-mode",), ["0"], id="Docker knows the word as it is"
        ),
        pytest.param([("awslogs", "nonblocking")], FAIL, ("blocking-mode",), ["0"], id="a word that is no mode fails"),
        pytest.param([("json-file", None)], FAIL, ("mode-unset",), ["0"], id="the driver does not matter"),
        pytest.param([], NOT_APPLICABLE, (), [], id="no container"),
        pytest.param([(None, None), ("", None)], NOT_APPLICABLE, (), [], id="no container with a driver"),
        pytest.param([(None, "blocking")], NOT_APPLICABLE, (), [], id="a mode without a driver"),
        pytest.param([(None, None), ("awslogs", "non-blocking")], PASS, (), [], id="only those with a driver count"),
        pytest.param(
            [("awslogs", "blocking"), ("awslogs", "non-blocking"), ("splunk", None)],
            FAIL,
            ("blocking-mode", "mode-unset"),
            ["0", "2"],
            id="each failing container with its own reason",
        ),
    ],
)
def test_modes(logs: list[Logs], status: Status, reasons: tuple[str, ...], failing: list[str]) -> None:
    verdict = judged(*logs)

    assert (verdict.status, verdict.reasons) == (status, reasons)
    assert [each.part for each in verdict.evidence] == failing


def test_the_evidence_shows_driver_and_mode() -> None:
    (evidence,) = judged(("awslogs", "blocking")).evidence

    assert evidence.details == {"logDriver": "awslogs", "mode": "blocking"}
    assert evidence.reasons == ("blocking-mode",)


def test_where_the_accounts_default_is_trusted_an_unset_mode_is_a_note() -> None:
    verdict = judged(("awslogs", None), ("awslogs", "non-blocking"), params=LENIENT)

    assert (verdict.status, verdict.reasons) == (PASS, ("mode-unset",))
    assert [each.part for each in verdict.evidence] == ["0"]


def test_where_the_accounts_default_is_trusted_blocking_still_fails_and_alone() -> None:
    verdict = judged(("awslogs", None), ("awslogs", "blocking"), params=LENIENT)

    assert (verdict.status, verdict.reasons) == (FAIL, ("blocking-mode",))
    assert [each.part for each in verdict.evidence] == ["1"]


def test_where_the_accounts_default_is_trusted_non_blocking_passes_without_a_note() -> None:
    assert judged(("awslogs", "non-blocking"), params=LENIENT) == Verdict(PASS)


def test_through_the_parser() -> None:
    raw = {
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7",
        "family": "web",
        "revision": 7,
        "containerDefinitions": [
            {"name": "a", "logConfiguration": {"logDriver": "awslogs", "options": {"mode": "non-blocking"}}},
            {"name": "b", "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g"}}},
        ],
    }

    assert [each.part for each in rule.judge(parse(raw), Parameters()).evidence] == ["b"]


def test_managed_daemons_are_judged_too() -> None:
    arn = "arn:aws:ecs:eu-west-1:111122223333:daemon-task-definition/agent:1"
    definition = DaemonTaskDefinition(arn, "agent", 1, "", None, (Container("a", log_driver="awslogs"),))

    assert rule.judge(definition, Parameters()).status is FAIL


def table() -> list[list[str]]:
    """The rows of the manual page's table, cut into cells."""
    text = rule.manual.partition("Effective mode\n")[2].partition("\nRationale\n")[0]
    return [re.split(r" {2,}", line.strip()) for line in text.splitlines() if line.startswith("    ")][2:]


@pytest.mark.parametrize("row", table(), ids=lambda row: " and ".join(row[:2]))
def test_the_table_of_the_manual_page_is_true(row: list[str]) -> None:
    mode, _, _, status = row

    assert judged(("awslogs", None if mode == "-" else mode)).status == status


def test_the_table_has_five_rows() -> None:
    assert len(table()) == 5


def test_the_check_is_low_and_in_no_framework() -> None:
    assert (rule.severity, rule.frameworks) == (Severity.LOW, {})
