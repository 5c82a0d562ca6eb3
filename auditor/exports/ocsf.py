"""OCSF: one Compliance Finding (class 2003) per finding, per gap, and per finding that ended without a row.

The events are valid under the schemas 1.3.0 and 1.6.0: members that either of them does not have are avoided. Times
are milliseconds. `unmapped` is a map of text, because tables need the same type in every event.
"""

from collections.abc import Iterator
from typing import Any

from auditor.contracts.json_lines import gzip_lines, to_line
from auditor.contracts.rows import ChangeRow, CoverageRow, FindingRow
from auditor.domain.check import Severity, Status
from auditor.domain.framework import framework_name
from auditor.domain.lifecycle import LifecycleState
from auditor.exports.model import AccountExport, ExportedRun, ExportFile, milliseconds

VERSION = "1.6.0"

_CONTENT_TYPE = "application/x-ndjson"
_PRODUCT = "auditor"
_CLASS = 2003
_CREATE, _UPDATE, _CLOSE = (1, "Create"), (2, "Update"), (3, "Close")
_NEW, _SUPPRESSED, _RESOLVED, _STALE, _NO_STATUS = (
    *((1, "New"), (3, "Suppressed"), (4, "Resolved"), (99, "Stale"), (None, None)),
)
_PASS, _WARNING, _FAIL = (1, "Pass"), (2, "Warning"), (3, "Fail")
_OTHER = 99
_INFORMATIONAL = (1, "Informational")
_SEVERITIES = {
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}
#: A gap can hide failures of any severity.
_GAP_SEVERITY = _SEVERITIES[Severity.HIGH]
_ACTIVITIES = {
    LifecycleState.OPEN: _UPDATE,
    LifecycleState.REOPENED: _UPDATE,
    LifecycleState.STALE: _UPDATE,
    LifecycleState.RESOLVED: _CLOSE,
    LifecycleState.GONE: _CLOSE,
}
#: UNKNOWN is a warning: by the schema, that is a check without a result because information is missing.
_COMPLIANCE = {
    Status.PASS: _PASS,
    Status.FAIL: _FAIL,
    Status.UNKNOWN: _WARNING,
    Status.NOT_APPLICABLE: (_OTHER, "Not Applicable"),
}

Event = dict[str, Any]
_Choice = tuple[int | None, str | None]


def files(account: AccountExport) -> Iterator[ExportFile]:
    """Yield the events of an account as gzipped JSON lines, ordered by time."""
    rows = (
        (event["time"], event["metadata"]["uid"], to_line(without_nulls(event))) for event in events(account, VERSION)
    )
    count, body = gzip_lines(line for _, _, line in sorted(rows))
    yield ExportFile(f"{account.account.id}.jsonl.gz", body, _CONTENT_TYPE, count, "gzip")


def events(account: AccountExport, version: str) -> Iterator[Event]:
    """Yield all events of an account, with null for members that do not apply."""
    finding_ids = set()
    for row in account.findings:
        finding_ids.add(row.finding_id)
        yield finding_event(row, account.run, version)
    for change in account.changes_without(finding_ids):
        yield _change_event(change, account.run, version)
    for gap in account.gaps:
        yield _gap_event(gap, account.run, version)


