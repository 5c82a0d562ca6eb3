"""What was not examined, grouped by reason.

Coverage records with the same detail (apart from account IDs, region names and request IDs) become one statement, in
which the regions of an account share a line. Two hundred refused accounts are then one thing to read, and so is one
refused account, which has a record of every collector.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from auditor.domain.aws_resource import Resource
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.reason import Reason
from auditor.domain.scope import Account
from auditor.reports.labels import describe_reason, reason_advice, reason_headline
from auditor.reports.sanitize import sanitize
from auditor.reports.totals import RunTotals

#: Account IDs and request IDs, which differ between details that are otherwise the same.
_IDS = re.compile(r"\b\d{12}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)

_REASONS = frozenset(Reason)
_NO_REASON = "none"
_COMPARED_DETAIL = 2000
_LONGEST_NOTE = 600


@dataclass(frozen=True, slots=True)
class AffectedAccount:
    """An account and its affected regions."""

    account: Account
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """Coverage records with the same status and detail, each of them from every one of `collectors`.

    `detail` is that of the first account.
    """

    detail: str
    collectors: tuple[str, ...]
    status: CoverageStatus
    accounts: tuple[AffectedAccount, ...]

    @property
    def scopes(self) -> int:
        """The number of coverage records."""
        return len(self.collectors) * sum(len(affected.regions) for affected in self.accounts)


@dataclass(frozen=True, slots=True)
class UnknownResource:
    """A known resource with UNKNOWN findings. `notes` are further texts of the findings that say why."""

    account: Account
    region: str
    resource: Resource
    checks: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """Everything that was not examined for one reason. `scopes` is the number of coverage records.

    `name` is the reason as the rows have it: a value of `Reason`, a reason of the check that could not decide, or
    `none` if none was recorded.
    """

    name: str
    title: str
    advice: str
    accounts: tuple[Account, ...]
    scopes: int
    statements: tuple[Statement, ...]
    resources: tuple[UnknownResource, ...]

    @property
    def checks(self) -> tuple[str, ...]:
        """IDs of the checks that could not evaluate the resources."""
        return tuple(sorted({check_id for resource in self.resources for check_id in resource.checks}))


def gaps_by_reason(totals: RunTotals) -> tuple[ReasonGroup, ...]:
    """Return what was expected and not examined, the reason that affects most accounts first."""
    records = (record for record in totals.result.gaps if record.status is not CoverageStatus.EXCLUDED)
    return _by_reason(totals, records, totals.result.unknowns)


def exclusions_by_reason(totals: RunTotals) -> tuple[ReasonGroup, ...]:
    """Return what is excluded by configuration, the reason that affects most accounts first."""
    return _by_reason(totals, (record for record in totals.result.gaps if record.status is CoverageStatus.EXCLUDED), ())


def _by_reason(totals: RunTotals, records: Iterable[Coverage], unknowns: Iterable[Finding]) -> tuple[ReasonGroup, ...]:
    records_by_reason: dict[str, list[Coverage]] = defaultdict(list)
    findings_by_reason: dict[str, list[Finding]] = defaultdict(list)
    for record in records:
        records_by_reason[record.reason.value if record.reason else _NO_REASON].append(record)
    for finding in unknowns:
        findings_by_reason[_reason_of(totals, finding)].append(finding)
    names = {*records_by_reason, *findings_by_reason}
    groups = [_group(totals, name, records_by_reason[name], findings_by_reason[name]) for name in names]
    return tuple(sorted(groups, key=lambda group: (-len(group.accounts), -group.scopes, group.name)))


def _reason_of(totals: RunTotals, finding: Finding) -> str:
    """Return the reason of an UNKNOWN finding: a value of `Reason`, or else a reason that its check has a text for."""
    texts = totals.check_of(finding).reason_texts
    general = (reason for reason in finding.reasons if reason in _REASONS)
    return next(general, next((reason for reason in finding.reasons if reason in texts), _NO_REASON))


def _group(totals: RunTotals, name: str, records: list[Coverage], findings: list[Finding]) -> ReasonGroup:
    accounts = {finding.account.id: finding.account for finding in findings}
    accounts |= {record.account.id: record.account for record in records}
    title, advice = _title_and_advice(totals, name, findings)
    return ReasonGroup(
        name=name,
        title=title,
        advice=advice,
        accounts=tuple(accounts[account_id] for account_id in sorted(accounts)),
        scopes=len(records),
        statements=_statements(records),
        resources=_unknown_resources(findings, name),
    )


def _title_and_advice(totals: RunTotals, name: str, findings: Iterable[Finding]) -> tuple[str, str]:
    """Return what a reason means and what to do about it. A check explains its own reasons."""
    if name == _NO_REASON or name in _REASONS:
        reason = Reason(name) if name in _REASONS else None
        return reason_headline(reason), reason_advice(reason)
    checks = [totals.checks[check_id] for check_id in sorted({finding.check_id for finding in findings})]
    manual_steps = (check.repairs[name].manual for check in checks if name in check.repairs)
    see_manual = f"`auditor checks {checks[0].id}` explains what the check needs to know."
    return f"A resource {describe_reason(name, checks[0].reason_texts)}", next(filter(None, manual_steps), see_manual)


def _statements(records: Iterable[Coverage]) -> tuple[Statement, ...]:
    alike: dict[tuple[str, CoverageStatus, str], list[Coverage]] = defaultdict(list)
    for record in sorted(records, key=lambda record: (record.account.id, record.region, record.collector)):
        alike[_detail_pattern(record), record.status, record.collector].append(record)
    groups: dict[tuple[str, CoverageStatus, tuple[AffectedAccount, ...]], dict[str, str]] = defaultdict(dict)
    for (pattern, status, collector), group in alike.items():
        groups[pattern, status, _affected_accounts(group)][collector] = group[0].detail
    statements = []
    for (_, status, accounts), details in groups.items():
        collectors = tuple(sorted(details))
        statements.append(Statement(details[collectors[0]], collectors, status, accounts))
    return tuple(sorted(statements, key=_statement_order))


def _statement_order(statement: Statement) -> tuple[int, str, tuple[str, ...], str]:
    return (-len(statement.accounts), statement.detail, statement.collectors, statement.status)


def _detail_pattern(record: Coverage) -> str:
    """Return the detail of a coverage record without account IDs, request IDs and the name of its region."""
    detail = record.detail[:_COMPARED_DETAIL]
    return _IDS.sub("#", detail.replace(record.region, "#") if len(record.region) > 1 else detail)


def _affected_accounts(records: Iterable[Coverage]) -> tuple[AffectedAccount, ...]:
    by_account: dict[str, list[Coverage]] = defaultdict(list)
    for record in records:
        by_account[record.account.id].append(record)
    return tuple(
        AffectedAccount(group[0].account, tuple(record.region for record in group)) for group in by_account.values()
    )


def _unknown_resources(findings: Iterable[Finding], reason: str) -> tuple[UnknownResource, ...]:
    by_resource: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        by_resource[finding.account.id, finding.region, finding.resource.arn].append(finding)
    explained = {reason, *_REASONS}
    return tuple(
        UnknownResource(
            account=group[0].account,
            region=group[0].region,
            resource=group[0].resource,
            checks=tuple(sorted({finding.check_id for finding in group})),
            notes=_notes(group, explained),
        )
        for _, group in sorted(by_resource.items())
    )


def _notes(findings: Iterable[Finding], explained: set[str]) -> tuple[str, ...]:
    notes = {note for finding in findings for note in finding.reasons if note not in explained}
    return tuple(sorted({sanitize(note, _LONGEST_NOTE) for note in notes}))
