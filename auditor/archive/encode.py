"""Findings and the coverage ledger as rows, and rows as bytes."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from auditor.archive.row_schema import (
    SCHEMA_VERSION,
    AccountRow,
    CoverageRow,
    EvidenceRow,
    FindingRow,
    IntroductionRow,
    LifecycleRow,
    ResourceRow,
)
from auditor.domain.aws_resource import Introduction, Resource
from auditor.domain.check import Detail, Evidence
from auditor.domain.coverage import Coverage
from auditor.domain.finding import Finding
from auditor.domain.scope import Account

_Value = TypeVar("_Value")

#: zlib's way to say that a stream is to have gzip's header, in which it writes no time.
_GZIP = 16 + zlib.MAX_WBITS

#: An escape that can only be one half of a character beyond U+FFFF. Most lines have none.
_SURROGATE_ESCAPE = re.compile(r"\\ud[89a-f]")


def finding_row(finding: Finding, run_id: str) -> FindingRow:
    """One finding as a row of `run_id`."""
    return FindingRow(
        schema_version=SCHEMA_VERSION,
        run_id=run_id,
        observed_at=timestamp(finding.observed_at),
        finding_id=finding.finding_id,
        check_id=finding.check_id,
        title=finding.title,
        problem=finding.problem,
        severity=finding.severity,
        status=finding.status,
        reasons=list(finding.reasons),
        account=_account(finding.account),
        region=finding.region,
        resource=_resource(finding.resource),
        evidence=[_evidence(each) for each in finding.evidence],
        usage=finding.usage.to_row() if finding.usage else None,
        introduced_in=_introduction(finding.introduced_in) if finding.introduced_in else None,
        standards=_sorted(finding.standards),
        exception=None,
        lifecycle=LifecycleRow(state=None, first_seen=None),
        remediation=finding.remediation,
    )


def coverage_row(coverage: Coverage, run_id: str) -> CoverageRow:
    """One line of the ledger as a row of `run_id`."""
    return CoverageRow(
        schema_version=SCHEMA_VERSION,
        run_id=run_id,
        account=_account(coverage.account),
        region=coverage.region,
        collector=coverage.collector,
        status=coverage.status,
        reason=coverage.reason,
        detail=coverage.detail,
        calls=coverage.calls,
        throttled=coverage.throttled,
        retried=coverage.retried,
        duration_s=round(coverage.duration_s, 3),
        resources=coverage.resources,
    )


def timestamp(moment: datetime) -> str:
    """`2026-11-23T02:00:00Z`. A moment without a zone is taken for UTC."""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def encode(rows: Iterable[FindingRow | CoverageRow]) -> tuple[int, bytes]:
    """How many rows there are, and the rows as gzipped JSON lines in an order of their own: the same for the same rows.

    Rows are dropped as they become lines, and lines as they are compressed.
    """
    lines = sorted((_order(row), line(row)) for row in rows)
    packed = zlib.compressobj(6, wbits=_GZIP)
    parts = [packed.compress(f"{each}\n".encode("ascii")) for _, each in lines]
    return len(lines), b"".join((*parts, packed.flush()))


def line(row: FindingRow | CoverageRow) -> str:
    """One row as JSON without a line break, ASCII only: what a terminal or a browser would act on is escaped."""
    text = json.dumps(row, default=vars, separators=(",", ":"))
    # Half a character is no text, and strict readers refuse it: U+FFFD takes its place.
    return json.dumps(_whole(json.loads(text)), separators=(",", ":")) if _SURROGATE_ESCAPE.search(text) else text


def _order(row: FindingRow | CoverageRow) -> tuple[str, str, str, str]:
    if isinstance(row, FindingRow):
        return row.account.id, row.region, row.check_id, row.resource.arn
    return row.account.id, row.region, row.collector, ""


def _account(account: Account) -> AccountRow:
    return AccountRow(id=account.id, name=account.name, ou=account.ou, tags=_sorted(account.tags))


def _resource(resource: Resource) -> ResourceRow:
    return ResourceRow(
        arn=resource.arn,
        type=resource.type,
        family=resource.family,
        revision=resource.revision,
        name=resource.name,
        tags=None if resource.tags is None else _sorted(resource.tags),
        registered_at=timestamp(resource.registered_at) if resource.registered_at else None,
        registered_by=resource.registered_by,
    )


def _evidence(evidence: Evidence) -> EvidenceRow:
    return EvidenceRow(
        part=evidence.part,
        kind=evidence.kind,
        reasons=list(evidence.reasons),
        revision=evidence.revision,
        details={name: _listed(value) for name, value in sorted(evidence.details.items())},
    )


def _listed(value: Detail) -> str | int | bool | list[str] | None:
    return list(value) if isinstance(value, tuple) else value


def _introduction(introduction: Introduction) -> IntroductionRow:
    return IntroductionRow(
        revision=introduction.revision,
        registered_at=timestamp(introduction.registered_at) if introduction.registered_at else None,
        registered_by=introduction.registered_by,
    )


def _sorted(mapping: Mapping[str, _Value]) -> dict[str, _Value]:
    return {key: mapping[key] for key in sorted(mapping)}


def _whole(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return {_whole(key): _whole(each) for key, each in value.items()} if isinstance(value, dict) else value