def without_nulls(value: Any) -> Any:  # noqa: ANN401 - any JSON data
    """Return JSON data without the members of objects that are null."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return [without_nulls(member) for member in value] if isinstance(value, list) else value


def finding_event(row: FindingRow, run: ExportedRun, version: str) -> Event:
    """Return the event of a finding."""
    failing = row.status in (Status.FAIL, Status.UNKNOWN)
    return {
        **_base(row, run, version, row.finding_id, row.observed_at),
        **_activity(row.lifecycle.state),
        **_severity(_SEVERITIES[row.severity] if failing else _INFORMATIONAL),
        **_status(_finding_status(row)),
        "status_code": row.status,
        "status_detail": ", ".join(row.reasons) or None,
        "message": row.problem if row.status is Status.FAIL else row.title,
        "finding_info": {
            "uid": row.finding_id,
            "title": row.title,
            "desc": row.problem or None,
            "types": [row.check_id],
            "created_time": milliseconds(row.lifecycle.first_seen or row.observed_at),
            "first_seen_time": _time(row.lifecycle.first_seen),
            "last_seen_time": _time(row.lifecycle.last_seen),
        },
        "compliance": _compliance(row.check_id, row.frameworks, _COMPLIANCE[row.status], row.status, row.reasons),
        "remediation": {"desc": row.remediation} if row.remediation else None,
        "resources": [
            _resource(row, row.resource.arn, row.resource.type, row.resource.name)
            | {"labels": [f"{key}={value}" for key, value in (row.resource.tags or {}).items()]}
        ],
        "unmapped": _finding_details(row),
    }


def _change_event(row: ChangeRow, run: ExportedRun, version: str) -> Event:
    stale = row.state is LifecycleState.STALE
    compliance = _WARNING if stale else (_OTHER, row.state.capitalize())
    return {
        **_base(row, run, version, row.finding_id, row.changed_at),
        **_activity(row.state),
        **_severity(_SEVERITIES[row.severity] if stale else _INFORMATIONAL),
        **_status(_STALE if stale else _RESOLVED),
        "status_code": row.state.upper(),
        "status_detail": row.reason or None,
        "message": row.problem,
        "finding_info": {
            "uid": row.finding_id,
            "title": row.problem,
            "desc": row.problem or None,
            "types": [row.check_id],
            "created_time": milliseconds(row.first_seen or row.changed_at),
            "first_seen_time": _time(row.first_seen),
            "last_seen_time": _time(row.last_seen),
        },
        "compliance": _compliance(
            row.check_id, [], compliance, Status.UNKNOWN if stale else row.state.upper(), [row.reason]
        ),
        "remediation": None,
        "resources": [_resource(row, row.resource_arn, row.resource_type, row.resource_name)],
        "unmapped": _details(row) | {"state": row.state},
    }


def _gap_event(row: CoverageRow, run: ExportedRun, version: str) -> Event:
    uid = f"coverage/{row.account_id}/{row.region}/{row.collector}"
    reason = row.reason
    headline = reason.headline if reason else "Not examined in full"
    return {
        **_base(row, run, version, uid, row.observed_at or run.started_at.isoformat()),
        **_activity(None),
        **_severity(_GAP_SEVERITY),
        **_status(_NEW),
        "status_code": row.status,
        "status_detail": reason,
        "message": f"{row.collector} in {row.region} of {row.account_name or row.account_id}: {headline}",
        "finding_info": {
            "uid": uid,
            "title": f"Resources could not be examined: {row.collector}",
            "desc": row.detail or headline,
            "types": ["coverage"],
            "created_time": milliseconds(row.observed_at or run.started_at.isoformat()),
            "first_seen_time": None,
            "last_seen_time": None,
        },
        "compliance": _compliance("coverage", [], _WARNING, Status.UNKNOWN, [row.detail or headline]),
        "remediation": {"desc": reason.advice} if reason else None,
        "resources": [_resource(row, f"{row.account_id}/{row.region}", "AwsAccountRegion", row.collector)],
        "unmapped": _details(row) | {"collector": row.collector, "coverage_status": row.status},
    }


def _base(row: FindingRow | CoverageRow | ChangeRow, run: ExportedRun, version: str, uid: str, time: str) -> Event:
    return {
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Compliance Finding",
        "time": milliseconds(time),
        "metadata": {
            "version": version,
            "uid": f"{row.run_id}/{uid}",
            "profiles": ["cloud"],
            "product": {"name": _PRODUCT, "vendor_name": _PRODUCT, "version": run.version},
        },
        "cloud": {
            "provider": "AWS",
            "region": row.region,
            "account": {
                "uid": row.account_id,
                "name": row.account_name or None,
                "type": "AWS Account",
                "type_id": 10,
            },
        },
    }


def _activity(state: LifecycleState | None) -> Event:
    number, name = _ACTIVITIES.get(state, _CREATE) if state else _CREATE
    return {
        "activity_id": number,
        "activity_name": name,
        "type_uid": _CLASS * 100 + number,
        "type_name": f"Compliance Finding: {name}",
    }


def _severity(severity: tuple[int, str]) -> Event:
    return {"severity_id": severity[0], "severity": severity[1]}


def _status(status: _Choice) -> Event:
    return {"status_id": status[0], "status": status[1]}


def _finding_status(row: FindingRow) -> _Choice:
    """Return the status of the workflow; a finding that passes and never failed has none."""
    if row.lifecycle.state in (LifecycleState.RESOLVED, LifecycleState.GONE):
        return _RESOLVED
    if row.lifecycle.state is LifecycleState.STALE:
        return _STALE
    if row.exception:
        return _SUPPRESSED
    return _NEW if row.status in (Status.FAIL, Status.UNKNOWN) else _NO_STATUS


def _compliance(control: str, frameworks: list[str], status: _Choice, code: str, reasons: list[str]) -> Event:
    return {
        "control": control,
        # 1.3.0 requires a standard: without a framework, it is the set of checks itself.
        "standards": sorted({framework_name(name.partition("/")[0]) for name in frameworks}) or [_PRODUCT],
        "requirements": frameworks,
        "status_id": status[0],
        "status": status[1],
        "status_code": code,
        "status_detail": ", ".join(filter(None, reasons)) or None,
    }


def _resource(row: FindingRow | CoverageRow | ChangeRow, uid: str, kind: str, name: str) -> Event:
    return {
        "uid": uid,
        "type": kind,
        "name": name,
        "region": row.region,
        "owner": {"name": row.owner} if row.owner else None,
        "labels": [],
    }


def _details(row: FindingRow | CoverageRow | ChangeRow) -> dict[str, str]:
    return {"run_id": row.run_id, "ou": row.ou, "owner": row.owner, "environment": row.environment}


def _finding_details(row: FindingRow) -> dict[str, str]:
    """Return what OCSF has no member for. Members that do not apply are left out: it is a map."""
    details = {
        "state": row.lifecycle.state,
        "severity_of_check": row.severity,
        "due": row.due,
        "overdue": row.overdue,
        "is_running": row.is_running,
        "is_public": row.is_public,
        "revision": row.resource.revision,
        "registered_by": row.resource.registered_by,
        "exception": row.exception,
        "evidence": row.evidence or None,
        "usage": row.usage,
        "introduced_in": row.introduced_in,
        "standards": row.standards or None,
    }
    texts = {
        name: value if isinstance(value, str) else to_line(value)
        for name, value in details.items()
        if value is not None
    }
    return _details(row) | texts


def _time(timestamp: str | None) -> int | None:
    return milliseconds(timestamp) if timestamp else None
