"""Progress of a run, as a bar and as JSON lines."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from auditor.domain.coverage import CoverageStatus
from auditor.domain.events import (
    AccountEnded,
    AccountPlanned,
    Event,
    Level,
    Notice,
    RunEnded,
    RunFailed,
    RunStarted,
    ScopeEnded,
)
from auditor.domain.gap_groups import group_gaps
from auditor.domain.reason import Reason
from auditor.reports.terminal.progress import DEFAULT_LEVELS, Bar, JsonLines
from tests.builders import CHECK, NOW, account, coverage, finding, run_result

EXAMINED = coverage(calls=7)
GAP = coverage(
    CoverageStatus.NOT_EXAMINED, region="us-east-1", reason=Reason.TIMEOUT, detail="\x1b[31mno answer", calls=2
)
EXCLUDED = coverage(CoverageStatus.EXCLUDED, region="ap-east-1", reason=Reason.EXCLUDED_BY_CONFIG, calls=0)
RUN: tuple[Event, ...] = (
    RunStarted("the-run", accounts=1, checks=(CHECK,)),
    AccountPlanned(account(), scopes=3),
    ScopeEnded(EXAMINED, fails=2),
    ScopeEnded(GAP, fails=0),
    ScopeEnded(EXCLUDED, fails=0),
    AccountEnded(run_result([EXAMINED, GAP, EXCLUDED]).accounts[0], group_gaps([EXAMINED, GAP, EXCLUDED])),
    RunEnded(
        run_result([EXAMINED, GAP, EXCLUDED], [finding()]),
        4,
        delivered=True,
        published=True,
        results="s3://bucket/audit",
        report="s3://bucket/audit/runs/the-run/report.html",
        exit_reason="Exit code 4: coverage 50% is below --min-coverage 100%.",
    ),
)


def logged(*events: Event, verbose: bool = False) -> list[dict[str, Any]]:
    stream = io.StringIO()
    with JsonLines(stream, levels=frozenset(Level) if verbose else DEFAULT_LEVELS, clock=lambda: NOW) as observe:
        for event in events:
            observe(event)
    assert stream.getvalue().isascii()
    assert stream.getvalue().count("\n") == len(stream.getvalue().splitlines())
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_log_has_accounts_and_gaps_but_no_examined_scopes() -> None:
    assert [(line["level"], line["event"]) for line in logged(*RUN)] == [
        ("INFO", "run-started"),
        ("WARNING", "gap"),
        ("INFO", "account-ended"),
        ("WARNING", "run-ended"),
    ]


def test_the_last_line_has_the_result_of_the_run() -> None:
    last = logged(*RUN)[-1]

    expected = {
        "event": "run-ended",
        "complete": False,
        "delivered": True,
        "published": True,
        "exit_reason": "Exit code 4: coverage 50% is below --min-coverage 100%.",
        "exit_code": 4,
        "interrupted": False,
        "narrowed_by": [],
        "coverage_percent": 50.0,
        "accounts": {"EXAMINED": 0, "PARTIAL": 1, "NOT_EXAMINED": 0, "EXCLUDED": 0},
        "accounts_by_reason": {"timeout": 1},
        "failures": {"low": 0, "medium": 0, "high": 1, "critical": 0},
        "unknown": {"low": 0, "medium": 0, "high": 0, "critical": 0},
        "seconds": 41.0,
        "calls": 9,
        "throttled": 0,
        "results": "s3://bucket/audit",
        "report": "s3://bucket/audit/runs/the-run/report.html",
    }
    assert last | expected == last


def test_undelivered_results_are_an_error() -> None:
    ended = RUN[-1]
    assert isinstance(ended, RunEnded)
    assert logged(replace(ended, delivered=False))[-1]["level"] == "ERROR"


@pytest.mark.parametrize(("code", "expected"), [(1, ("ERROR", "run-failed")), (0, ("INFO", "run-skipped"))])
def test_a_run_without_a_result_logs_message_advice_and_exit_code(code: int, expected: tuple[str, str]) -> None:
    (line,) = logged(RunFailed("The bucket refused.", "Allow it.", code))

    assert (line["level"], line["event"]) == expected
    assert (line["message"], line["advice"], line["exit_code"]) == ("The bucket refused.", "Allow it.", code)


def test_verbose_log_has_every_scope() -> None:
    events = [line["event"] for line in logged(*RUN, verbose=True)]
    assert events == [
        "run-started", "account-planned", *("scope-ended",) * 3, "gap", "account-ended", "run-ended"
    ]  # fmt: skip # a table, in columns


def test_every_line_has_time_level_event_and_run_id() -> None:
    for line in logged(*RUN):
        assert line["ts"] == "2026-11-23T02:00:00+00:00"
        assert line["run_id"] == "the-run"
        assert {"level", "event"} <= set(line)


def test_a_gap_has_account_regions_and_reason() -> None:
    gap = logged(*RUN)[1]
    expected = {"account": account().id, "regions": ["us-east-1"], "status": "NOT_EXAMINED", "reason": "timeout"}
    assert expected.items() <= gap.items()
    assert gap["detail"] == "\x1b[31mno answer", "the value is unchanged; only JSON escapes it"


def test_a_partly_examined_scope_is_a_gap() -> None:
    partial = coverage(CoverageStatus.PARTIAL, reason=Reason.SERVICE_ERROR)
    ended = AccountEnded(run_result([partial]).accounts[0], group_gaps([partial]))
    assert [(line["level"], line["event"]) for line in logged(ended)[:1]] == [("WARNING", "gap")]


def test_an_account_has_one_line_for_each_cause() -> None:
    regions, collectors = [f"us-west-{number}" for number in range(9)], ["clusters", "tasks"]
    denied = [
        replace(GAP, region=region, collector=collector, reason=Reason.SCP_DENIED, detail=f"denied in {region}")
        for region in regions
        for collector in collectors
    ]
    ended = AccountEnded(run_result([GAP, *denied]).accounts[0], group_gaps([GAP, *denied]))
    lines = [line for line in logged(ended) if line["event"] == "gap"]
    assert [(line["reason"], line["scopes"]) for line in lines] == [("timeout", 1), ("scp-denied", 18)]
    assert (lines[1]["regions"], lines[1]["collectors"]) == (regions, collectors)


@pytest.mark.parametrize("level", [Level.INFO, Level.WARNING, Level.ERROR])
def test_a_notice_keeps_its_level(level: Level) -> None:
    (line,) = logged(Notice(level, "the bucket refused", "AccessDenied"))
    assert (line["level"], line["message"], line["detail"]) == (level.value, "the bucket refused", "AccessDenied")


def test_bar_counts_accounts_scopes_calls_failures_and_gaps() -> None:
    stream = io.StringIO()
    bar = Bar(stream)
    with bar:
        for event in RUN:
            bar(event)
        shown = bar.line
    assert shown == "accounts 1/1  scopes 3/3  calls 9  failures 2  gaps 1"


def test_calls_outside_scopes_are_counted_when_their_account_ends() -> None:
    summary = run_result([coverage(calls=12)]).accounts[0]
    with Bar(io.StringIO()) as bar:
        bar(ScopeEnded(coverage(calls=10), fails=0))
        bar(AccountEnded(summary))
        assert "calls 12" in bar.line


def test_a_notice_above_the_bar_is_sanitized() -> None:
    stream = io.StringIO()
    with Bar(stream) as bar:
        bar(Notice(Level.WARNING, "[bold]upload\x1b[2J", "retrying"))
    assert "WARNING: [bold]upload\\x1b[2J: retrying" in stream.getvalue()


def test_rich_is_loaded_only_if_a_bar_is_shown() -> None:
    code = "import sys, auditor.reports.terminal.progress; print({'rich.console', 'rich.progress'} & set(sys.modules))"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout == "set()\n"
