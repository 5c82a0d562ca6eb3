"""`auditor demo` itself, from the flag to the rows: every check against what was written down by hand."""

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
from auditor.demo.organization import ACCOUNTS
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
def ledger(ran: tuple[Outcome, Path]) -> list[Row]:
    return list(_rows(ran[1], "coverage"))


def _rows(output: Path, kind: str) -> Iterator[Row]:
    for path in sorted(output.glob(f"{kind}/**/*.jsonl.gz")):
        yield from map(json.loads, gzip.decompress(path.read_bytes()).splitlines())


def _where(row: Row) -> tuple[str, str, str]:
    return row["account"]["name"], row["region"], row["resource"]["name"]


@pytest.mark.parametrize(
    "expected", EXPECTED_FINDINGS, ids=lambda expected: f"{expected.check} {'/'.join(expected.location)}"
)
def test_a_check_says_what_was_written_down_by_hand(findings: list[Row], expected: ExpectedFinding) -> None:
    said = [row["status"] for row in findings if row["check_id"] == expected.check and _where(row) == expected.location]
    assert said == [expected.status.value]


def test_every_check_that_is_labelled_fails_somewhere_and_passes_elsewhere() -> None:
    statuses: dict[str, set[str]] = {}
    for expected in EXPECTED_FINDINGS:
        statuses.setdefault(expected.check, set()).add(expected.status.value)
    assert len(statuses) >= 32
    assert all(each == {"FAIL", "PASS"} for each in statuses.values())


def test_the_demo_ends_well_and_says_that_it_is_incomplete(ran: tuple[Outcome, Path]) -> None:
    outcome, _ = ran
    assert outcome.exit_code == OK
    assert outcome.text.startswith("INCOMPLETE: 8 of 11 accounts were fully examined; 2 only partly and 1 not at all.")


def test_the_readme_shows_what_the_demo_prints(ran: tuple[Outcome, Path]) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("(from `make demo`):\n\n```\n")[2].partition("```")[0]
    assert shown.startswith("INCOMPLETE")
    assert ran[0].text.startswith(shown)
    assert f"an organization of {len(ACCOUNTS)} accounts" in readme


def test_only_what_is_meant_to_be_missing_is_missing(ledger: list[Row]) -> None:
    missing = {
        (row["account"]["name"], row["region"], row["reason"])
        for row in ledger
        if row["status"] in {"PARTIAL", "NOT_EXAMINED"}
    }
    assert missing == {
        ("acquired-logistics", "*", "role-denied"),
        ("media-pipeline", "us-east-1", "scp-denied"),
        ("data-lake", "eu-west-1", "permission-denied"),
    }


def test_nothing_is_asked_twice(ledger: list[Row]) -> None:
    assert sum(row["retried"] for row in ledger) == 0


def test_most_things_pass_and_unknown_is_one_definition_alone(findings: list[Row]) -> None:
    counts = Counter(row["status"] for row in findings)
    assert counts["PASS"] > 5 * counts["FAIL"]
    assert {_where(row) for row in findings if row["status"] == "UNKNOWN"} == {
        ("data-lake", "eu-west-1", "spark-history-server")
    }


def test_a_deregistered_revision_that_runs_is_found_and_so_is_what_is_wrong_with_it(findings: list[Row]) -> None:
    failing = {
        row["check_id"]
        for row in findings
        if _where(row) == ("payments-prod", "us-east-1", "datadog-agent:1") and row["status"] == "FAIL"
    }
    assert failing >= {
        "ecs-running-inactive-revision",
        "ecs-running-non-latest-revision",
        "ecs-host-network-privileged-or-root",
        "ecs-docker-socket-mount",
    }


def test_a_daemon_says_which_daemon_runs_it_and_where(findings: list[Row]) -> None:
    uses = [row["usage"] for row in findings if _where(row) == ("observability", "eu-west-1", "ebpf-profiler:1")]
    assert uses
    for use in uses:
        assert use["daemons"] == ["arn:aws:ecs:eu-west-1:555566667777:daemon/telemetry/ebpf-profiler"]
        assert (use["clusters"], use["running_tasks"]) == (["telemetry"], 3)


def test_no_value_of_an_environment_variable_is_written_anywhere(ran: tuple[Outcome, Path]) -> None:
    outcome, output = ran
    files = [path for path in output.rglob("*") if path.is_file()]
    assert len(files) > 20
    for path in files:
        content = path.read_bytes()
        text = gzip.decompress(content) if path.suffix == ".gz" else content
        assert CANARY.encode() not in text, path
    assert CANARY not in outcome.text
