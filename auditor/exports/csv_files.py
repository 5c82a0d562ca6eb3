"""CSV for people who open it in a spreadsheet: findings, and a second file with the gaps.

The files follow RFC 4180. They start with a byte order mark, without which Excel reads UTF-8 as another encoding.
A spreadsheet evaluates a cell that starts with certain characters, so these get an apostrophe in front, also after a
character that a spreadsheet with other settings takes for the end of a cell. The rows below `findings/` are unchanged.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from auditor.contracts.rows import ChangeRow, CoverageRow, EvidenceRow, FindingRow
from auditor.domain.check import Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.visible import visible
from auditor.exports.model import AccountExport, ExportFile, clip, milliseconds

FINDING_COLUMNS = (
    *("status", "severity", "state", "overdue", "due", "account", "region", "resource", "title", "problem", "reasons"),
    *("evidence", "remediation", "owner", "environment", "is_running", "is_public", "first_seen", "last_seen"),
    *("exception", "exception_reason", "exception_expires", "check_id", "frameworks", "resource_type", "revision"),
    *("introduced_in", "introduced_by", "account_id", "account_name", "ou", "resource_arn"),
    *("observed_at", "observed_at_unix", "finding_id", "run_id"),
)
GAP_COLUMNS = (
    *("status", "account", "region", "collector", "reason", "detail", "advice", "owner", "environment"),
    *("calls", "throttled", "retried", "resources", "account_id", "account_name", "ou"),
    *("observed_at", "observed_at_unix", "run_id"),
)

#: Excel cuts a cell after 32,767 characters, and the rest would appear in other cells.
LONGEST_CELL = 32_000
_CONTENT_TYPE = "text/csv; charset=utf-8"
_BYTE_ORDER_MARK = "\ufeff"
#: A character that starts a formula in some spreadsheet, at the start of a cell or after the end of one.
_FORMULA = re.compile("(^|[,;|\"'])( *)(?=[=+@\uff1d\uff0b\uff20\uff0d-])")

_STATUSES = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE, "")
_RANKS = {severity.value: severity.rank for severity in Severity}

Cell = str | int | bool | None


def files(account: AccountExport) -> Iterator[ExportFile]:
    """Yield the findings and the gaps of an account."""
    account_id = account.account.id
    yield _file(f"{account_id}-findings.csv", FINDING_COLUMNS, _findings(account))
    gaps = [row for row in account.coverage if row.status is not CoverageStatus.EXAMINED]
    yield _file(f"{account_id}-gaps.csv", GAP_COLUMNS, map(_gap, gaps))


def findings_file(name: str, findings: Iterable[FindingRow], changes: Iterable[ChangeRow]) -> ExportFile:
    """Return a file with findings, and with changes of findings that have no row."""
    return _file(name, FINDING_COLUMNS, (*map(_finding, findings), *map(_change, changes)))


def cell(value: Cell) -> str:
    """Return a value as the text of one cell that no spreadsheet evaluates. None means that it is not known."""
    if value is None or isinstance(value, bool):
        return "unknown" if value is None else str(value).lower()
    return _text(str(value))


@lru_cache(maxsize=1024)
def _text(text: str) -> str:
    """Return a text that no spreadsheet evaluates. Most texts of an account appear in many cells."""
    return _FORMULA.sub(r"\1\2'", clip(visible(text), LONGEST_CELL))


def _file(name: str, columns: Sequence[str], records: Iterable[Mapping[str, Cell]]) -> ExportFile:
    lines = sorted((tuple(cell(record[column]) for column in columns) for record in records), key=_order)
    text = io.StringIO(newline="")
    text.write(_BYTE_ORDER_MARK)
    csv.writer(text).writerow(columns)
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(lines)
    return ExportFile(name, text.getvalue().encode("utf-8"), _CONTENT_TYPE, len(lines))


def _order(line: Sequence[str]) -> tuple[int, int, Sequence[str]]:
    """Sort the most urgent findings first."""
    status, severity = line[:2]
    return (_STATUSES.index(status) if status in _STATUSES else 0, -_RANKS.get(severity, 0), line)


def _findings(account: AccountExport) -> Iterator[Mapping[str, Cell]]:
    finding_ids = set()
    for row in account.findings:
        finding_ids.add(row.finding_id)
        yield _finding(row)
    yield from map(_change, account.changes_without(finding_ids))


def _finding(row: FindingRow) -> dict[str, Cell]:
    exception, introduced_in = row.exception, row.introduced_in
    return {
        **_common(row, row.observed_at),
        "status": row.status,
        "severity": row.severity,
        "state": row.lifecycle.state or "",
        "overdue": row.overdue,
        "due": row.due or "",
        "resource": row.resource.name,
        "title": row.title,
        "problem": row.problem if row.status is Status.FAIL else "",
        "reasons": "; ".join(row.reasons),
        "evidence": "; ".join(filter(None, map(_evidence, row.evidence))),
        "remediation": row.remediation,
        "is_running": row.is_running,
        "is_public": row.is_public,
        "first_seen": row.lifecycle.first_seen or "",
        "last_seen": row.lifecycle.last_seen or "",
        "exception": exception.id if exception else "",
        "exception_reason": exception.reason if exception else "",
        "exception_expires": exception.expires if exception else "",
        "check_id": row.check_id,
        "frameworks": "; ".join(row.frameworks),
        "resource_type": row.resource.type,
        "revision": "" if row.resource.revision is None else row.resource.revision,
        "introduced_in": introduced_in.revision if introduced_in else "",
        "introduced_by": (introduced_in.registered_by or "") if introduced_in else "",
        "resource_arn": row.resource.arn,
        "finding_id": row.finding_id,
    }


def _change(row: ChangeRow) -> dict[str, Cell]:
    """Return a finding without a row in this run. One that could not be looked at is UNKNOWN, not fixed."""
    return {
        **dict.fromkeys(FINDING_COLUMNS, ""),
        **_common(row, row.changed_at),
        "status": Status.UNKNOWN if row.state is LifecycleState.STALE else "",
        "severity": row.severity,
        "state": row.state,
        "resource": row.resource_name,
        "problem": row.problem,
        "reasons": row.reason,
        "is_running": None,
        "is_public": None,
        "first_seen": row.first_seen or "",
        "last_seen": row.last_seen or "",
        "check_id": row.check_id,
        "resource_type": row.resource_type,
        "resource_arn": row.resource_arn,
        "finding_id": row.finding_id,
    }


def _gap(row: CoverageRow) -> dict[str, Cell]:
    return {
        **_common(row, row.observed_at),
        "status": row.status,
        "collector": row.collector,
        "reason": row.reason or "",
        "detail": row.detail,
        "advice": row.reason.advice if row.reason else "",
        "calls": row.calls,
        "throttled": row.throttled,
        "retried": row.retried,
        "resources": row.resources,
    }


def _common(row: FindingRow | CoverageRow | ChangeRow, observed_at: str | None) -> dict[str, Cell]:
    return {
        # Spreadsheets turn an account ID into a number and drop its leading zeros, but not within other text.
        "account": f"{row.account_name or 'account'} ({row.account_id})",
        "region": row.region,
        "owner": row.owner,
        "environment": row.environment,
        "account_id": row.account_id,
        "account_name": row.account_name,
        "ou": row.ou,
        "observed_at": observed_at or "",
        "observed_at_unix": milliseconds(observed_at) // 1000 if observed_at else "",
        "run_id": row.run_id,
    }


def _evidence(evidence: EvidenceRow) -> str:
    part = f"{evidence.kind} {evidence.part}".strip()
    return f"{part}: {', '.join(evidence.reasons)}" if evidence.reasons else part
