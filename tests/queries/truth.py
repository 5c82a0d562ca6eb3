"""The answers of the saved queries, computed in Python from the lines of the objects."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, Any]

_PRIVILEGES = {
    *("ecs-added-capabilities", "ecs-docker-socket-mount", "ecs-host-devices", "ecs-host-ipc-mode"),
    *("ecs-host-network-privileged-or-root", "ecs-host-pid-mode", "ecs-privileged-container"),
}


class Rows:
    """All rows of an output folder, each with the day of its folder, on the day `today`."""

    def __init__(self, output: Path, today: date) -> None:
        self.today = today
        self.runs, self.all_findings, self.all_coverage, self.all_changes = (
            [row for path in sorted((output / folder).glob("dt=*/**/*.json*")) for row in _read(path)]
            for folder in ("index", "findings", "coverage", "changes")
        )

    @property
    def latest_run(self) -> str:
        """The latest whole run."""
        whole = [run for run in self.runs if not run["narrowed"]]
        listed = [run for run in whole if run["account_source"] != "credentials"]
        return max((run["run_id"] for run in listed or whole), default="")

    @property
    def findings(self) -> list[Row]:
        """The findings of the latest run."""
        return [row for row in self.all_findings if row["run_id"] == self.latest_run]

    @property
    def coverage(self) -> list[Row]:
        """The coverage records of the latest run."""
        return [row for row in self.all_coverage if row["run_id"] == self.latest_run]

    @property
    def open(self) -> list[Row]:
        """The failures of the latest run that are not accepted."""
        return [row for row in self.findings if row["status"] == "FAIL" and row["exception"] is None]

    def changes_of_week(self, *states: str) -> dict[str, Row]:
        """Return the latest change of each finding to one of the states in whole runs of the last 7 days, by ID."""
        whole = {run["run_id"] for run in self.runs if not run["narrowed"]}
        first = (self.today - timedelta(days=7)).isoformat()
        rows = [row for row in self.all_changes if row["run_id"] in whole and row["dt"] >= first]
        return {row["finding_id"]: row for row in sorted(rows, key=lambda row: row["run_id"]) if row["state"] in states}

    def days_since(self, text: str) -> int:
        """Return the days from the date of a text until today."""
        return (self.today - date.fromisoformat(text[:10])).days


def _read(path: Path) -> Iterable[Row]:
    body = path.read_bytes()
    text = gzip.decompress(body) if path.suffix == ".gz" else body
    day = next(part.removeprefix("dt=") for part in path.parts if part.startswith("dt="))
    return [json.loads(line) | {"dt": day} for line in text.splitlines()]


def _groups(rows: Iterable[Row], *key: Callable[[Row], Any]) -> Mapping[tuple[Any, ...], list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(part(row) for part in key)].append(row)
    return groups


def _of(name: str) -> Callable[[Row], Any]:
    return lambda row: row[name]


def _owner(row: Row) -> str:
    return row["owner"] or "(unknown)"


def _name(row: Row) -> str:
    return str(row["resource"]["family"] or row["resource"]["name"])


def _type(row: Row) -> str:
    return str(row["resource"]["type"])


def _count(rows: Iterable[Row], key: str, *values: str) -> int:
    return sum(row[key] in values for row in rows)


def _any(values: Iterable[bool | None]) -> bool | None:
    known = [value for value in values if value is not None]
    return any(known) if known else None


def critical_failures(rows: Rows) -> list[Row]:
    changed = rows.changes_of_week("new", "reopened")
    names = "first_seen problem account_name account_id region owner environment is_public is_running finding_id"
    return [
        {name: row[name] for name in names.split()}
        | {"change": changed.get(row["finding_id"], {}).get("state"), "resource_arn": row["resource"]["arn"]}
        for row in rows.open
        if row["severity"] == "critical"
    ]


def coverage_by_account(rows: Rows) -> list[Row]:
    answer = []
    for (account_id,), records in _groups(rows.coverage, _of("account_id")).items():
        examined, excluded = _count(records, "status", "EXAMINED"), _count(records, "status", "EXCLUDED")
        expected = len(records) - excluded
        row = {name: records[0][name] for name in ("account_name", "ou", "owner")} | {"account_id": account_id}
        row |= {"examined": examined, "excluded": excluded}
        row["partly_examined"] = _count(records, "status", "PARTIAL")
        row["not_examined"] = _count(records, "status", "NOT_EXAMINED")
        row["percent"] = (1000 * examined // expected) / 10 if expected else None
        answer.append(row)
    return answer


def oldest_by_owner(rows: Rows) -> list[Row]:
    failures = [row for row in rows.findings if row["status"] == "FAIL"]
    answer = []
    for (owner,), group in _groups(failures, _owner).items():
        ages = [row["first_seen"] for row in group if row["exception"] is None and row["first_seen"]]
        oldest = min(ages, default=None)
        accepted = sum(row["exception"] is not None for row in group)
        row = {"owner": owner, "failures": len(group) - accepted, "accepted": accepted, "oldest": oldest}
        answer.append(row | {"oldest_days": rows.days_since(oldest) if oldest else None})
    return answer


def overdue(rows: Rows) -> list[Row]:
    names = "due severity problem account_name account_id region finding_id"
    return [
        {name: row[name] for name in names.split()}
        | {"days_overdue": rows.days_since(row["due"]), "owner": _owner(row), "resource_arn": row["resource"]["arn"]}
        for row in rows.open
        if row["overdue"]
    ]


def public_and_privileged(rows: Rows) -> list[Row]:
    exposed = [
        row
        for row in rows.open
        if row["check_id"] in _PRIVILEGES
        and (row["is_public"] or (row["is_public"] is None and row["is_running"] is not False))
    ]
    keys = (_of("account_name"), _of("account_id"), _of("region"), _type, _name, _owner)
    names = ("account_name", "account_id", "region", "resource_type", "resource_name", "owner")
    return [
        dict(zip(names, key, strict=True))
        | {
            "exposure": "public" if any(row["is_public"] for row in group) else "unknown",
            "checks": ", ".join(sorted({row["check_id"] for row in group})),
        }
        for key, group in _groups(exposed, *keys).items()
    ]


def stale_by_reason(rows: Rows) -> list[Row]:
    stale = [row for row in rows.all_changes if row["run_id"] == rows.latest_run and row["state"] == "stale"]
    return [
        {
            "reason": reason,
            "failures": len(group),
            "accounts": len({row["account_id"] for row in group}),
            "critical_or_high": _count(group, "severity", "critical", "high"),
            "longest_unseen": min(row["last_seen"] for row in group),
        }
        for (reason,), group in _groups(stale, _of("reason")).items()
    ]


def controls(rows: Rows) -> list[Row]:
    pairs = [row | {"control": control} for row in rows.findings for control in row["frameworks"]]
    answer = []
    for (control,), group in _groups(pairs, _of("control")).items():
        failing, unknown, passing = (_count(group, "status", status) for status in ("FAIL", "UNKNOWN", "PASS"))
        result = "failing" if failing else "unknown" if unknown else "passing" if passing else "not applicable"
        framework, _, name = control.partition("/")
        row = {"framework": framework, "control": name, "result": result, "failing": failing}
        row |= {"unknown": unknown, "passing": passing}
        answer.append(row | {"accepted": sum(r["status"] == "FAIL" and r["exception"] is not None for r in group)})
    return answer


def exceptions_expiring(rows: Rows) -> list[Row]:
    last = (rows.today + timedelta(days=14)).isoformat()
    covered = [
        row | {"covered_by": tuple(sorted(row["exception"].items()))}
        for row in rows.findings
        if row["status"] == "FAIL" and row["exception"] and row["exception"]["expires"] <= last
    ]
    answer = []
    for (items,), group in _groups(covered, _of("covered_by")).items():
        exception = dict(items)
        row = {name: exception[name] for name in ("expires", "reason", "owner", "ticket")}
        row |= {"exception_id": exception["id"], "failures": len(group)}
        answer.append(row | {"accounts": len({finding["account_id"] for finding in group})})
    return answer


def fixed_by_owner(rows: Rows) -> list[Row]:
    failing = {row["finding_id"] for row in rows.findings if row["status"] == "FAIL"}
    fixed = rows.changes_of_week("resolved", "gone").values()
    return [
        {
            "owner": owner,
            "resolved": _count(group, "state", "resolved"),
            "gone": _count(group, "state", "gone"),
            "failing_again": sum(row["finding_id"] in failing for row in group),
        }
        for (owner,), group in _groups(fixed, _owner).items()
    ]


def not_examined(rows: Rows) -> list[Row]:
    gaps = [row for row in rows.coverage if row["status"] != "EXAMINED"]
    unread = [row | {"arn": row["resource"]["arn"]} for row in rows.findings if row["status"] == "UNKNOWN"]
    scopes = [
        {"kind": "scope", "status": status, "reason": reason, "number": len(group), "example": _least(group, "detail")}
        | {"accounts": len({row["account_id"] for row in group})}
        for (status, reason), group in _groups(gaps, _of("status"), _of("reason")).items()
    ]
    resources = [
        {"kind": "resource", "status": "UNKNOWN", "reason": reason, "example": _least(group, "arn")}
        | {"number": len({row["arn"] for row in group}), "accounts": len({row["account_id"] for row in group})}
        for (reason,), group in _groups(unread, lambda row: ", ".join(row["reasons"])).items()
    ]
    return [*scopes, *resources]


def _least(rows: list[Row], key: str) -> str:
    return min(str(row[key]) for row in rows)


def failures_by_ou(rows: Rows) -> list[Row]:
    answer = []
    for (unit,), records in _groups(rows.coverage, _of("ou")).items():
        gaps = {row["account_id"] for row in records if row["status"] in {"PARTIAL", "NOT_EXAMINED"}}
        base = {"ou": unit or "(unknown)", "accounts": len({row["account_id"] for row in records})}
        base["not_fully_examined"] = len(gaps)
        failures = [row for row in rows.open if row["ou"] == unit]
        groups = _groups(failures, lambda row: row["environment"] or "(unknown)") or {(None,): []}
        for (environment,), group in groups.items():
            counts = {
                severity: _count(group, "severity", severity) for severity in ("critical", "high", "medium", "low")
            }
            answer.append(base | counts | {"environment": environment})
    return answer


def worst_resources(rows: Rows) -> list[Row]:
    keys = (_of("account_name"), _of("account_id"), _of("region"), _type, _name, _owner)
    names = ("account_name", "account_id", "region", "resource_type", "resource_name", "owner")
    return [
        dict(zip(names, key, strict=True))
        | {
            "checks": len({row["check_id"] for row in group}),
            "critical": _count(group, "severity", "critical"),
            "high": _count(group, "severity", "high"),
            "is_running": _any(row["is_running"] for row in group),
            "is_public": _any(row["is_public"] for row in group),
        }
        for key, group in _groups(rows.open, *keys).items()
    ]


#: By the name of the file of the query.
TRUTH: Mapping[str, Callable[[Rows], list[Row]]] = {
    "controls": controls,
    "coverage-by-account": coverage_by_account,
    "critical-failures": critical_failures,
    "exceptions-expiring": exceptions_expiring,
    "failures-by-ou": failures_by_ou,
    "fixed-by-owner": fixed_by_owner,
    "not-examined": not_examined,
    "oldest-by-owner": oldest_by_owner,
    "overdue": overdue,
    "public-and-privileged": public_and_privileged,
    "stale-by-reason": stale_by_reason,
    "worst-resources": worst_resources,
}
