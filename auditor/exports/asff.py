"""AWS Security Finding Format: requests of `securityhub:BatchImportFindings`, one file each.

Security Hub takes findings only from their own account and region, and at most 100 at a time: the files are grouped
accordingly. Import one with `aws securityhub batch-import-findings --cli-input-json file://FILE`.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from auditor.contracts.json_lines import to_line
from auditor.contracts.rows import ChangeRow, CoverageRow, FindingRow
from auditor.domain.check import Status
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.reason import Reason
from auditor.domain.scope import EVERY_REGION
from auditor.domain.visible import visible
from auditor.exports.model import AccountExport, ExportedRun, ExportFile, clip

BATCH = 100
#: AWS refuses findings of more than 240 KB.
LARGEST = 240_000

_CONTENT_TYPE = "application/json"
_PRODUCT = "auditor"
_TYPE = "Software and Configuration Checks/Industry and Regulatory Standards"
_TYPE_WITHOUT_FRAMEWORK = "Software and Configuration Checks/AWS Security Best Practices"
#: Findings about accounts whose regions could not be listed are imported here.
_HOME_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
#: UNKNOWN is WARNING ("some information is missing"). NOT_AVAILABLE is also what AWS uses for checks that do not
#: apply, and archives by itself.
_COMPLIANCE = {
    Status.PASS: "PASSED",
    Status.FAIL: "FAILED",
    Status.UNKNOWN: "WARNING",
    Status.NOT_APPLICABLE: "NOT_AVAILABLE",
}
_ENDED = (LifecycleState.RESOLVED, LifecycleState.GONE)

Finding = dict[str, Any]


def files(account: AccountExport) -> Iterator[ExportFile]:
    """Yield the findings and gaps of an account in batches, by region."""
    rows = ((finding["Region"], finding["Id"], to_line(finding)) for finding in findings(account))
    for region, group in groupby(sorted(rows), key=lambda row: row[0]):
        lines = [line for _, _, line in group]
        for number, first in enumerate(range(0, len(lines), BATCH), start=1):
            batch = lines[first : first + BATCH]
            body = '{"Findings":[\n' + ",\n".join(batch) + "\n]}\n"
            name = f"{account.account.id}/{region}/{number:04}.json"
            yield ExportFile(name, body.encode("ascii"), _CONTENT_TYPE, len(batch))


def findings(account: AccountExport) -> Iterator[Finding]:
    """Yield all findings of an account, each within the limits of the format."""
    finding_ids = set()
    for row in account.findings:
        finding_ids.add(row.finding_id)
        yield _fitting(_finding(row, account.run))
    for change in account.changes_without(finding_ids):
        yield _fitting(_change(change, account.run))
    for gap in account.gaps:
        yield _fitting(_gap(gap, account.run))


def _finding(row: FindingRow, run: ExportedRun) -> Finding:
    failing = row.status in (Status.FAIL, Status.UNKNOWN)
    title = {Status.FAIL: row.problem, Status.UNKNOWN: f"Not determined: {row.title}"}.get(row.status, row.title)
    types = _TYPE if row.frameworks else _TYPE_WITHOUT_FRAMEWORK
    evidence = {f"{item.kind} {item.part}".strip() or "resource": ", ".join(item.reasons) for item in row.evidence}
    return {
        **_base(row, run, row.finding_id, row.check_id),
        **_times(row.observed_at, row.lifecycle.first_seen),
        **_severity(row.severity.upper() if failing else "INFORMATIONAL", row.severity, types),
        "Title": _text(title, 256, row.check_id),
        "Description": _text("; ".join(filter(None, (title, ", ".join(row.reasons)))), 1024, row.check_id),
        **_remediation(row.remediation),
        "ProductFields": _fields(
            {
                **_common_fields(row),
                "state": row.lifecycle.state,
                "due": row.due,
                "overdue": json.dumps(row.overdue),
                "is_running": _known(row.is_running),
                "is_public": _known(row.is_public),
                **(
                    {f"exception_{name}": value for name, value in vars(row.exception).items()} if row.exception else {}
                ),
            },
            2048,
        ),
        "Resources": [
            _resource(row, run, row.resource.arn, row.resource.type)
            | ({"Tags": tags} if (tags := _fields(row.resource.tags or {}, 256)) else {})
            | ({"Details": {"Other": details}} if (details := _fields(evidence, 1024)) else {})
        ],
        "Compliance": _compliance(row.status, row.check_id, row.reasons, row.frameworks),
        "Workflow": {"Status": "SUPPRESSED" if row.exception else "NEW"},
        "RecordState": "ARCHIVED" if row.lifecycle.state in _ENDED else "ACTIVE",
    }


def _change(row: ChangeRow, run: ExportedRun) -> Finding:
    """Return a finding without a row in this run: stale ones stay open as WARNING, the others are archived."""
    stale = row.state is LifecycleState.STALE
    status = Status.UNKNOWN if stale else Status.NOT_APPLICABLE
    return {
        **_base(row, run, row.finding_id, row.check_id),
        **_times(row.changed_at, row.first_seen),
        **_severity(row.severity.upper() if stale else "INFORMATIONAL", row.severity, _TYPE),
        "Title": _text(row.problem, 256, row.check_id),
        "Description": _text(f"{row.problem} ({row.state}) {row.reason}".strip(), 1024),
        "ProductFields": _fields({**_common_fields(row), "state": row.state}, 2048),
        "Resources": [_resource(row, run, row.resource_arn, row.resource_type)],
        "Compliance": _compliance(status, row.check_id, [row.reason], []),
        "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE" if stale else "ARCHIVED",
    }


def _gap(row: CoverageRow, run: ExportedRun) -> Finding:
    reason = row.reason
    headline = reason.headline if reason else "Not examined in full"
    time = row.observed_at or run.started_at.isoformat()
    return {
        **_base(row, run, f"coverage/{row.account_id}/{row.region}/{row.collector}", "coverage"),
        **_times(time, None),
        **_severity("HIGH", "high", _TYPE_WITHOUT_FRAMEWORK),  # a gap can hide failures of any severity
        "Title": _text(f"Not examined: {row.collector} in {row.region}: {headline}", 256),
        "Description": _text(row.detail, 1024, headline),
        **_remediation(reason.advice if reason else ""),
        "ProductFields": _fields(
            {**_common_fields(row), "collector": row.collector, "coverage_status": row.status}, 2048
        ),
        "Resources": [_resource(row, run, f"AWS::::Account:{row.account_id}", "AWS::::Account")],
        "Compliance": _compliance(Status.UNKNOWN, "coverage", [reason] if reason else [], []),
        "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE",
    }


def _base(row: FindingRow | CoverageRow | ChangeRow, run: ExportedRun, uid: str, generator: str) -> Finding:
    region = _region(row.region, run)
    return {
        "SchemaVersion": "2018-10-08",
        "Id": _text(f"{_PRODUCT}/{uid}", 512),
        "ProductArn": f"arn:{run.partition}:securityhub:{region}:{row.account_id}:product/{row.account_id}/default",
        "ProductName": _PRODUCT,
        "Region": region,
        "GeneratorId": _text(f"{_PRODUCT}/{generator}", 512),
        "AwsAccountId": row.account_id,
    }


def _region(region: str, run: ExportedRun) -> str:
    home = _HOME_REGIONS.get(run.partition, run.security_lake_region)
    safe = "".join(char for char in region.lower() if char.isascii() and (char.isalnum() or char == "-"))
    return home if region == EVERY_REGION else safe[:16] or home


def _times(observed_at: str, first_seen: str | None) -> Finding:
    first = first_seen or observed_at
    return {
        "FirstObservedAt": first,
        "LastObservedAt": observed_at,
        "CreatedAt": first,
        "UpdatedAt": observed_at,
    }


def _severity(label: str, original: str, types: str) -> Finding:
    severity = {"Label": label, "Original": original}
    return {
        "Types": [types],
        "Severity": severity,
        # Updates of a finding change these, and leave alone what people set in Security Hub.
        "FindingProviderFields": {"Severity": severity, "Types": [types]},
    }


def _remediation(text: str) -> Finding:
    return {"Remediation": {"Recommendation": {"Text": _text(text, 512)}}} if text.strip() else {}


def _resource(row: FindingRow | CoverageRow | ChangeRow, run: ExportedRun, uid: str, kind: str) -> Finding:
    return {
        # AWS::ECS::TaskDefinition is AwsEcsTaskDefinition in this format.
        "Type": _text(
            "".join(part[:1].upper() + (part[1:].lower() if part.isupper() else part[1:]) for part in kind.split("::"))
            or "Other",
            256,
        ),
        "Id": _text(uid, 512),
        "Partition": run.partition,
        "Region": _region(row.region, run),
    }


def _compliance(status: Status, check_id: str, reasons: list[str] | list[Reason], frameworks: list[str]) -> Finding:
    codes = [reason for reason in reasons if reason.strip()]
    return {
        "Status": _COMPLIANCE[status],
        "SecurityControlId": _text(check_id, 64),
        **({"StatusReasons": [{"ReasonCode": _text(code, 128)} for code in codes[:20]]} if codes else {}),
        **({"RelatedRequirements": [_text(name, 64) for name in frameworks[:32]]} if frameworks else {}),
    }


def _common_fields(row: FindingRow | CoverageRow | ChangeRow) -> dict[str, str | None]:
    return {
        "run_id": row.run_id,
        "account_name": row.account_name,
        "ou": row.ou,
        "owner": row.owner,
        "environment": row.environment,
    }


def _fields(values: Mapping[str, str | None], most: int) -> dict[str, str]:
    """Return at most 50 texts of at most `most` characters, without empty ones: AWS refuses those."""
    texts = {_text(name, 128): _text(values[name] or "", most) for name in sorted(values)}
    return {name: text for name, text in list(texts.items())[:50] if name.strip() and text.strip()}


def _known(value: bool | None) -> str:  # noqa: FBT001 - the value of a field of a row
    return "unknown" if value is None else json.dumps(value)


def _text(text: str, most: int, instead: str = "") -> str:
    """Return visible characters only, because consoles interpret some others. `instead` stands for a blank text."""
    return clip(visible(text if text.strip() else instead), most)


def _fitting(finding: Finding) -> Finding:
    """Return the finding without the parts that are least needed, if it is too large."""
    resource = finding["Resources"][0]
    for part in ("Details", "Tags"):
        if len(json.dumps(finding)) <= LARGEST:
            break
        resource.pop(part, None)
    return finding
