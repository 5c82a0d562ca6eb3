"""`summary.json`."""

from __future__ import annotations

import json
from typing import Any

from auditor.reports.summary_json import summary_json
from tests.builders import CHECK
from tests.reports import scenarios


def everyday() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(summary_json(scenarios.everyday()))
    return content


def test_schema_version_and_run() -> None:
    document = everyday()
    assert document["schema_version"] == "1.0"
    assert document["run"] == {
        "run_id": "20261123T020000Z-1a2b3c",
        "started_at": "2026-11-23T02:00:00Z",
        "finished_at": "2026-11-23T02:00:41Z",
        "duration_s": 41.0,
        "version": "0.1.0",
        "interrupted": False,
        "calls": 770,
        "throttled": 2,
        "retried": 6,
        "compared": 0,
    }


def test_verdict_and_coverage() -> None:
    document = everyday()
    assert document["verdict"]["complete"] is False
    assert document["verdict"]["sentence"].startswith("INCOMPLETE: 6 of 10")
    assert document["coverage"] == {
        "percent": 66.66,
        "accounts": {"EXAMINED": 6, "PARTIAL": 2, "NOT_EXAMINED": 2, "EXCLUDED": 2},
        "scopes": {"EXAMINED": 20, "PARTIAL": 2, "NOT_EXAMINED": 4, "EXCLUDED": 3},
    }


def test_counts_name_every_status_and_severity() -> None:
    statuses = {"PASS": 101, "FAIL": 9, "NOT_APPLICABLE": 672, "UNKNOWN": 3}
    assert everyday()["counts"] == {
        "status": statuses,
        "severity": {"low": 0, "medium": 0, "high": 9, "critical": 0},
        "excepted": {"low": 0, "medium": 0, "high": 0, "critical": 0},
        "overdue": 0,
        "check": {CHECK: statuses},
    }


def test_every_account_has_its_own_counts() -> None:
    accounts = {account["id"]: account for account in everyday()["accounts"]}
    assert list(accounts) == sorted(accounts)
    assert len(accounts) == 12
    assert accounts["111122223342"]["coverage_status"] == "EXCLUDED"
    assert accounts["111122223340"]["coverage_status"] == "NOT_EXAMINED"
    research = accounts["111122223339"]
    assert (research["coverage_status"], research["share_examined"]) == ("PARTIAL", 0.3333)
    assert research["scopes"] == {"EXAMINED": 1, "NOT_EXAMINED": 2, "EXCLUDED": 1}
    assert research["status"] == {"PASS": 14, "FAIL": 1, "NOT_APPLICABLE": 96, "UNKNOWN": 0}
    assert research["severity"] == {"low": 0, "medium": 0, "high": 1, "critical": 0}


def test_gaps_and_exclusions_are_grouped_by_reason() -> None:
    document = everyday()
    assert set(document["gaps"]) == {"role-denied", "scp-denied", "service-error", "timeout"}
    timeout = document["gaps"]["timeout"]
    assert (timeout["accounts"], timeout["scopes"], timeout["resources"]) == (["111122223341"], 1, 2)
    assert set(document["excluded"]) == {"excluded-by-config", "account-suspended"}


def test_a_cause_lists_its_accounts_regions_and_collectors() -> None:
    (cause,) = everyday()["gaps"]["scp-denied"]["causes"]
    assert "service control policy" in cause["detail"]
    del cause["detail"]
    assert cause == {
        "status": "NOT_EXAMINED",
        "accounts": ["111122223339"],
        "regions": ["eu-west-1", "us-east-1"],
        "collectors": ["ecs-task-definitions"],
        "actions": ["ecs:ListTaskDefinitionFamilies"],
        "scopes": 2,
    }


def test_frameworks_have_scores_and_unexamined_shares() -> None:
    (framework,) = everyday()["frameworks"].items()
    tally = {
        "status": "failing",
        "score": 91.8,
        "passing": 101,
        "failing": 9,
        "unknown": 3,
        "unexamined": 33.3,
    }
    controls = [{"control": "3.1", "checks": [CHECK], "tally": tally}]
    assert framework == (
        "cis-compute-1.1",
        {"tally": tally, "controls": controls, "controls_without_failure": 0, "controls_not_examined": 0},
    )


def test_a_control_that_was_not_examined_has_no_score() -> None:
    document = json.loads(summary_json(scenarios.rule_book()))
    controls = document["frameworks"]["cis-compute-1.1"]["controls"]
    assert [control["control"] for control in controls] == [f"3.{number}" for number in range(1, 31)]
    last = controls[-1]
    assert tuple(last["tally"][key] for key in ("status", "score", "unexamined")) == ("not examined", None, 100.0)


def test_a_reason_of_a_check_is_a_gap_with_advice() -> None:
    gaps = json.loads(summary_json(scenarios.rule_book()))["gaps"]
    assert gaps["setting-unclear"]["resources"] == 84
    assert gaps["setting-unclear"]["advice"] == "`auditor checks ecs-rule-03` explains what the check needs to know."


def test_failures_are_counted_in_all_and_as_listed() -> None:
    document = json.loads(summary_json(scenarios.many_failures(20, 29)))
    assert document["failures"] == {"total": 29, "listed": 20}


def test_keys_are_sorted_and_the_file_ends_with_a_newline() -> None:
    content = summary_json(scenarios.everyday())
    assert content == (json.dumps(everyday(), indent=2, sort_keys=True) + "\n").encode()
