"""Logging of a cluster's ECS Exec sessions."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.ecs.exec_logging_off import exec_logging_off as check
from auditor.domain.check import Evidence, Status, Verdict
from auditor.domain.ecs.workloads import ExecLogging
from tests.checks.ecs.helpers import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, cluster, judge, outcomes, table


def logging(value: str | None, **destination: Any) -> ExecLogging:  # noqa: ANN401 - fields of the setting
    return ExecLogging(value, **destination)


@pytest.mark.parametrize(
    ("setting", "status", "reason"),
    [
        pytest.param(logging("NONE"), FAIL, "exec-not-logged", id="NONE fails"),
        pytest.param(logging("NONE", log_group="g"), FAIL, "exec-not-logged", id="NONE fails with a log group too"),
        pytest.param(logging("OVERRIDE", log_group="g"), PASS, None, id="OVERRIDE to a log group passes"),
        pytest.param(logging("OVERRIDE", bucket="b"), PASS, None, id="OVERRIDE to a bucket passes"),
        pytest.param(logging("OVERRIDE", log_group="g", bucket="b"), PASS, None, id="OVERRIDE to both passes"),
        pytest.param(logging("OVERRIDE"), FAIL, "exec-log-nowhere", id="OVERRIDE without a destination fails"),
        pytest.param(logging("OVERRIDE", log_group="", bucket=""), FAIL, "exec-log-nowhere", id="empty names fail"),
        pytest.param(logging("DEFAULT"), PASS, "exec-log-by-task", id="DEFAULT passes with a note"),
        pytest.param(logging(None), PASS, "exec-log-by-task", id="absent is DEFAULT"),
        pytest.param(logging(""), PASS, "exec-log-by-task", id="empty is absent"),
        pytest.param(logging(None, kms_key=True), PASS, "exec-log-by-task", id="a key does not matter"),
        pytest.param(logging("none"), UNKNOWN, "exec-logging-unclear", id="case matters"),
        pytest.param(logging("SOME"), UNKNOWN, "exec-logging-unclear", id="an unknown value is unknown"),
    ],
)
def test_settings(setting: ExecLogging, status: Status, reason: str | None) -> None:
    details = {
        "logging": setting.logging,
        "cloudWatchLogGroupName": setting.log_group,
        "s3BucketName": setting.bucket,
    }
    evidence = (Evidence(reasons=(reason,), details=details),) if reason else ()

    assert judge(check, cluster(exec_logging=setting)) == Verdict(status, (reason,) if reason else (), evidence)


def test_a_deleted_cluster_is_not_applicable() -> None:
    assert judge(check, cluster(status="INACTIVE", exec_logging=logging("NONE"))) == Verdict(NOT_APPLICABLE)


VALUES: dict[str, list[str | None]] = {
    "absent or empty": [None, ""],
    "any other value": ["x", "override"],
    "any, but INACTIVE": ["NONE", "OVERRIDE", "DEFAULT", None, "x"],
}
NEITHER: list[dict[str, str]] = [{}]
SOME: list[dict[str, str]] = [{"log_group": "g"}, {"bucket": "b"}, {"log_group": "g", "bucket": "b"}]
DESTINATIONS = {"neither": NEITHER, "one or both": SOME, "any": NEITHER + SOME}


def test_the_table_of_the_manual_page_is_true() -> None:
    for described, destination, *expected in table(check.manual, "logging"):
        status = "INACTIVE" if described == "any, but INACTIVE" else "ACTIVE"
        verdicts = [
            judge(check, cluster(status=status, exec_logging=logging(value, **fields)))
            for value in VALUES.get(described, [described])
            for fields in DESTINATIONS[destination]
        ]
        assert outcomes(verdicts) == {tuple(expected)}, (described, destination)
