"""`auditor demo` from the flag to the rows: the findings of every check equal those expected by hand."""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.commands import demo
from auditor.commands.options import DemoOptions
from auditor.demo.expected_findings import EXPECTED_FINDINGS, ExpectedFinding
from auditor.demo.model import CANARY
from auditor.run.exit_codes import OK, Outcome

Row = dict[str, Any]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    output = tmp_path_factory.mktemp("demo")
    return demo.run(DemoOptions(output=str(output), environ=os.environ)), output


@pytest.fixture(scope="module")
def findings(ran: tuple[Outcome, Path]) -> list[Row]:
    return list(_rows(ran[1], "findings"))


@pytest.fixture(scope="module")
def coverage(ran: tuple[Outcome, Path]) -> list[Row]:
    return list(_rows(ran[1], "coverage"))


def _rows(output: Path, kind: str) -> Iterator[Row]:
    for path in sorted(output.glob(f"{kind}/**/*.jsonl.gz")):
        yield from map(json.loads, gzip.decompress(path.read_bytes()).splitlines())


def _location(row: Row) -> tuple[str, str, str]:
    return row["account_name"], row["region"], row["resource"]["name"]


@pytest.mark.parametrize(
    "expected", EXPECTED_FINDINGS, ids=lambda expected: f"{expected.check} {'/'.join(expected.location)}"
)
def test_a_check_reports_the_expected_status(findings: list[Row], expected: ExpectedFinding) -> None:
    statuses = [
        row["status"] for row in findings if row["check_id"] == expected.check and _location(row) == expected.location
    ]
    assert statuses == [expected.status.value]


def test_every_check_has_an_expected_failure_and_an_expected_pass() -> None:
    statuses: dict[str, set[str]] = {}
    for expected in EXPECTED_FINDINGS:
        statuses.setdefault(expected.check, set()).add(expected.status.value)
    assert len(statuses) >= 32
    assert all(expected == {"FAIL", "PASS"} for expected in statuses.values())


def test_the_demo_succeeds_and_reports_that_it_is_incomplete(ran: tuple[Outcome, Path]) -> None:
    outcome, _ = ran
    assert outcome.exit_code == OK
    assert outcome.text.startswith("INCOMPLETE: 8 of 11 accounts were fully examined; 2 only partly and 1 not at all.")


def test_only_the_intended_gaps_exist(coverage: list[Row]) -> None:
    gaps = {
        (row["account_name"], row["region"], row["reason"])
        for row in coverage
        if row["status"] in {"PARTIAL", "NOT_EXAMINED"}
    }
    assert gaps == {
        ("acquired-logistics", "*", "role-denied"),
        ("media-pipeline", "us-east-1", "scp-denied"),
        ("data-lake", "eu-west-1", "permission-denied"),
    }


def test_no_call_is_retried(coverage: list[Row]) -> None:
    assert sum(row["retried"] for row in coverage) == 0


def test_most_findings_pass_and_one_definition_is_unknown(findings: list[Row]) -> None:
    counts = Counter(row["status"] for row in findings)
    assert counts["PASS"] > 5 * counts["FAIL"]
    assert {_location(row) for row in findings if row["status"] == "UNKNOWN"} == {
        ("data-lake", "eu-west-1", "spark-history-server")
    }


def test_a_running_deregistered_revision_is_reported_with_its_failures(findings: list[Row]) -> None:
    failing = {
        row["check_id"]
        for row in findings
        if _location(row) == ("payments-prod", "us-east-1", "datadog-agent:1") and row["status"] == "FAIL"
    }
    assert failing >= {
        "ecs-running-inactive-revision",
        "ecs-running-non-latest-revision",
        "ecs-host-network-privileged-or-root",
        "ecs-docker-socket-mount",
    }


def test_a_daemon_definition_names_its_daemon_and_cluster(findings: list[Row]) -> None:
    usages = [row["usage"] for row in findings if _location(row) == ("observability", "eu-west-1", "ebpf-profiler:1")]
    assert usages
    for usage in usages:
        assert usage["daemons"] == ["arn:aws:ecs:eu-west-1:555566667777:daemon/telemetry/ebpf-profiler"]
        assert (usage["clusters"], usage["running_tasks"]) == (["telemetry"], 3)


def test_no_value_of_an_environment_variable_is_written(ran: tuple[Outcome, Path]) -> None:
    outcome, output = ran
    files = [path for path in output.rglob("*") if path.is_file()]
    assert len(files) > 20
    for path in files:
        content = path.read_bytes()
        text = gzip.decompress(content) if path.suffix == ".gz" else content
        assert CANARY.encode() not in text, path
    assert CANARY not in outcome.text
