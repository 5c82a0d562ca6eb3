"""The evidence for one control: what failed, what passed, and what was not seen."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from auditor.contracts.control import ControlDocument, ControlFinding, ControlGap
from auditor.contracts.document import SCHEMA_VERSION, timestamp
from auditor.domain.check import Status
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.result import AccountResult, RunResult
from auditor.reports.labels import pluralize
from auditor.reports.sanitize import sanitize

_LONGEST = 200


def control_names(result: RunResult) -> list[str]:
    """Return every control that an enabled check covers, such as `cis-compute-1.1/3.4`, sorted."""
    return sorted(
        {
            f"{framework}/{name}"
            for check in result.checks
            for framework, names in check.frameworks.items()
            for name in names
        }
    )


def control_evidence(control: str, result: RunResult, accounts: Iterable[AccountResult]) -> ControlDocument:
    """Return the evidence for a control, from the rows of all accounts."""
    framework, _, name = control.partition("/")
    checks = [check for check in result.checks if name in check.frameworks.get(framework, ())]
    check_ids = {check.id for check in checks}
    collectors = {collector for check in checks for collector in check.collectors}
    document = ControlDocument(
        schema_version=SCHEMA_VERSION,
        run_id=result.run_id,
        control=control,
        checks=sorted(check_ids),
        failed=[],
        passed=[],
        unknown=[],
        passing=_count(result, check_ids, Status.PASS),
        not_applicable=_count(result, check_ids, Status.NOT_APPLICABLE),
        not_examined=[],
    )
    lists = {Status.FAIL: document.failed, Status.PASS: document.passed, Status.UNKNOWN: document.unknown}
    for account in accounts:
        for finding in account.findings:
            if finding.check_id in check_ids and finding.status in lists:
                lists[finding.status].append(_finding(finding))
        document.not_examined.extend(
            _gap(record)
            for record in account.coverage
            if record.status is not CoverageStatus.EXAMINED and record.collector in {*collectors, ""}
        )
    return replace(
        document,
        failed=sorted(document.failed),
        passed=sorted(document.passed),
        unknown=sorted(document.unknown),
        not_examined=sorted(document.not_examined, key=lambda gap: (gap.account_id, gap.region, gap.collector)),
    )


def control_text(document: ControlDocument) -> str:
    """Return the evidence as text: failures first, then what was not seen, then what passed."""
    lines = [
        f"Control {document.control} in run {document.run_id}",
        f"Checks  {', '.join(document.checks)}",
        *_section("Failed", document.failed),
        *_section("Unknown", document.unknown),
        f"Not examined: {pluralize(len(document.not_examined), 'scope')}",
    ]
    for gap in document.not_examined:
        reason = gap.reason.value if gap.reason else ""
        lines.append(f"  {gap.account_id} {gap.region} {gap.collector} {reason}: {sanitize(gap.detail, _LONGEST)}")
    lines += _section("Passed", document.passed)
    if document.passing != len(document.passed):
        lines.append(f"  {pluralize(document.passing, 'PASS verdict')}; the run wrote no rows of them (`emit`)")
    lines.append(f"Not applicable: {pluralize(document.not_applicable, 'verdict')}")
    return "\n".join(lines)


def _count(result: RunResult, check_ids: Collection[str], status: Status) -> int:
    return sum(summary.statuses.get((check_id, status), 0) for summary in result.accounts for check_id in check_ids)


def _section(title: str, findings: list[ControlFinding]) -> list[str]:
    lines = [f"{title}: {pluralize(len(findings), 'resource')}"]
    for finding in findings:
        exception = f" (exception {sanitize(finding.exception, _LONGEST)})" if finding.exception else ""
        reasons = f" {', '.join(finding.reasons)}" if finding.reasons else ""
        lines.append(
            f"  {finding.account_id} {finding.region} {sanitize(finding.resource_arn, _LONGEST)} "
            f"{finding.check_id}{reasons}{exception}"
        )
    return lines


def _finding(finding: Finding) -> ControlFinding:
    return ControlFinding(
        account_id=finding.account.id,
        region=finding.region,
        resource_arn=finding.resource.arn,
        check_id=finding.check_id,
        severity=finding.severity,
        status=finding.status,
        reasons=list(finding.reasons),
        observed_at=timestamp(finding.observed_at),
        finding_id=finding.finding_id,
        exception=finding.exception.id if finding.exception else None,
    )


def _gap(record: Coverage) -> ControlGap:
    return ControlGap(record.account.id, record.region, record.collector, record.status, record.reason, record.detail)
