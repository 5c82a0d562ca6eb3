"""Results: of one account, and summed over the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from auditor.domain.check import Check, Severity, Status
from auditor.domain.comparison import Comparison
from auditor.domain.coverage import CallStats, Coverage, CoverageStatus
from auditor.domain.exception_review import ExceptionReview
from auditor.domain.finding import Finding
from auditor.domain.gap_groups import GapGroup
from auditor.domain.integrity import IntegrityProblem
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.owner_totals import OwnerTotals
from auditor.domain.past_finding import FindingKey
from auditor.domain.repair import Repair
from auditor.domain.scope import Account
from auditor.domain.unlisted_accounts import UnlistedAccounts


@dataclass(frozen=True, slots=True)
class AccountResult:
    """Findings and coverage of one account.

    `not_applicable` counts facts by check ID. `planning` are the calls for assuming the role and listing the regions.
    `watched_not_applicable` are the findings that failed in an earlier run and are NOT_APPLICABLE now.
    """

    account: Account
    findings: tuple[Finding, ...]
    coverage: tuple[Coverage, ...]
    not_applicable: Mapping[str, int] = field(default_factory=dict, hash=False)
    planning: CallStats = field(default_factory=CallStats, hash=False)
    watched_not_applicable: frozenset[FindingKey] = frozenset()

    def summary(self) -> AccountSummary:
        """Return the counts that the run keeps."""
        statuses = Counter((finding.check_id, finding.status) for finding in self.findings)
        for check_id, count in self.not_applicable.items():
            statuses[check_id, Status.NOT_APPLICABLE] = count
        return AccountSummary(
            account=self.account,
            statuses=dict(statuses),
            coverage=dict(Counter(record.status for record in self.coverage)),
            failing=dict(Counter(finding.severity for finding in self.findings if finding.status is Status.FAIL)),
            excepted=dict(Counter(finding.severity for finding in self.findings if finding.exception is not None)),
            overdue=sum(finding.overdue for finding in self.findings),
            calls=self.planning.calls + sum(record.calls for record in self.coverage),
            throttled=self.planning.throttled + sum(record.throttled for record in self.coverage),
            retried=self.planning.retried + sum(record.retried for record in self.coverage),
            collectors=dict(Counter((record.collector, record.status) for record in self.coverage)),
        )


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """The counts that the run keeps of an account once its rows are written.

    `statuses` counts findings by (check ID, status), NOT_APPLICABLE included. `coverage` counts coverage records by
    status, `collectors` by (collector, status), `changes` findings by the state that the run recorded for them, and
    `new` the new ones by severity. `excepted` counts the failures that an exception covers by severity, and `overdue`
    the others that are overdue.
    """

    account: Account
    statuses: Mapping[tuple[str, Status], int] = field(hash=False)
    coverage: Mapping[CoverageStatus, int] = field(hash=False)
    failing: Mapping[Severity, int] = field(hash=False)
    calls: int = 0
    throttled: int = 0
    retried: int = 0
    collectors: Mapping[tuple[str, CoverageStatus], int] = field(default_factory=dict, hash=False)
    changes: Mapping[LifecycleState, int] = field(default_factory=dict, hash=False)
    excepted: Mapping[Severity, int] = field(default_factory=dict, hash=False)
    overdue: int = 0
    new: Mapping[Severity, int] = field(default_factory=dict, hash=False)

    @property
    def expected(self) -> int:
        """The number of expected coverage records: all but the excluded ones."""
        return sum(count for status, count in self.coverage.items() if status is not CoverageStatus.EXCLUDED)

    @property
    def excluded(self) -> bool:
        """Whether the whole account is excluded."""
        return self.expected == 0

    @property
    def share_examined(self) -> float:
        """The share of the expected coverage records that are EXAMINED, from 0 to 1."""
        return self.coverage.get(CoverageStatus.EXAMINED, 0) / self.expected if self.expected else 0.0

    @property
    def complete(self) -> bool:
        """Whether every expected coverage record is EXAMINED."""
        return self.coverage.get(CoverageStatus.EXAMINED, 0) == self.expected

    @property
    def coverage_status(self) -> CoverageStatus:
        """How much of the account was examined."""
        if self.excluded:
            return CoverageStatus.EXCLUDED
        if self.complete:
            return CoverageStatus.EXAMINED
        examined = self.coverage.get(CoverageStatus.EXAMINED, 0) + self.coverage.get(CoverageStatus.PARTIAL, 0)
        return CoverageStatus.PARTIAL if examined else CoverageStatus.NOT_EXAMINED

    def count(self, status: Status) -> int:
        """Return the number of findings with `status`."""
        return sum(count for (_, counted), count in self.statuses.items() if counted is status)


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """What the outputs say about an enabled check. `collectors` read the facts that it judges."""

    id: str
    title: str
    severity: Severity
    frameworks: Mapping[str, tuple[str, ...]] = field(hash=False)
    remediation: str = ""
    reason_texts: Mapping[str, str] = field(default_factory=dict, hash=False)
    repairs: Mapping[str, Repair] = field(default_factory=dict, hash=False)
    collectors: tuple[str, ...] = ()
    problem: str = ""

    @classmethod
    def of(cls, check: Check[Any], collectors: tuple[str, ...] = ()) -> CheckInfo:
        """Return what the outputs say about a check."""
        copied = (field.name for field in fields(cls) if field.name != "collectors")
        return cls(**{name: getattr(check, name) for name in copied}, collectors=collectors)


class AccountSource(StrEnum):
    """Where the list of accounts of a run comes from."""

    ORGANIZATION = "organization"
    INVENTORY = "inventory"
    CREDENTIALS = "credentials"


@dataclass(frozen=True, slots=True)
class RunResult:
    """The result of a run: a summary of each account, and the findings that the reports show.

    `failures` holds the worst FAIL findings out of `failures_total`, `unknowns` the same for UNKNOWN, and `gaps` groups
    the coverage records that are not EXAMINED by account and cause. `narrowed_by` are the flags that left out accounts,
    regions or checks. `integrity` lists what other writers changed in the stored state, and `compared` counts the
    cached facts that were read anew to find that. `state_notes` say why stored state was not used. `exceptions` is None
    if there is no exceptions file. `comparison` is the run that it was compared with. `absent_accounts` counts the
    accounts of that run which are not in this one, and `absent_changes` their findings by state.
    `unlisted` are accounts that an inventory without discovery leaves out, None if the accounts come from elsewhere.
    """

    run_id: str
    started_at: datetime
    finished_at: datetime
    version: str
    checks: tuple[CheckInfo, ...]
    accounts: tuple[AccountSummary, ...]
    failures: tuple[Finding, ...]
    failures_total: int
    unknowns: tuple[Finding, ...]
    unknowns_total: int
    gaps: tuple[GapGroup, ...]
    interrupted: bool = False
    narrowed_by: tuple[str, ...] = ()
    account_source: AccountSource = AccountSource.ORGANIZATION
    exceptions: ExceptionReview | None = None
    owners: OwnerTotals = field(default_factory=OwnerTotals, hash=False)
    integrity: tuple[IntegrityProblem, ...] = ()
    compared: int = 0
    comparison: Comparison = field(default_factory=Comparison)
    absent_accounts: int = 0
    absent_changes: Mapping[LifecycleState, int] = field(default_factory=dict, hash=False)
    state_notes: tuple[str, ...] = ()
    unlisted: UnlistedAccounts | None = None

    @property
    def expected_accounts(self) -> tuple[AccountSummary, ...]:
        """The accounts that are not excluded as a whole."""
        return tuple(account for account in self.accounts if not account.excluded)

    @property
    def complete(self) -> bool:
        """Whether everything expected was examined. A run without any expected account is not complete."""
        expected = self.expected_accounts
        return bool(expected) and all(account.complete for account in expected) and not self.interrupted

    @property
    def coverage_percent(self) -> float:
        """The mean of the accounts' share of examined scopes, from 0 to 100, rounded down. 100 means complete.

        All accounts weigh the same, because the number of scopes of a refused account is unknown.
        """
        expected = self.expected_accounts
        if not expected:
            return 0.0
        mean = sum(account.share_examined for account in expected) / len(expected)
        return 100.0 if self.complete else min(99.99, int(mean * 10_000) / 100)

    def count(self, status: Status) -> int:
        """Return the number of findings with `status`."""
        return sum(account.count(status) for account in self.accounts)

    def changed(self, state: LifecycleState) -> int:
        """Return the number of changes with one state, those of absent accounts included."""
        return sum(account.changes.get(state, 0) for account in self.accounts) + self.absent_changes.get(state, 0)

    def new(self, severity: Severity) -> int:
        """Return the number of new findings of one severity."""
        return sum(account.new.get(severity, 0) for account in self.accounts)

    def unknown(self, severity: Severity) -> int:
        """Return the number of UNKNOWN findings of checks with one severity."""
        checks = [check.id for check in self.checks if check.severity is severity]
        return sum(
            account.statuses.get((check_id, Status.UNKNOWN), 0) for account in self.accounts for check_id in checks
        )

    def failing(self, severity: Severity) -> int:
        """Return the number of FAIL findings of one severity, those with an exception included."""
        return sum(account.failing.get(severity, 0) for account in self.accounts)

    def excepted(self, severity: Severity) -> int:
        """Return the number of FAIL findings of one severity that an exception covers."""
        return sum(account.excepted.get(severity, 0) for account in self.accounts)

    @property
    def excepted_total(self) -> int:
        """The number of FAIL findings that an exception covers."""
        return sum(map(self.excepted, Severity))

    @property
    def overdue(self) -> int:
        """The number of FAIL findings without an exception whose due date has passed."""
        return sum(account.overdue for account in self.accounts)
