"""Findings on files as text, one location per line, like the messages of a compiler."""

from collections.abc import Iterable, Mapping

from auditor.domain.check import Evidence, Status
from auditor.domain.file_report import FileFinding, FileReport, SourceLocation
from auditor.reports.labels import pluralize
from auditor.reports.sanitize import sanitize

_REPORTED = (Status.FAIL, Status.UNKNOWN)


def render_text(report: FileReport) -> str:
    """Return every failure and everything that is UNKNOWN, with a summary in the last line."""
    reason_texts = {check.id: check.reason_texts for check in report.checks}
    lines: list[str] = []
    for finding in ranked(report):
        lines.append(_headline(finding, reason_texts.get(finding.finding.check_id, {})))
        if finding.finding.remediation:
            lines.append(f"  -> {sanitize(finding.finding.remediation, 600)}")
    for item in report.unchecked:
        location = sanitize(str(item.location), 400)
        lines.append(f"{location}: UNKNOWN: {sanitize(item.name)}: {sanitize(item.reason, 400)}")
    return "\n".join([*lines, *([""] if lines else []), _summary(report)])


def ranked(report: FileReport, statuses: Iterable[Status] = _REPORTED) -> list[FileFinding]:
    """Return the findings with these statuses, by status and then by severity, the worst first."""
    ranks = {status: rank for rank, status in enumerate(statuses)}
    findings = [finding for finding in report.findings if finding.finding.status in ranks]
    return sorted(findings, key=lambda finding: (ranks[finding.finding.status], -finding.finding.severity.rank))


def describe(file_finding: FileFinding, reason_texts: Mapping[str, str]) -> str:
    """Return the reasons of a finding in words, without the name of the resource."""
    finding = file_finding.finding
    if file_finding.depends_on:
        return f"cannot be determined before deployment: it depends on {', '.join(file_finding.depends_on)}"
    parts = [_describe_part(evidence, reason_texts) for evidence in finding.evidence if evidence.reasons]
    reasons = ", ".join(reason_texts.get(reason, reason) for reason in finding.reasons)
    return "; ".join(parts) or reasons or finding.problem or finding.title


def most_precise(locations: tuple[SourceLocation, ...]) -> SourceLocation:
    """Return the location of the failing part if there is exactly one, or else that of the resource."""
    return locations[-1] if len(locations) == 2 else locations[0]  # noqa: PLR2004 - the resource and one part


def _describe_part(evidence: Evidence, reason_texts: Mapping[str, str]) -> str:
    reasons = ", ".join(reason_texts.get(reason, reason) for reason in evidence.reasons)
    return f"{evidence.part} {reasons}" if evidence.part else reasons


def _headline(file_finding: FileFinding, reason_texts: Mapping[str, str]) -> str:
    finding = file_finding.finding
    return ": ".join(
        (
            sanitize(str(most_precise(file_finding.locations)), 400),
            finding.severity if finding.status is Status.FAIL else finding.status,
            finding.check_id,
            sanitize(file_finding.name),
            sanitize(describe(file_finding, reason_texts), 600),
        )
    )


def _summary(report: FileReport) -> str:
    failures = report.with_status(Status.FAIL)
    count = sum(count for _, count in report.resources)
    unknown = len(report.with_status(Status.UNKNOWN)) + len(report.unchecked)
    resources = f"{pluralize(count, 'resource')} in {pluralize(len(report.resources), 'file')}"
    checks = pluralize(len(report.checks), "check")
    if failures:
        failing = len({file_finding.finding.resource.arn for file_finding in failures})
        findings = f"{pluralize(len(failures), 'finding')} in {failing} of {resources}"
        return f"FAIL: {findings}; {checks} applied; {unknown} UNKNOWN."
    if unknown:
        return f"UNKNOWN: {pluralize(unknown, 'verdict')} undetermined in {resources}; {checks} applied; no failures."
    if not count:
        return f"Nothing to check: {resources}."
    return f"PASS: no failures in {resources}; {checks} applied."
