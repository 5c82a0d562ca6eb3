"""Build rows from findings and coverage records, and bytes from rows."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from auditor.contracts.document import SCHEMA_VERSION, Document, copy_fields, timestamp, to_json
from auditor.contracts.history import PastFindingRow
from auditor.contracts.json_lines import gzip_lines, to_line
from auditor.contracts.rows import (
    ChangeRow,
    CoverageRow,
    ExceptionRow,
    FindingRow,
    IntroductionRow,
    LifecycleRow,
    ResourceRow,
    evidence_row,
)
from auditor.contracts.run import ObjectRecord
from auditor.domain.aws_resource import Introduction, Resource
from auditor.domain.coverage import Coverage
from auditor.domain.finding import Finding
from auditor.domain.lifecycle import Change, Lifecycle
from auditor.domain.risk_exception import RiskException
from auditor.domain.scope import Account

_Value = TypeVar("_Value")
Row = FindingRow | CoverageRow | ChangeRow | PastFindingRow


def object_record(key: str, body: bytes, rows: int | None = None) -> ObjectRecord:
    """Return how a manifest lists an object. `rows` counts its rows, None if it holds none."""
    return ObjectRecord(key, hashlib.sha256(body).hexdigest(), len(body), rows)


def document(content: Document) -> bytes:
    """Return a document as an object: indented JSON, sorted keys, ASCII, and a final newline."""
    return to_json(content).encode() + b"\n"


def finding_row(finding: Finding, run_id: str) -> FindingRow:
    """Return the row of a finding."""
    return copy_fields(
        FindingRow,
        finding,
        schema_version=SCHEMA_VERSION,
        run_id=run_id,
        observed_at=timestamp(finding.observed_at),
        reasons=list(finding.reasons),
        frameworks=list(finding.frameworks),
        **_account(finding.account),
        owner=finding.effective_owner,
        environment=finding.effective_environment,
        resource=_resource(finding.resource),
        evidence=[evidence_row(evidence) for evidence in finding.evidence],
        usage=finding.usage.to_row() if finding.usage else None,
        introduced_in=_introduction(finding.introduced_in) if finding.introduced_in else None,
        standards=_sorted(finding.standards),
        first_seen=_timestamp(finding.lifecycle.first_seen),
        lifecycle=_lifecycle(finding.lifecycle),
        due=finding.due.isoformat() if finding.due else None,
        exception=_exception(finding.exception) if finding.exception else None,
    )


def coverage_row(coverage: Coverage, run_id: str) -> CoverageRow:
    """Return the row of a coverage record."""
    return copy_fields(
        CoverageRow,
        coverage,
        schema_version=SCHEMA_VERSION,
        run_id=run_id,
        observed_at=_timestamp(coverage.observed_at),
        **_account(coverage.account),
        owner=coverage.account.owner,
        environment=coverage.account.environment,
        duration_s=round(coverage.duration_s, 3),
    )


def change_row(change: Change, run_id: str) -> ChangeRow:
    """Return the row of a change."""
    return copy_fields(
        ChangeRow,
        change,
        schema_version=SCHEMA_VERSION,
        run_id=run_id,
        changed_at=timestamp(change.changed_at),
        account_id=change.account.id,
        account_name=change.account.name,
        ou=change.account.ou,
        first_seen=_timestamp(change.first_seen),
        last_seen=_timestamp(change.last_seen),
    )


def encode(rows: Iterable[Row]) -> tuple[int, bytes]:
    """Return the number of rows, and the rows as gzipped JSON lines, sorted: equal rows give equal bytes.

    A row is dropped once it is a line.
    """
    return gzip_lines(line for _, line in sorted((_sort_key(row), to_line(row)) for row in rows))


def line(row: Document) -> str:
    """Return a row as one line of JSON."""
    return to_line(row)


def _sort_key(row: Row) -> tuple[str, str, str, str]:
    if isinstance(row, CoverageRow):
        return row.account_id, row.region, row.collector, ""
    arn = row.resource.arn if isinstance(row, FindingRow) else row.resource_arn
    return row.account_id, row.region, row.check_id, arn


def _account(account: Account) -> dict[str, Any]:
    return {
        "account_id": account.id,
        "account_name": account.name,
        "ou": account.ou,
        "account_tags": _sorted(account.tags),
    }


def _lifecycle(lifecycle: Lifecycle) -> LifecycleRow:
    return LifecycleRow(lifecycle.state, _timestamp(lifecycle.first_seen), _timestamp(lifecycle.last_seen))


def _exception(exception: RiskException) -> ExceptionRow:
    return copy_fields(ExceptionRow, exception, expires=exception.expires.isoformat())


def _resource(resource: Resource) -> ResourceRow:
    tags = None if resource.tags is None else _sorted(resource.tags)
    return copy_fields(ResourceRow, resource, tags=tags, registered_at=_timestamp(resource.registered_at))


def _introduction(introduction: Introduction) -> IntroductionRow:
    return copy_fields(IntroductionRow, introduction, registered_at=_timestamp(introduction.registered_at))


def _timestamp(moment: datetime | None) -> str | None:
    return timestamp(moment) if moment else None


def _sorted(mapping: Mapping[str, _Value]) -> dict[str, _Value]:
    return {key: mapping[key] for key in sorted(mapping)}
