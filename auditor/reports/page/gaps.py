"""What was not examined, sorted by cause, so that two hundred refused accounts are one thing to read.

Ledger rows that say the same (account ids, region names and request ids aside) are put together under one sentence;
within it, an account's regions share a line.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.domain.aws_resource import Resource
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.reason import Reason
from auditor.domain.result import CheckInfo, RunResult
from auditor.domain.scope import Account
from auditor.reports.labels import describe_reason, reason_advice, reason_headline
from auditor.reports.sanitize import sanitize

#: Differs from row to row without changing what is said: account ids, request ids.
_PARTICULAR = re.compile(r"\b\d{12}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)

_VALUES = frozenset(Reason)
_NONE = "none"


@dataclass(frozen=True, slots=True)
class AffectedAccount:
    """The regions of one account."""

    account: Account
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one collector was told, word for word as of the first place, and every place where it was told the like."""

    detail: str
    collector: str
    status: CoverageStatus
    places: tuple[AffectedAccount, ...]

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
    """Everything without a verdict for one reason. `scopes` counts ledger rows.

    `name` is the reason as the rows have it: one of `Reason`, a word of the check that could not decide, or `none`
    where none was recorded. `title` and `advice` say what it means and what to do.
    """

    name: str
    title: str
    advice: str
    accounts: tuple[Account, ...]
    scopes: int
    statements: tuple[Statement, ...]
    unread: tuple[Unread, ...]

    @property
    def checks(self) -> tuple[str, ...]:
        """The checks that have no verdict on what is unread."""
        return tuple(sorted({check_id for each in self.unread for check_id in each.checks}))


def causes(result: RunResult) -> tuple[Cause, ...]:
    """Return what should have been examined and was not, the cause that hit most accounts first."""
    rows = (row for row in result.gaps if row.status is not CoverageStatus.EXCLUDED)
    return _by_cause(rows, result.unknowns, {check.id: check for check in result.checks})


def exclusions(result: RunResult) -> tuple[Cause, ...]:
    """Return what was left out on purpose."""
    return _by_cause((row for row in result.gaps if row.status is CoverageStatus.EXCLUDED), (), {})


def _by_cause(
    rows: Iterable[Coverage], unknowns: Iterable[Finding], checks: Mapping[str, CheckInfo]
) -> tuple[Cause, ...]:
    scopes: dict[str, list[Coverage]] = defaultdict(list)
    findings: dict[str, list[Finding]] = defaultdict(list)
    for row in rows:
        scopes[row.reason.value if row.reason else _NONE].append(row)
    for finding in unknowns:
        findings[_word(finding, checks)].append(finding)
    found = [_cause(name, scopes[name], findings[name], checks) for name in {*scopes, *findings}]
    return tuple(sorted(found, key=lambda cause: (-len(cause.accounts), -cause.scopes, cause.name)))


def _word(finding: Finding, checks: Mapping[str, CheckInfo]) -> str:
    """Return the reason of an UNKNOWN finding: one of ours, or else one that its check has words for."""
    known = checks[finding.check_id].reason_texts if finding.check_id in checks else {}
    ours = (word for word in finding.reasons if word in _VALUES)
    return next(ours, next((word for word in finding.reasons if word in known), _NONE))


def _cause(name: str, rows: list[Coverage], findings: list[Finding], checks: Mapping[str, CheckInfo]) -> Cause:
    accounts = {each.account.id: each.account for each in findings} | {row.account.id: row.account for row in rows}
    alike: dict[tuple[str, str, CoverageStatus], list[Coverage]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.account.id, row.region, row.collector)):
        alike[_likeness(row), row.collector, row.status].append(row)
    statements = [Statement(group[0].detail, *key[1:], _places(group)) for key, group in alike.items()]
    title, remedy = _meaning(name, findings, checks)
    return Cause(
        name=name,
        title=title,
        advice=remedy,
        accounts=tuple(accounts[key] for key in sorted(accounts)),
        scopes=len(rows),
        statements=tuple(sorted(statements, key=_prominence)),
        unread=_unread(findings, name),
    )


def _meaning(name: str, findings: Iterable[Finding], checks: Mapping[str, CheckInfo]) -> tuple[str, str]:
    """Return what a cause means and what to do about it: as we say it of ours, and as the check does of its own."""
    if name == _NONE or name in _VALUES:
        reason = Reason(name) if name in _VALUES else None
        return reason_headline(reason), reason_advice(reason)
    asking = [checks[check_id] for check_id in sorted({finding.check_id for finding in findings})]
    by_hand = [check.repairs[name].manual for check in asking if name in check.repairs]
    manual = f"`auditor checks {asking[0].id}` says what it needs to know."
    return f"A resource {describe_reason(name, asking[0].reason_texts)}", next(filter(None, by_hand), manual)


def _prominence(said: Statement) -> tuple[int, str, str, str]:
    return (-len(said.places), said.detail, said.collector, said.status)


def _likeness(row: Coverage) -> str:
    head = row.detail[:2000]
    return _PARTICULAR.sub("#", head.replace(row.region, "#") if len(row.region) > 1 else head)


def _places(rows: Iterable[Coverage]) -> tuple[AffectedAccount, ...]:
    by_account: dict[str, list[Coverage]] = defaultdict(list)
    for row in rows:
        by_account[row.account.id].append(row)
    return tuple(AffectedAccount(group[0].account, tuple(row.region for row in group)) for group in by_account.values())


def _unread(findings: Iterable[Finding], cause: str) -> tuple[Unread, ...]:
    alike: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        alike[finding.account.id, finding.region, finding.resource.arn].append(finding)
    said = {cause, *_VALUES}
    return tuple(
        Unread(
            account=group[0].account,
            region=group[0].region,
            resource=group[0].resource,
            checks=tuple(sorted({each.check_id for each in group})),
            notes=tuple(sorted({sanitize(word, 600) for each in group for word in each.reasons if word not in said})),
        )
        for _, group in sorted(alike.items())
    )
