"""A log driver in every container, whichever it is."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.logging_missing import logging_missing as rule
from auditor.domain.check import Evidence, NoParameters, Severity, Status, Verdict
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition
from auditor.parsers.ecs.task_definitions import parse
from tests.builders import task_definition

PASS, FAIL = Status.PASS, Status.FAIL
ARN = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7"


def judged(*drivers: str | None) -> Verdict:
    containers = tuple(Container(str(n), log_driver=driver) for n, driver in enumerate(drivers))
    verdict: Verdict = rule.judge(task_definition(containers=containers), NoParameters())
    return verdict


@pytest.mark.parametrize("driver", ["awslogs", "awsfirelens", "json-file", "splunk", "a driver of next year"])
def test_any_driver_passes(driver: str) -> None:
    assert judged(driver) == Verdict(PASS)


@pytest.mark.parametrize("driver", [None, ""], ids=["no driver", "an empty driver"])
def test_a_container_without_a_driver_fails(driver: str | None) -> None:
    evidence = Evidence("0", "container", ("no-log-driver",), {"logDriver": driver})

    assert judged(driver) == Verdict(FAIL, ("no-log-driver",), (evidence,))


def test_one_of_several_is_enough_and_only_that_one_is_named() -> None:
    verdict = judged("awslogs", None, "awsfirelens", None)

    assert verdict.status is FAIL
    assert [each.part for each in verdict.evidence] == ["1", "3"]


@pytest.mark.parametrize(
    ("logs", "status"),
    [
        pytest.param({"logConfiguration": {"logDriver": "awslogs", "options": {}}}, PASS, id="a driver"),
        pytest.param({"logConfiguration": {"options": {"mode": "blocking"}}}, FAIL, id="options without a driver"),
        pytest.param({"logConfiguration": {}}, FAIL, id="an empty configuration"),
        pytest.param({"logConfiguration": None}, FAIL, id="null"),
        pytest.param({}, FAIL, id="nothing"),
    ],
)
def test_through_the_parser(logs: dict[str, object], status: Status) -> None:
    raw = {"taskDefinitionArn": ARN, "family": "web", "revision": 7, "containerDefinitions": [{"name": "a", **logs}]}

    assert rule.judge(parse(raw), NoParameters()).status is status


def test_managed_daemons_are_judged_too() -> None:
    arn = "arn:aws:ecs:eu-west-1:111122223333:daemon-task-definition/agent:1"

    assert rule.judge(DaemonTaskDefinition(arn, "agent", 1, "", None, (Container("a"),)), NoParameters()).status is FAIL


def test_the_check_is_severe_and_mapped() -> None:
    assert rule.severity is Severity.HIGH
    assert rule.frameworks == {
        "cis-compute-1.1": ("3.7",),
        "aws-fsbp": ("ECS.9",),
        "aws-config": ("ecs-task-definition-log-configuration",),
    }
