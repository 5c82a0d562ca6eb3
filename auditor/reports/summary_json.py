"""The run in numbers, for programs: `summary.json`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from auditor.domain.check import Severity, Status
from auditor.domain.result import AccountSummary, CheckInfo, RunResult
from auditor.reports.page import accounts_table, gaps, headline
from auditor.reports.page.frameworks import Framework, Tally, frameworks
from auditor.reports.percentages import format_percent

SCHEMA_VERSION = "1.0"


def summary_json(result: RunResult) -> bytes:
    """Return `summary.json`: sorted, ASCII, ending in a newline, the same bytes for the same result.

    Every status and severity is named even where its count is 0. `gaps` and `excluded` are by reason, accounts by id;
    `frameworks` hold percentages: of the resources judged that pass, and of what was not examined.
    `failures.total` and `unknowns.total` count rows of `findings/`, `listed` those that the report shows.
    """
    document = {
        "schema_version": SCHEMA_VERSION,
        "run": _run(result),
        "verdict": {"complete": result.complete, "sentence": headline.sentence(result)},
        "coverage": {
            "percent": result.coverage_percent,
            "accounts": headline.accounts_by_standing(result),
            "scopes": headline.scopes_by_status(result),
        },
        "counts": {
            "status": {status: result.count(status) for status in Status},
            "severity": {severity: result.failing(severity) for severity in Severity},
            "check": accounts_table.by_check(result),
        },
        "accounts": [_account(summary) for summary in sorted(result.accounts, key=lambda each: each.account.id)],
        "checks": [_check(check) for check in sorted(result.checks, key=lambda check: check.id)],
        "failures": {"total": result.failures_total, "listed": len(result.failures)},
        "unknowns": {"total": result.unknowns_total, "listed": len(result.unknowns)},
        "frameworks": {each.name: _framework(each) for each in frameworks(result)},
        "gaps": _causes(gaps.causes(result)),
        "excluded": _causes(gaps.exclusions(result)),
    }
    return (json.dumps(document, indent=2, sort_keys=True, allow_nan=False) + "\n").encode("ascii")


def _run(result: RunResult) -> Mapping[str, Any]:
    return {
        "run_id": result.run_id,
        "started_at": result.started_at.isoformat(),
        "finished_at": result.finished_at.isoformat(),
        "duration_s": round((result.finished_at - result.started_at).total_seconds(), 3),
        "version": result.version,
        "interrupted": result.interrupted,
        **{name: sum(getattr(each, name) for each in result.accounts) for name in ("calls", "throttled", "retried")},
    }


def _account(summary: AccountSummary) -> Mapping[str, Any]:
    by_check: Counter[Status] = Counter()
    for (_, status), count in summary.statuses.items():
        by_check[status] += count
    return {
        "id": summary.account.id,
        "name": summary.account.name,
        "ou": summary.account.ou,
        "coverage_status": headline.coverage_status(summary),
        "share_examined": round(summary.share_examined, 4),
        "scopes": {status.value: count for status, count in summary.coverage.items()},
        "status": {status: by_check[status] for status in Status},
        "severity": {severity: summary.failing.get(severity, 0) for severity in Severity},
        "calls": summary.calls,
        "throttled": summary.throttled,
        "retried": summary.retried,
    }


def _check(check: CheckInfo) -> Mapping[str, Any]:
    return {
        "id": check.id,
        "title": check.title,
        "severity": check.severity,
        "frameworks": {name: list(controls) for name, controls in check.frameworks.items()},
    }


def _framework(framework: Framework) -> Mapping[str, Any]:
    return {
        **_tally(framework.tally),
        "controls_without_failure": framework.without_failure,
        "controls_not_examined": framework.not_examined,
        "controls": [
            {"control": each.name, "checks": [check.id for check in each.checks], **_tally(each.tally)}
            for each in framework.controls
        ],
    }


def _tally(tally: Tally) -> Mapping[str, Any]:
    return {
        "standing": tally.standing,
        "score": None if tally.score is None else format_percent(tally.score),
        "passing": tally.passing,
        "failing": tally.failing,
        "unknown": tally.unknown,
        "unexamined": format_percent(tally.unexamined),
    }


def _causes(causes: Iterable[gaps.Cause]) -> Mapping[str, Any]:
    return {
        cause.name: {
            "accounts": [account.id for account in cause.accounts],
            "scopes": cause.scopes,
            "resources": len(cause.unread),
            "advice": cause.advice,
        }
        for cause in causes
    }
