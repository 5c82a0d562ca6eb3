"""The failures in the order in which to read them: by check, worst first, then by account, most failures first.

What runs nowhere comes after what runs, or may.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from auditor.domain.check import Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.result import CheckInfo, RunResult
from auditor.domain.scope import Account
from auditor.reports.page import accounts_table
from auditor.reports.percentages import unexamined

#: So many failures are unfolded from the start; the rest of the page is headings.
_UNFOLDED = 40


@dataclass(frozen=True, slots=True)
class AccountFailures:
    """What one check found in one account. `nowhere` of it is known to run nowhere."""

    account: Account
    findings: tuple[Finding, ...]

    @property
    def nowhere(self) -> int:
        """How many of these are known to run nowhere."""
        return sum(finding.is_unused for finding in self.findings)


@dataclass(frozen=True, slots=True)
class StandardVerdict:
    """What another rule set says of the same resources: `fails` of `total`."""

    name: str
    fails: int
    total: int


@dataclass(frozen=True, slots=True)
class CheckFailures:
    """What one check found. `total` counts every failure of the run, of which `shown` are in `accounts`.

    With `folded`, the whole is closed at first, with `owners_folded` each account of it.
    """

    check: CheckInfo
    severity: Severity
    remediation: str
    total: int
    shown: int
    accounts: tuple[AccountFailures, ...]
    opinions: tuple[StandardVerdict, ...]
    folded: bool
    owners_folded: bool

    @property
    def nowhere(self) -> int:
        """How many of those shown are known to run nowhere."""
        return sum(each.nowhere for each in self.accounts)


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """A line of the table of contents. `group` is the place of its failures among those of `by_check`, from 1."""

    check: CheckInfo
    severity: Severity
    failing: int
    unknown: int
    unexamined: Fraction
    group: int | None

    @property
    def telling(self) -> bool:
        """Whether it found something or could not look."""
        return bool(self.failing or self.unknown or self.unexamined)

    @property
    def pressing(self) -> bool:
        """Whether it found something, or nobody could look at all."""
        return bool(self.failing) or self.unexamined == 1

    @property
    def standing(self) -> CoverageStatus:
        """What a count of this check is worth."""
        if self.unexamined == 1:
            return CoverageStatus.NOT_EXAMINED
        return CoverageStatus.PARTIAL if self.unexamined else CoverageStatus.EXAMINED


def by_check(result: RunResult) -> tuple[CheckFailures, ...]:
    """Group the failures that the run kept."""
    groups: dict[tuple[Severity, str], list[Finding]] = defaultdict(list)
    for finding in result.failures:
        groups[finding.severity, finding.check_id].append(finding)
    known = {check.id: check for check in result.checks}
    counts = accounts_table.by_check(result)
    found, before = [], 0
    for severity, check_id in sorted(groups, key=lambda key: (-key[0].rank, key[1])):
        findings = groups[severity, check_id]
        check = known.get(check_id) or _made_up(findings[0])
        found.append(_check(check, findings, counts[check_id][Status.FAIL], before))
        before += len(findings)
    return tuple(found)


def contents(result: RunResult, groups: Iterable[CheckFailures]) -> tuple[ContentsEntry, ...]:
    """Return the checks that found something or could not look, in the order of the failures; then the others."""
    places = {group.check.id: (place, group) for place, group in enumerate(groups, start=1)}
    counts = accounts_table.by_check(result)
    made_up = [group.check for _, group in places.values() if group.check.id not in {each.id for each in result.checks}]
    entries, shares = [], dict[tuple[str, ...], Fraction]()
    for check in (*result.checks, *made_up):
        place, group = places.get(check.id, (None, None))
        failing, unknown = counts[check.id][Status.FAIL], counts[check.id][Status.UNKNOWN]
        severity = group.severity if group else check.severity
        if check.collectors not in shares:
            shares[check.collectors] = unexamined(result, check.collectors)
        entries.append(ContentsEntry(check, severity, failing, unknown, shares[check.collectors], place))
    return tuple(sorted(entries, key=_prominence))


def worst(findings: Iterable[Finding]) -> list[Finding]:
    """Sort single findings: worst severity first, what runs nowhere last, most reasons first, then by place."""
    return sorted(findings, key=lambda each: (-each.severity.rank, *_urgency(each)))


def info(result: RunResult, finding: Finding) -> CheckInfo:
    """Return what the run says of the check of a finding."""
    return next((check for check in result.checks if check.id == finding.check_id), None) or _made_up(finding)


def _made_up(finding: Finding) -> CheckInfo:
    """A finding says enough of a check that the run does not know."""
    return CheckInfo(finding.check_id, finding.title, finding.severity, {}, finding.remediation)


def _check(check: CheckInfo, findings: list[Finding], total: int, before: int) -> CheckFailures:
    by_account: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_account[finding.account.id].append(finding)
    accounts = [AccountFailures(group[0].account, tuple(sorted(group, key=_urgency))) for group in by_account.values()]
    return CheckFailures(
        check=check,
        severity=findings[0].severity,
        remediation=check.remediation or findings[0].remediation,
        total=max(total, len(findings)),
        shown=len(findings),
        accounts=tuple(sorted(accounts, key=_most_first)),
        opinions=_opinions(findings),
        folded=before > 0 and before + len(findings) > _UNFOLDED,
        owners_folded=len(findings) > _UNFOLDED,
    )


def _opinions(findings: list[Finding]) -> tuple[StandardVerdict, ...]:
    said: dict[str, list[Status]] = defaultdict(list)
    for finding in findings:
        for name, status in finding.standards.items():
            said[name].append(status)
    return tuple(StandardVerdict(name, words.count(Status.FAIL), len(words)) for name, words in sorted(said.items()))


def _urgency(finding: Finding) -> tuple[bool, int, str, str, str, str]:
    reasons = {reason for each in finding.evidence for reason in each.reasons}
    place = (finding.account.id, finding.region, finding.resource.arn, finding.check_id)
    return (finding.is_unused, -len(reasons), *place)


def _most_first(group: AccountFailures) -> tuple[int, int, str]:
    return (group.nowhere - len(group.findings), -len(group.findings), group.account.id)


def _prominence(entry: ContentsEntry) -> tuple[bool, bool, bool, int, int, str]:
    return (
        not entry.failing,
        not entry.pressing,
        not entry.telling,
        -entry.severity.rank,
        entry.group or 0,
        entry.check.id,
    )
