"""What was not examined, grouped by reason.

Gaps with the same cause become one statement, in which the regions of an account share a line. Two hundred refused
accounts are then one thing to read, and so is one refused account, which has a record of every collector.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.domain.aws_resource import Resource
from auditor.domain.coverage import CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.gap_groups import OTHER_CAUSES, GapGroup
from auditor.domain.reason import Reason
from auditor.domain.scope import Account
from auditor.reports.labels import describe_reason, reason_advice, reason_headline
from auditor.reports.sanitize import sanitize
from auditor.reports.totals import RunTotals

_REASONS = frozenset(Reason)
_NO_REASON = "none"
_LONGEST_NOTE = 600
_MOST_REPEATED_REGIONS = 4


@dataclass(frozen=True, slots=True)
class AffectedAccount:
    """An account and its affected regions."""

    account: Account
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """Coverage records with the same status and cause. `scopes` is the number of records.

    `detail` is that of the first account. `collectors` and `actions` are sorted, and those of all accounts.
    """

    detail: str
    collectors: tuple[str, ...]
    actions: tuple[str, ...]
    status: CoverageStatus
    accounts: tuple[AffectedAccount, ...]
    scopes: int

    @property
    def has_every_combination(self) -> bool:
        """Whether there is a record of every collector in every region of every account."""
        return self.scopes == len(self.collectors) * sum(len(affected.regions) for affected in self.accounts)

    @property
    def common_regions(self) -> tuple[str, ...]:
        """The regions, if all accounts have the same ones and repeating them would make the page long; else empty."""
        regions = {affected.regions for affected in self.accounts}
        common = regions.pop()
        return () if regions or len(self.accounts) == 1 or len(common) <= _MOST_REPEATED_REGIONS else common

    @property
    def quotes_one_of_many(self) -> bool:
        """Whether `detail` stands for messages of other accounts or regions, too."""
        return self.detail != OTHER_CAUSES and (len(self.accounts) > 1 or len(self.accounts[0].regions) > 1)


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
    gaps = (gap for gap in totals.result.gaps if gap.status is not CoverageStatus.EXCLUDED)
    return _by_reason(totals, gaps, totals.result.unknowns)


def exclusions_by_reason(totals: RunTotals) -> tuple[ReasonGroup, ...]:
    """Return what is excluded by configuration, the reason that affects most accounts first."""
    return _by_reason(totals, (gap for gap in totals.result.gaps if gap.status is CoverageStatus.EXCLUDED), ())


def _by_reason(totals: RunTotals, gaps: Iterable[GapGroup], unknowns: Iterable[Finding]) -> tuple[ReasonGroup, ...]:
    gaps_by_name: dict[str, list[GapGroup]] = defaultdict(list)
    findings_by_reason: dict[str, list[Finding]] = defaultdict(list)
    for gap in gaps:
        gaps_by_name[gap.reason.value if gap.reason else _NO_REASON].append(gap)
    for finding in unknowns:
        findings_by_reason[_reason_of(totals, finding)].append(finding)
    names = {*gaps_by_name, *findings_by_reason}
    groups = [_group(totals, name, gaps_by_name[name], findings_by_reason[name]) for name in names]
    return tuple(sorted(groups, key=lambda group: (-len(group.accounts), -group.scopes, group.name)))


def _reason_of(totals: RunTotals, finding: Finding) -> str:
    """Return the reason of an UNKNOWN finding: a value of `Reason`, or else a reason that its check has a text for."""
    texts = totals.check_of(finding).reason_texts
    general = (reason for reason in finding.reasons if reason in _REASONS)
    return next(general, next((reason for reason in finding.reasons if reason in texts), _NO_REASON))


def _group(totals: RunTotals, name: str, gaps: list[GapGroup], findings: list[Finding]) -> ReasonGroup:
    accounts = {finding.account.id: finding.account for finding in findings}
    accounts |= {gap.account.id: gap.account for gap in gaps}
    title, advice = _title_and_advice(totals, name, findings)
    return ReasonGroup(
        name=name,
        title=title,
        advice=advice,
        accounts=tuple(accounts[account_id] for account_id in sorted(accounts)),
        scopes=sum(gap.scopes for gap in gaps),
        statements=_statements(gaps),
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


def _statements(gaps: Iterable[GapGroup]) -> tuple[Statement, ...]:
    alike: dict[tuple[CoverageStatus, str], list[GapGroup]] = defaultdict(list)
    for gap in sorted(gaps, key=lambda gap: gap.account.id):
        alike[gap.status, gap.cause].append(gap)
    return tuple(sorted(map(_statement, alike.values()), key=_statement_order))


def _statement(gaps: Sequence[GapGroup]) -> Statement:
    return Statement(
        detail=gaps[0].detail,
        collectors=tuple(sorted({collector for gap in gaps for collector in gap.collectors})),
        actions=tuple(sorted({action for gap in gaps for action in gap.actions})),
        status=gaps[0].status,
        accounts=tuple(AffectedAccount(gap.account, gap.regions) for gap in gaps),
        scopes=sum(gap.scopes for gap in gaps),
    )


def _statement_order(statement: Statement) -> tuple[int, str, tuple[str, ...], str]:
    return (-len(statement.accounts), statement.detail, statement.collectors, statement.status)


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
