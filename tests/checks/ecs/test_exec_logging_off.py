"""What a cluster does with ECS Exec sessions, as tables: one row a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.ecs.exec_logging_off import exec_logging_off as rule
from auditor.domain.check import Evidence, NoParameters, Severity, Status, Verdict
from auditor.domain.ecs.workloads import Cluster, ExecLogging
from tests.checks.ecs.running import cluster, said, table

PASS, FAIL, UNKNOWN, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.UNKNOWN, Status.NOT_APPLICABLE


def judged(fact: Cluster) -> Verdict:
    verdict: Verdict = rule.judge(fact, NoParameters())
    return verdict


def logging(word: str | None, **where: Any) -> Cluster:  # noqa: ANN401 - fields of the setting
    return cluster(exec_logging=ExecLogging(word, **where))


@pytest.mark.parametrize(
    ("fact", "status", "reason"),
    [
        pytest.param(logging("NONE"), FAIL, "exec-not-logged", id="NONE fails"),
        pytest.param(logging("NONE", log_group="g"), FAIL, "exec-not-logged", id="NONE fails, whatever is left over"),
        pytest.param(logging("OVERRIDE", log_group="g"), PASS, None, id="OVERRIDE to a log group passes"),
        pytest.param(logging("OVERRIDE", bucket="b"), PASS, None, id="OVERRIDE to a bucket passes"),
        pytest.param(logging("OVERRIDE", log_group="g", bucket="b"), PASS, None, id="OVERRIDE to both passes"),
        pytest.param(logging("OVERRIDE"), FAIL, "exec-log-nowhere", id="OVERRIDE to nowhere fails"),
        pytest.param(logging("OVERRIDE", log_group="", bucket=""), FAIL, "exec-log-nowhere", id="no name is no place"),
        pytest.param(logging("DEFAULT"), PASS, "exec-log-by-task", id="DEFAULT passes with a note"),
        pytest.param(logging(None), PASS, "exec-log-by-task", id="absent is DEFAULT"),
        pytest.param(logging(""), PASS, "exec-log-by-task", id="empty is absent"),
        pytest.param(logging(None, kms_key=True), PASS, "exec-log-by-task", id="a key says nothing about the log"),
        pytest.param(logging("none"), UNKNOWN, "exec-logging-unclear", id="the words have their case"),
        pytest.param(logging("SOME"), UNKNOWN, "exec-logging-unclear", id="a word of next year is not known"),
    ],
)
def test_a_setting(fact: Cluster, status: Status, reason: str | None) -> None:
    setting = fact.exec_logging
    details = {
        "logging": setting.logging,
        "cloudWatchLogGroupName": setting.log_group,
        "s3BucketName": setting.bucket,
    }
    evidence = (Evidence(reasons=(reason,), details=details),) if reason else ()

    assert judged(fact) == Verdict(status, (reason,) if reason else (), evidence)


def test_a_deleted_cluster_is_not_applicable() -> None:
    assert judged(cluster(status="INACTIVE", exec_logging=ExecLogging("NONE"))) == Verdict(NOT_APPLICABLE)


WORDS: dict[str, list[str | None]] = {
    "NONE": ["NONE"],
    "OVERRIDE": ["OVERRIDE"],
    "DEFAULT": ["DEFAULT"],
    "absent or empty": [None, ""],
    "any other value": ["x", "override"],
    "any, but INACTIVE": ["NONE", "OVERRIDE", "DEFAULT", None, "x"],
}
NEITHER: list[dict[str, str]] = [{}]
SOME: list[dict[str, str]] = [{"log_group": "g"}, {"bucket": "b"}, {"log_group": "g", "bucket": "b"}]
PLACES = {"neither": NEITHER, "one or both": SOME, "any": NEITHER + SOME}


@pytest.mark.parametrize("row", table(rule.manual, "logging"), ids=" ".join)
def test_the_table_of_the_manual_page_is_true(row: list[str]) -> None:
    word, place, *verdict = row
    state = "INACTIVE" if word == "any, but INACTIVE" else "ACTIVE"
    facts = [
        cluster(
            status=state, exec_logging=ExecLogging(each, log_group=where.get("log_group"), bucket=where.get("bucket"))
        )
        for each in WORDS[word]
        for where in PLACES[place]
    ]

    assert said(map(judged, facts)) == {tuple(verdict)}


def test_what_the_output_says_of_it() -> None:
    assert rule.severity is Severity.MEDIUM
    assert rule.frameworks == {}
