"""Findings on files as one JSON document."""

from auditor.contracts.document import SCHEMA_VERSION, copy_fields, to_json
from auditor.contracts.file_report import (
    CheckedFile,
    DeclaredResourceRow,
    FileFindingRow,
    FileLocation,
    FileReportDocument,
    UncheckedRow,
)
from auditor.contracts.rows import evidence_row
from auditor.domain.check import Status
from auditor.domain.file_report import FileFinding, FileReport, SourceLocation
from auditor.reports.files.text import ranked

_ORDER = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)


def render_json(report: FileReport) -> str:
    """Return all findings, including PASS and NOT_APPLICABLE, and what was not examined."""
    return to_json(
        FileReportDocument(
            schema_version=SCHEMA_VERSION,
            files=[CheckedFile(path=path, resources=count) for path, count in report.resources],
            counts={status: len(report.with_status(status)) for status in Status},
            findings=[_finding_row(finding) for finding in ranked(report, _ORDER)],
            unchecked=[copy_fields(UncheckedRow, item, location=_location(item.location)) for item in report.unchecked],
        )
    )


def _finding_row(file_finding: FileFinding) -> FileFindingRow:
    finding = file_finding.finding
    return copy_fields(
        FileFindingRow,
        finding,
        reasons=list(finding.reasons),
        resource=DeclaredResourceRow(type=finding.resource.type, name=file_finding.name),
        locations=[_location(location) for location in file_finding.locations],
        evidence=[evidence_row(evidence) for evidence in finding.evidence],
        depends_on=list(file_finding.depends_on),
    )


def _location(location: SourceLocation) -> FileLocation:
    return FileLocation(path=location.source, line=location.line or None)
