"""Sum up the accounts of a run in bounded memory: keep the worst findings, count all of them."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from auditor.contracts.run import ObjectRecord
from auditor.domain.check import Status
from auditor.domain.comparison import Baseline, Comparison, UnreadHistory
from auditor.domain.finding import Finding
from auditor.domain.gap_groups import GapGroup, group_gaps
from auditor.domain.integrity import IntegrityProblem
from auditor.domain.lifecycle import Change, LifecycleState
from auditor.domain.owner_totals import OwnerTotals
from auditor.domain.result import AccountResult, AccountSource, AccountSummary, CheckInfo, RunResult
from auditor.exceptions import Tally
from auditor.run.absent import AbsentAccount

#: Findings that the report shows. Every finding is in its account's own objects.
MOST_FAILURES = 2_000
MOST_UNKNOWNS = 500


@dataclass(frozen=True, slots=True)
class AccountDigest:
    """What a run keeps of an account after its rows are written, and the objects that hold the rows."""

    summary: AccountSummary
    failures: tuple[Finding, ...]
    unknowns: tuple[Finding, ...]
    gaps: tuple[GapGroup, ...]
    objects: tuple[ObjectRecord, ...] = ()
    owners: OwnerTotals = field(default_factory=OwnerTotals, hash=False)
    exceptions: Tally = field(default_factory=Tally, hash=False)
    unread: UnreadHistory | None = None
    problems: tuple[IntegrityProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class RunMetadata:
    """The part of a run's result that does not come from its accounts."""

    run_id: str
    started_at: datetime
    finished_at: datetime
    version: str
    checks: Sequence[CheckInfo]
    interrupted: bool = False
    narrowed_by: tuple[str, ...] = ()
    account_source: AccountSource = AccountSource.ORGANIZATION
    baseline: Baseline = field(default_factory=Baseline)
    state_notes: tuple[str, ...] = ()


def digest(
    result: AccountResult,
    objects: tuple[ObjectRecord, ...] = (),
    changes: Collection[Change] = (),
    exceptions: Tally | None = None,
) -> AccountDigest:
    """Return the worst findings of an account, its gaps by cause, and the counts of everything."""
    failures = (finding for finding in result.findings if finding.status is Status.FAIL)
    unknowns = (finding for finding in result.findings if finding.status is Status.UNKNOWN)
    return AccountDigest(
        summary=replace(
            result.summary(),
            changes=dict(Counter(change.state for change in changes)),
            new=dict(Counter(change.severity for change in changes if change.state is LifecycleState.NEW)),
        ),
        failures=_worst(failures, MOST_FAILURES),
        unknowns=_worst(unknowns, MOST_UNKNOWNS),
        gaps=group_gaps(result.coverage),
        objects=objects,
        owners=OwnerTotals.of(result.findings),
        exceptions=exceptions or Tally(),
    )


