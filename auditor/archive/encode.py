"""Build rows from findings and coverage records, and bytes from rows."""

import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from auditor.contracts.document import SCHEMA_VERSION, Document, copy_fields, timestamp, to_json
from auditor.contracts.rows import (
    AccountRow,
    CoverageRow,
    FindingRow,
    IntroductionRow,
    LifecycleRow,
    ResourceRow,
    evidence_row,
)
from auditor.domain.aws_resource import Introduction, Resource
from auditor.domain.coverage import Coverage
from auditor.domain.finding import Finding
from auditor.domain.json_types import Json
from auditor.domain.scope import Account

_Value = TypeVar("_Value")

#: Makes zlib write a gzip header, and one without a time: equal rows are equal bytes.
_GZIP = 16 + zlib.MAX_WBITS

#: An escaped UTF-16 surrogate: a half of a character beyond U+FFFF. Most lines have none.
_SURROGATE_ESCAPE = re.compile(r"\\ud[89a-f]")


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
        account=_account(finding.account),
        resource=_resource(finding.resource),
        evidence=[evidence_row(evidence) for evidence in finding.evidence],
        usage=finding.usage.to_row() if finding.usage else None,
        introduced_in=_introduction(finding.introduced_in) if finding.introduced_in else None,
        standards=_sorted(finding.standards),
        exception=None,
        lifecycle=LifecycleRow(state=None, first_seen=None),
    )


def coverage_row(coverage: Coverage, run_id: str) -> CoverageRow:
    """Return the row of a coverage record."""
    return copy_fields(
        CoverageRow,
        coverage,
        schema_version=SCHEMA_VERSION,
        run_id=run_id,
        account=_account(coverage.account),
        duration_s=round(coverage.duration_s, 3),
    )


def encode(rows: Iterable[FindingRow | CoverageRow]) -> tuple[int, bytes]:
    """Return the number of rows, and the rows as gzipped JSON lines, sorted: equal rows give equal bytes.

    A row is dropped once it is a line, and a line once it is compressed.
    """
    lines = sorted((_sort_key(row), line(row)) for row in rows)
    compressor = zlib.compressobj(6, wbits=_GZIP)
    chunks = [compressor.compress(f"{text}\n".encode("ascii")) for _, text in lines]
    return len(lines), b"".join((*chunks, compressor.flush()))


def line(row: FindingRow | CoverageRow) -> str:
    """Return a row as one line of JSON, ASCII only: characters that a terminal or browser interprets are escaped."""
    text = json.dumps(row, default=vars, separators=(",", ":"))
    if not _SURROGATE_ESCAPE.search(text):
        return text
    # Strict readers refuse half of a surrogate pair: replace it by U+FFFD.
    return json.dumps(_without_lone_surrogates(json.loads(text)), separators=(",", ":"))


def _sort_key(row: FindingRow | CoverageRow) -> tuple[str, str, str, str]:
    if isinstance(row, FindingRow):
        return row.account.id, row.region, row.check_id, row.resource.arn
    return row.account.id, row.region, row.collector, ""


def _account(account: Account) -> AccountRow:
    return copy_fields(AccountRow, account, tags=_sorted(account.tags))


def _resource(resource: Resource) -> ResourceRow:
    tags = None if resource.tags is None else _sorted(resource.tags)
    return copy_fields(ResourceRow, resource, tags=tags, registered_at=_timestamp(resource.registered_at))


def _introduction(introduction: Introduction) -> IntroductionRow:
    return copy_fields(IntroductionRow, introduction, registered_at=_timestamp(introduction.registered_at))


def _timestamp(moment: datetime | None) -> str | None:
    return timestamp(moment) if moment else None


def _sorted(mapping: Mapping[str, _Value]) -> dict[str, _Value]:
    return {key: mapping[key] for key in sorted(mapping)}


def _without_lone_surrogates(value: Json) -> Json:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Sequence):
        return [_without_lone_surrogates(member) for member in value]
    if isinstance(value, Mapping):
        return {_text(key): _without_lone_surrogates(member) for key, member in value.items()}
    return value


def _text(value: str) -> str:
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
