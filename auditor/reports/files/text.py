"""What `auditor check` says of files: as text for people, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from auditor.contracts.document import SCHEMA_VERSION, to_json
from auditor.contracts.file_report import (
    CheckedFile,
    DeclaredResourceRow,
    FileFindingRow,
    FileLocation,
    FileReportDocument,
    UncheckedRow,
)
from auditor.contracts.rows import evidence_row
from auditor.domain.check import Evidence, Status
from auditor.domain.file_report import FileFinding, FileReport, SourceLocation
from auditor.reports.labels import pluralize
from auditor.reports.sanitize import sanitize


def text(inspection: FileReport) -> str:
    """Return every fault and everything that is UNKNOWN, a place a line, and last what it comes to."""
    words = {check.id: check.reason_texts for check in inspection.checks}
    lines: list[str] = []
    for opinion in ranked(inspection):
        lines += [_headline(opinion, words.get(opinion.finding.check_id, {}))]
        lines += [f"  -> {sanitize(opinion.finding.remediation, 600)}"] if opinion.finding.remediation else []
    for each in inspection.unchecked:
        lines.append(
            f"{sanitize(str(each.location), 400)}: UNKNOWN: {sanitize(each.name)}: {sanitize(each.reason, 400)}"
        )
    return "\n".join([*lines, *([""] if lines else []), _sum(inspection)])


def machine(inspection: FileReport) -> str:
    """Return everything, PASS and NOT_APPLICABLE included, as one JSON document."""
    statuses = (*_SHOWN, Status.PASS, Status.NOT_APPLICABLE)
    return to_json(
        FileReportDocument(
            schema_version=SCHEMA_VERSION,
            files=[CheckedFile(path=path, resources=count) for path, count in inspection.resources],
            counts={status: len(inspection.with_status(status)) for status in Status},
            findings=[_row(finding) for finding in ranked(inspection, statuses)],
            unchecked=[
                UncheckedRow(location=_location(item.location), name=item.name, reason=item.reason)
                for item in inspection.unchecked
            ],
        )
    )


_SHOWN = (Status.FAIL, Status.UNKNOWN)


def ranked(inspection: FileReport, statuses: Iterable[Status] = _SHOWN) -> list[FileFinding]:
    """Return the opinions with these statuses, in their order, the worst of each first."""
    wanted = list(statuses)
    found = [each for each in inspection.findings if each.finding.status in wanted]
    return sorted(found, key=lambda each: (wanted.index(each.finding.status), -each.finding.severity.rank))


def said(opinion: FileFinding, words: Mapping[str, str]) -> str:
    """Return what is wrong, in one sentence without a name at its front."""
    finding = opinion.finding
    if opinion.depends_on:
        return f"cannot be told before deployment: it depends on {', '.join(opinion.depends_on)}"
    parts = [_part(each, words) for each in finding.evidence if each.reasons]
    return "; ".join(parts) or ", ".join(words.get(each, each) for each in finding.reasons) or finding.title


def _part(evidence: Evidence, words: Mapping[str, str]) -> str:
    reasons = ", ".join(words.get(each, each) for each in evidence.reasons)
    return f"{evidence.part} {reasons}" if evidence.part else reasons


def _headline(opinion: FileFinding, words: Mapping[str, str]) -> str:
    finding = opinion.finding
    rank = finding.severity if finding.status is Status.FAIL else finding.status
    parts = (sanitize(str(opinion.locations[-1] if len(opinion.locations) == 2 else opinion.locations[0]), 400), rank)  # noqa: PLR2004
    return ": ".join((*parts, finding.check_id, sanitize(opinion.name), sanitize(said(opinion, words), 600)))


def _sum(inspection: FileReport) -> str:
    failing = len({(each.finding.resource.arn) for each in inspection.with_status(Status.FAIL)})
    resources = sum(count for _, count in inspection.resources)
    unknown = len(inspection.with_status(Status.UNKNOWN)) + len(inspection.unchecked)
    what = f"{pluralize(resources, 'resource')} in {pluralize(len(inspection.resources), 'file')}"
    by = f"judged by {pluralize(len(inspection.checks), 'check')}"
    if failing:
        also = f"; {unknown} UNKNOWN" if unknown else ""
        findings = pluralize(len(inspection.with_status(Status.FAIL)), "finding")
        return f"FAIL: {findings} in {pluralize(failing, 'resource')} of {what}, {by}{also}."
    if unknown:
        return f"UNKNOWN: {pluralize(unknown, 'verdict')} could not be reached on {what}, {by}; nothing fails."
    if not resources:
        return f"Nothing to judge: {what}."
    return f"PASS: nothing fails in {what}, {by}."


def _row(file_finding: FileFinding) -> FileFindingRow:
    finding = file_finding.finding
    return FileFindingRow(
        finding_id=finding.finding_id,
        check_id=finding.check_id,
        title=finding.title,
        problem=finding.problem,
        severity=finding.severity,
        status=finding.status,
        reasons=list(finding.reasons),
        resource=DeclaredResourceRow(type=finding.resource.type, name=file_finding.name),
        locations=[_location(location) for location in file_finding.locations],
        evidence=[evidence_row(evidence) for evidence in finding.evidence],
        standards=dict(finding.standards),
        depends_on=list(file_finding.depends_on),
        remediation=finding.remediation,
    )


def _location(location: SourceLocation) -> FileLocation:
    return FileLocation(path=location.source, line=location.line or None)
