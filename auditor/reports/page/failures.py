"""Failures in reading order: by check, worst first, then by account, most failures first.

Failures of resources that are known to be unused come after the others.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from auditor.domain.check import Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.result import CheckInfo
from auditor.domain.scope import Account
from auditor.reports.totals import RunTotals

#: The number of failures that are unfolded when the page opens.
_UNFOLDED = 40


@dataclass(frozen=True, slots=True)
class AccountFailures:
    """The failures of one check in one account: `total` of them, of which `findings` are listed."""

    account: Account
    findings: tuple[Finding, ...]
    total: int

    @property
    def unused(self) -> int:
        """The number of listed failures whose resource is known to be unused."""
        return sum(finding.is_unused for finding in self.findings)


@dataclass(frozen=True, slots=True)
class StandardRatings:
    """How another rule set rates the listed resources: numbers by status, FAIL first."""

    name: str
    counts: tuple[tuple[Status, int], ...]


@dataclass(frozen=True, slots=True)
class CheckFailures:
    """The failures of one check: `total` of them, of which `listed` are in `accounts`.

    `other_accounts` is the number of further accounts with failures. With `folded`, the whole group is closed when the
    page opens, with `accounts_folded` each of its accounts.
    """

    check: CheckInfo
    severity: Severity
    remediation: str
    total: int
    listed: int
    accounts: tuple[AccountFailures, ...]
    other_accounts: int
    ratings: tuple[StandardRatings, ...]
    folded: bool
    accounts_folded: bool

    @property
    def heading(self) -> str:
        """What is wrong."""
        return _problem(self.check)

    @property
    def unused(self) -> int:
        """The number of listed failures whose resource is known to be unused."""
        return sum(account.unused for account in self.accounts)


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """A check in the table of contents. `group` is the number of its group of failures, from 1; None if it has none."""

    check: CheckInfo
    severity: Severity
    failing: int
    unknown: int
    unexamined: Fraction
    group: int | None

    @property
    def heading(self) -> str:
        """What is wrong if the check has failures; otherwise what it requires."""
        return _problem(self.check) if self.failing else self.check.title

    @property
    def is_complete_and_clean(self) -> bool:
        """Whether the check examined everything expected, and nothing failed or is UNKNOWN."""
        return not (self.failing or self.unknown or self.unexamined)

    @property
    def needs_attention(self) -> bool:
        """Whether the check has failures, or nothing that it reads could be examined."""
        return bool(self.failing) or self.unexamined == 1

    @property
    def coverage_status(self) -> CoverageStatus:
        """How much was examined, and so whether the numbers are minimums."""
        if self.unexamined == 1:
            return CoverageStatus.NOT_EXAMINED
        return CoverageStatus.PARTIAL if self.unexamined else CoverageStatus.EXAMINED


def failures_by_check(totals: RunTotals) -> tuple[CheckFailures, ...]:
    """Group the failures that the run result holds."""
    findings_by_check: dict[tuple[Severity, str], list[Finding]] = defaultdict(list)
    for finding in totals.result.failures:
        findings_by_check[finding.severity, finding.check_id].append(finding)
    groups, before = [], 0
    for key in sorted(findings_by_check, key=lambda key: (-key[0].rank, key[1])):
        findings = findings_by_check[key]
        groups.append(_group(totals, findings, before))
        before += len(findings)
    return tuple(groups)


def contents(totals: RunTotals, groups: Iterable[CheckFailures]) -> tuple[ContentsEntry, ...]:
    """Return every check: those with failures in the order of their groups, then those with gaps, then the others."""
    numbered = {group.check.id: (number, group) for number, group in enumerate(groups, start=1)}
    others = [group.check for _, group in numbered.values() if group.check.id not in totals.checks]
    entries = []
    for check in (*totals.result.checks, *others):
        number, group = numbered.get(check.id, (None, None))
        counts = totals.findings_by_check[check.id]
        entry = ContentsEntry(
            check=check,
            severity=group.severity if group else check.severity,
            failing=counts[Status.FAIL],
            unknown=counts[Status.UNKNOWN],
            unexamined=totals.unexamined(check.collectors),
            group=number,
        )
        entries.append(entry)
    return tuple(sorted(entries, key=_contents_order))


def _problem(check: CheckInfo) -> str:
    """Return what is wrong if a check fails. The title alone states the requirement, and would read as a success."""
    return check.problem or f"Not met: {check.title}"


def _group(totals: RunTotals, findings: list[Finding], before: int) -> CheckFailures:
    check, listed = totals.check_of(findings[0]), len(findings)
    counts = _failures_by_account(totals, check.id)
    by_account: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_account[finding.account.id].append(finding)
    accounts = [
        AccountFailures(
            group[0].account, tuple(sorted(group, key=_urgency)), max(counts.get(account_id, 0), len(group))
        )
        for account_id, group in by_account.items()
    ]
    return CheckFailures(
        check=check,
        severity=findings[0].severity,
        remediation=check.remediation or findings[0].remediation,
        total=max(totals.findings_by_check[check.id][Status.FAIL], listed),
        listed=listed,
        accounts=tuple(sorted(accounts, key=_account_order)),
        other_accounts=len(counts.keys() - by_account.keys()),
        ratings=_ratings(findings),
        folded=before > 0 and before + listed > _UNFOLDED,
        accounts_folded=listed > _UNFOLDED,
    )


def _failures_by_account(totals: RunTotals, check_id: str) -> Mapping[str, int]:
    """Return the numbers of failures by account ID, of accounts that have any."""
    counts = {
        summary.account.id: summary.statuses.get((check_id, Status.FAIL), 0) for summary in totals.result.accounts
    }
    return {account_id: count for account_id, count in counts.items() if count}


def _ratings(findings: Iterable[Finding]) -> tuple[StandardRatings, ...]:
    counts: dict[str, Counter[Status]] = defaultdict(Counter)
    for finding in findings:
        for name, status in finding.standards.items():
            counts[name][status] += 1
    order = (Status.FAIL, Status.PASS, Status.NOT_APPLICABLE, Status.UNKNOWN)
    return tuple(
        StandardRatings(name, tuple((status, counts[name][status]) for status in order if counts[name][status]))
        for name in sorted(counts)
    )


def _urgency(finding: Finding) -> tuple[bool, int, str, str, str, str]:
    reasons = {reason for evidence in finding.evidence for reason in evidence.reasons}
    location = (finding.account.id, finding.region, finding.resource.arn, finding.check_id)
    return (finding.is_unused, -len(reasons), *location)


def _account_order(failures: AccountFailures) -> tuple[int, int, str]:
    return (failures.unused - failures.total, -failures.total, failures.account.id)


def _contents_order(entry: ContentsEntry) -> tuple[bool, bool, bool, int, int, str]:
    return (
        not entry.failing,
        not entry.needs_attention,
        entry.is_complete_and_clean,
        -entry.severity.rank,
        entry.group or 0,
        entry.check.id,
    )