@dataclass(slots=True)
class RunAggregator:
    """Adds up account digests. The result does not depend on their order."""

    objects: list[ObjectRecord] = field(default_factory=list)
    exceptions: Tally = field(default_factory=Tally)
    problems: list[IntegrityProblem] = field(default_factory=list)
    compared: int = 0
    unread: list[UnreadHistory] = field(default_factory=list)
    absent_accounts: int = 0
    absent_changes: Counter[LifecycleState] = field(default_factory=Counter)
    _accounts: list[AccountSummary] = field(default_factory=list)
    _failures: list[Finding] = field(default_factory=list)
    _unknowns: list[Finding] = field(default_factory=list)
    _gaps: list[GapGroup] = field(default_factory=list)
    _causes: dict[str, str] = field(default_factory=dict)
    _owners: OwnerTotals = field(default_factory=OwnerTotals)
    _names: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    @property
    def account_ids(self) -> set[str]:
        """The accounts that were added so far."""
        return {summary.account.id for summary in self._accounts}

    def add(self, account: AccountDigest) -> None:
        """Add one account."""
        self._accounts.append(account.summary)
        self._owners.add(account.owners)
        self.exceptions.add(account.exceptions)
        self.unread.extend(filter(None, [account.unread]))
        self.problems.extend(account.problems)
        self._add(account.objects, account.failures, account.unknowns, account.gaps)

    def add_cache_check(self, compared: int, problems: Iterable[IntegrityProblem]) -> None:
        """Add the number of cached facts that were compared with AWS, and the problems that this showed."""
        self.compared += compared
        self.problems.extend(problems)

    def add_absent(self, account: AbsentAccount) -> None:
        """Add an account that is not in the run."""
        self.objects.extend(account.objects)
        self.unread.extend(filter(None, [account.unread]))
        self.absent_accounts += 1
        self.absent_changes.update(change.state for change in account.changes)

    def merge(self, other: RunAggregator) -> None:
        """Add the accounts of another process."""
        self._accounts.extend(other._accounts)
        self._owners.add(other._owners)
        self.exceptions.add(other.exceptions)
        self.unread.extend(other.unread)
        self.add_cache_check(other.compared, other.problems)
        self._add(other.objects, other._failures, other._unknowns, other._gaps)

    def _add(
        self,
        objects: Iterable[ObjectRecord],
        failures: Iterable[Finding],
        unknowns: Iterable[Finding],
        gaps: Iterable[GapGroup],
    ) -> None:
        self.objects.extend(objects)
        _extend(self._failures, failures, MOST_FAILURES)
        _extend(self._unknowns, unknowns, MOST_UNKNOWNS)
        self._gaps.extend(map(self._share, gaps))

    def _share(self, gap: GapGroup) -> GapGroup:
        """Return the group with the cause and the names that earlier groups hold: most accounts have the same ones."""
        names = self._names
        return replace(
            gap,
            cause=self._causes.setdefault(gap.cause, gap.cause),
            regions=names.setdefault(gap.regions, gap.regions),
            collectors=names.setdefault(gap.collectors, gap.collectors),
            actions=names.setdefault(gap.actions, gap.actions),
        )

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The worst FAIL findings, sorted."""
        return _worst(self._failures, MOST_FAILURES)

    @property
    def unknowns(self) -> tuple[Finding, ...]:
        """The worst UNKNOWN findings, sorted."""
        return _worst(self._unknowns, MOST_UNKNOWNS)

    @property
    def gaps(self) -> tuple[GapGroup, ...]:
        """The gaps by account and cause, sorted by account."""
        return tuple(sorted(self._gaps, key=lambda gap: gap.account.id))

    def result(self, metadata: RunMetadata) -> RunResult:
        """Return the result of the accounts that were added so far."""
        self._owners.shrink()
        accounts = tuple(sorted(self._accounts, key=lambda summary: summary.account.id))
        return RunResult(
            run_id=metadata.run_id,
            started_at=metadata.started_at,
            finished_at=metadata.finished_at,
            version=metadata.version,
            checks=tuple(metadata.checks),
            accounts=accounts,
            failures=self.failures,
            failures_total=sum(summary.count(Status.FAIL) for summary in accounts),
            unknowns=self.unknowns,
            unknowns_total=sum(summary.count(Status.UNKNOWN) for summary in accounts),
            gaps=self.gaps,
            interrupted=metadata.interrupted,
            narrowed_by=metadata.narrowed_by,
            account_source=metadata.account_source,
            owners=self._owners,
            integrity=tuple(sorted(self.problems)),
            compared=self.compared,
            comparison=Comparison(metadata.baseline.run_id, metadata.baseline.problem, tuple(sorted(self.unread))),
            absent_accounts=self.absent_accounts,
            absent_changes=dict(self.absent_changes),
            state_notes=metadata.state_notes,
        )


def _extend(findings: list[Finding], more: Iterable[Finding], most: int) -> None:
    findings.extend(more)
    # Sorting after every account would cost time; a quarter more than needed costs little memory.
    if len(findings) > most + most // 4:
        findings[:] = _worst(findings, most)


def _worst(findings: Iterable[Finding], most: int) -> tuple[Finding, ...]:
    return tuple(heapq.nsmallest(most, findings, key=_rank))


def _rank(finding: Finding) -> tuple[bool, int, bool, str, str, str, str]:
    return (
        finding.exception is not None,
        -finding.severity.rank,
        finding.is_unused,
        finding.account.id,
        finding.region,
        finding.resource.arn,
        finding.check_id,
    )
