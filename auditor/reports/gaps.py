"""What was not examined, sorted by cause, so that two hundred refused accounts are one thing to read.

Ledger rows that say the same (account ids, region names and request ids aside) are put together under one sentence;
within it, an account's regions share a line.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from auditor.domain.facts import Resource
from auditor.domain.reason import Reason
from auditor.domain.result import Coverage, CoverageStatus, Finding, RunResult
from auditor.domain.scope import Account
from auditor.reports.plain import visible

#: Differs from row to row without changing what is said: account ids, request ids.
_PARTICULAR = re.compile(r"\b\d{12}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)

_VALUES = frozenset(Reason)


@dataclass(frozen=True, slots=True)
class Place:
    """The regions of one account."""

    account: Account
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one collector was told, word for word as of the first place, and every place where it was told the like."""

    detail: str
    collector: str
    status: CoverageStatus
    places: tuple[Place, ...]

    @property
    def scopes(self) -> int:
        """How many ledger rows it stands for."""
        return sum(len(place.regions) for place in self.places)


@dataclass(frozen=True, slots=True)
class Unread:
    """One known resource without a verdict. `notes` holds what else the findings say about why."""

    account: Account
    region: str
    resource: Resource
    checks: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """Everything that was not examined for one reason; None where none was recorded. `scopes` counts ledger rows."""

    reason: Reason | None
    accounts: tuple[Account, ...]
    scopes: int
    statements: tuple[Statement, ...]
    unread: tuple[Unread, ...]

    @property
    def name(self) -> str:
        """The reason as the rows have it."""
        return self.reason.value if self.reason else "none"


def causes(result: RunResult) -> tuple[Cause, ...]:
    """Return what should have been examined and was not, the cause that hit most accounts first."""
    return _by_cause((row for row in result.gaps if row.status is not CoverageStatus.EXCLUDED), result.unknowns)


def exclusions(result: RunResult) -> tuple[Cause, ...]:
    """Return what was left out on purpose."""
    return _by_cause((row for row in result.gaps if row.status is CoverageStatus.EXCLUDED), ())


def cause_of(finding: Finding) -> Reason | None:
    """Return the reason of an UNKNOWN finding."""
    return next((Reason(word) for word in finding.reasons if word in _VALUES), None)


def _by_cause(rows: Iterable[Coverage], unknowns: Iterable[Finding]) -> tuple[Cause, ...]:
    scopes: dict[Reason | None, list[Coverage]] = defaultdict(list)
    findings: dict[Reason | None, list[Finding]] = defaultdict(list)
    for row in rows:
        scopes[row.reason].append(row)
    for finding in unknowns:
        findings[cause_of(finding)].append(finding)
    found = [_cause(reason, scopes[reason], findings[reason]) for reason in {*scopes, *findings}]
    return tuple(sorted(found, key=lambda cause: (-len(cause.accounts), -cause.scopes, cause.name)))


def _cause(reason: Reason | None, rows: list[Coverage], findings: list[Finding]) -> Cause:
    accounts = {each.account.id: each.account for each in findings} | {row.account.id: row.account for row in rows}
    alike: dict[tuple[str, str, CoverageStatus], list[Coverage]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.account.id, row.region, row.collector)):
        alike[_likeness(row), row.collector, row.status].append(row)
    statements = [Statement(group[0].detail, *key[1:], _places(group)) for key, group in alike.items()]
    return Cause(
        reason=reason,
        accounts=tuple(accounts[key] for key in sorted(accounts)),
        scopes=len(rows),
        statements=tuple(
            sorted(statements, key=lambda said: (-len(said.places), said.detail, said.collector, said.status))
        ),
        unread=_unread(findings),
    )


def _prominence(said: Statement) -> tuple[int, str, str, str]:
    return (-len(said.places), said.detail, said.collector, said.status)


def _likeness(row: Coverage) -> str:
    head = row.detail[:2000]
    return _PARTICULAR.sub("#", head.replace(row.region, "#") if len(row.region) > 1 else head)


def _places(rows: Iterable[Coverage]) -> tuple[Place, ...]:
    by_account: dict[str, list[Coverage]] = defaultdict(list)
    for row in rows:
        by_account[row.account.id].append(row)
    return tuple(Place(group[0].account, tuple(row.region for row in group)) for group in by_account.values())


def _unread(findings: Iterable[Finding]) -> tuple[Unread, ...]:
    alike: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        alike[finding.account.id, finding.region, finding.resource.arn].append(finding)
    return tuple(
        Unread(
            account=group[0].account,
            region=group[0].region,
            resource=group[0].resource,
            checks=tuple(sorted({each.check_id for each in group})),
            notes=tuple(sorted({visible(word, 600) for each in group for word in each.reasons if word not in _VALUES})),
        )
        for _, group in sorted(alike.items())
    )
