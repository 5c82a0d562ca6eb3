"""The failures in the order in which to read them: by check, worst first, then by account, most failures first."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.result import CheckInfo, Finding, RunResult
from auditor.domain.scope import Account
from auditor.reports.plain import visible

#: Stands for any user but root.
EXAMPLE_USER = "1000:1000"

#: What to set in a container for each reason.
_REPAIRS: dict[str, dict[str, Any]] = {
    "privileged": {"privileged": False},
    "root-user": {"user": EXAMPLE_USER},
    "user-unset": {"user": EXAMPLE_USER},
}
_NOTES = frozenset({"user-unset"})


@dataclass(frozen=True, slots=True)
class AccountFailures:
    """What one check found in one account."""

    account: Account
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What another rule set says of the same resources: `fails` of `total`."""

    name: str
    fails: int
    total: int


@dataclass(frozen=True, slots=True)
class CheckFailures:
    """What one check found. `total` counts every failure of the run, of which `shown` are in `accounts`."""

    check_id: str
    title: str
    severity: Severity
    remediation: str
    total: int
    shown: int
    accounts: tuple[AccountFailures, ...]
    opinions: tuple[Opinion, ...]
    reasons: frozenset[str]

    @property
    def example_user(self) -> bool:
        """Whether a repair of these sets a user."""
        return any("user" in _REPAIRS.get(reason, {}) for reason in self.reasons)


def by_check(result: RunResult) -> tuple[CheckFailures, ...]:
    """Group the failures that the run kept."""
    groups: dict[tuple[Severity, str], list[Finding]] = defaultdict(list)
    for finding in result.failures:
        groups[finding.severity, finding.check_id].append(finding)
    known = {check.id: check for check in result.checks}
    worst = sorted(groups, key=lambda key: (-key[0].rank, key[1]))
    return tuple(_check(known.get(key[1]), groups[key], _total(result, key[1])) for key in worst)


def repair(finding: Finding) -> str:
    """Return the lines to change as JSON, to paste into the task definition; empty where no fixed value repairs it."""
    serious = [each for each in finding.evidence if set(each.reasons) - _NOTES]
    containers = [_repaired(each) for each in serious or finding.evidence]
    changed = [each for each in containers if len(each) > 1]
    return json.dumps({"containerDefinitions": changed}, indent=2) if changed else ""


def worst(findings: Iterable[Finding]) -> list[Finding]:
    """Sort single findings: worst severity first, then those with most reasons, then by place."""
    return sorted(findings, key=lambda each: (-each.severity.rank, *_urgency(each)))


def _check(info: CheckInfo | None, findings: list[Finding], total: int) -> CheckFailures:
    first = findings[0]
    by_account: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_account[finding.account.id].append(finding)
    accounts = [AccountFailures(group[0].account, tuple(sorted(group, key=_urgency))) for group in by_account.values()]
    return CheckFailures(
        check_id=first.check_id,
        title=info.title if info else first.title,
        severity=first.severity,
        remediation=info.remediation if info and info.remediation else first.remediation,
        total=max(total, len(findings)),
        shown=len(findings),
        accounts=tuple(sorted(accounts, key=lambda each: (-len(each.findings), each.account.id))),
        opinions=_opinions(findings),
        reasons=frozenset(reason for finding in findings for each in finding.evidence for reason in each.reasons),
    )


def _total(result: RunResult, check_id: str) -> int:
    return sum(summary.statuses.get((check_id, Status.FAIL), 0) for summary in result.accounts)


def _opinions(findings: list[Finding]) -> tuple[Opinion, ...]:
    said: dict[str, list[Status]] = defaultdict(list)
    for finding in findings:
        for name, status in finding.standards.items():
            said[name].append(status)
    return tuple(Opinion(name, words.count(Status.FAIL), len(words)) for name, words in sorted(said.items()))


def _urgency(finding: Finding) -> tuple[int, str, str, str, str]:
    reasons = {reason for each in finding.evidence for reason in each.reasons} - _NOTES
    return (-len(reasons), finding.account.id, finding.region, finding.resource.arn, finding.check_id)


def _repaired(evidence: Evidence) -> dict[str, Any]:
    lines: dict[str, Any] = {"name": visible(evidence.container)}
    for reason in evidence.reasons:
        lines |= _REPAIRS.get(reason, {})
    return lines
