"""The run as a whole, gathered account by account in bounded memory: the worst rows are kept, all are counted."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from auditor.domain.check import Status
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.result import AccountResult, AccountSummary, CheckInfo, RunResult

#: Rows that the run keeps for people to read; all of them are in the account's own objects.
MOST_FAILURES = 2_000
MOST_UNKNOWNS = 500


@dataclass(frozen=True, slots=True)
class AccountDigest:
    """What is kept of an account when its rows have been written."""

    summary: AccountSummary
    failures: tuple[Finding, ...]
    unknowns: tuple[Finding, ...]
    gaps: tuple[Coverage, ...]


def digest(result: AccountResult) -> AccountDigest:
    """Return what is kept of one account: its worst rows, its gaps, and counts of everything."""
    return AccountDigest(
        summary=result.summary(),
        failures=_worst((each for each in result.findings if each.status is Status.FAIL), MOST_FAILURES),
        unknowns=_worst((each for each in result.findings if each.status is Status.UNKNOWN), MOST_UNKNOWNS),
        gaps=tuple(row for row in result.coverage if row.status is not CoverageStatus.EXAMINED),
    )


@dataclass(slots=True)
class RunAggregator:
    """Adds digests up in any order; the result is the same for every order."""

    _accounts: list[AccountSummary] = field(default_factory=list)
    _failures: list[Finding] = field(default_factory=list)
    _unknowns: list[Finding] = field(default_factory=list)
    _gaps: list[Coverage] = field(default_factory=list)

    def add(self, part: AccountDigest) -> None:
        """Take in one account."""
        self._accounts.append(part.summary)
        _keep(self._failures, part.failures, MOST_FAILURES)
        _keep(self._unknowns, part.unknowns, MOST_UNKNOWNS)
        self._gaps.extend(part.gaps)

    def merge(self, other: RunAggregator) -> None:
        """Take in what another process has gathered."""
        self._accounts.extend(other._accounts)
        _keep(self._failures, other._failures, MOST_FAILURES)
        _keep(self._unknowns, other._unknowns, MOST_UNKNOWNS)
        self._gaps.extend(other._gaps)

    def result(self, about: RunMetadata) -> RunResult:
        """Return the run as it stands."""
        accounts = tuple(sorted(self._accounts, key=lambda each: each.account.id))
        return RunResult(
            run_id=about.run_id,
            started_at=about.started_at,
            finished_at=about.finished_at,
            version=about.version,
            checks=tuple(about.checks),
            accounts=accounts,
            failures=_worst(self._failures, MOST_FAILURES),
            failures_total=sum(each.count(Status.FAIL) for each in accounts),
            unknowns=_worst(self._unknowns, MOST_UNKNOWNS),
            unknowns_total=sum(each.count(Status.UNKNOWN) for each in accounts),
            gaps=tuple(sorted(self._gaps, key=lambda row: (row.account.id, row.region, row.collector))),
            interrupted=about.interrupted,
        )


@dataclass(frozen=True, slots=True)
class RunMetadata:
    """What the run is, beside what it found."""

    run_id: str
    started_at: datetime
    finished_at: datetime
    version: str
    checks: Sequence[CheckInfo]
    interrupted: bool = False


def _keep(kept: list[Finding], more: Sequence[Finding], most: int) -> None:
    kept.extend(more)
    if len(kept) > most + most // 4:  # not at every account: sorting the same rows over and over costs time
        kept[:] = _worst(kept, most)


def _worst(findings: Iterable[Finding], most: int) -> tuple[Finding, ...]:
    return tuple(heapq.nsmallest(most, findings, key=_rank))


def _rank(finding: Finding) -> tuple[int, bool, str, str, str, str]:
    return (
        -finding.severity.rank,
        finding.is_unused,
        finding.account.id,
        finding.region,
        finding.resource.arn,
        finding.check_id,
    )
