"""Log drivers of containers."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.logging_missing import logging_missing as check
from auditor.domain.check import Evidence, Status, Verdict
from auditor.domain.ecs.containers import Container
from tests.builders import task_definition
from tests.checks.ecs.helpers import FAIL, PASS, daemon_definition, failing_parts, judge, parse_task

REASON = ("no-log-driver",)


def judge_drivers(*drivers: str | None) -> Verdict:
    containers = tuple(Container(str(number), log_driver=driver) for number, driver in enumerate(drivers))
    return judge(check, task_definition(containers=containers))


@pytest.mark.parametrize("driver", ["awslogs", "awsfirelens", "json-file", "splunk", "a driver of next year"])
def test_any_driver_passes(driver: str) -> None:
    assert judge_drivers(driver) == Verdict(PASS)


@pytest.mark.parametrize("driver", [None, ""], ids=["no driver", "an empty driver"])
def test_a_container_without_a_driver_fails(driver: str | None) -> None:
    evidence = Evidence("0", "container", REASON, {"logDriver": driver})

    assert judge_drivers(driver) == Verdict(FAIL, REASON, (evidence,))


def test_one_failing_container_is_enough_and_only_failing_ones_are_named() -> None:
    verdict = judge_drivers("awslogs", None, "awsfirelens", None)

    assert verdict.status is FAIL
    assert failing_parts(verdict) == ["1", "3"]


@pytest.mark.parametrize(
    ("members", "status"),
    [
        pytest.param({"logConfiguration": {"logDriver": "awslogs", "options": {}}}, PASS, id="a driver"),
        pytest.param({"logConfiguration": {"options": {"mode": "blocking"}}}, FAIL, id="options without a driver"),
        pytest.param({"logConfiguration": {}}, FAIL, id="an empty configuration"),
        pytest.param({"logConfiguration": None}, FAIL, id="a null configuration"),
        pytest.param({}, FAIL, id="no configuration"),
    ],
)
def test_parsed_definitions(members: dict[str, object], status: Status) -> None:
    assert judge(check, parse_task({"name": "a", **members})).status is status


def test_managed_daemons_are_judged_too() -> None:
    assert judge(check, daemon_definition(containers=(Container("a"),))).status is FAIL


def test_the_driver_none_writes_nowhere() -> None:
    verdict = judge(check, task_definition(containers=(Container("app", log_driver="none"),)))

    assert (verdict.status, verdict.reasons) == (FAIL, ("no-log-driver",))
