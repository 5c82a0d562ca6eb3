"""What comes out: findings, gaps and the coverage ledger, and their sum over accounts and over the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from auditor.domain.check import Severity, Status
from auditor.domain.coverage import CallStats, Coverage, CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.repair import Repair
from auditor.domain.scope import Account


@dataclass(frozen=True, slots=True)
class AccountResult:
    """Everything about one account that has ended.

    `not_applicable` counts facts by check; `planning` is what getting in and learning the regions cost.
    """

    account: Account
    findings: tuple[Finding, ...]
    coverage: tuple[Coverage, ...]
    not_applicable: Mapping[str, int] = field(default_factory=dict, hash=False)
    planning: CallStats = field(default_factory=CallStats, hash=False)

    def summary(self) -> AccountSummary:
        """Return what the run keeps of it."""
        judged = Counter((finding.check_id, finding.status) for finding in self.findings)
        for check_id, count in self.not_applicable.items():
            judged[check_id, Status.NOT_APPLICABLE] = count
        return AccountSummary(
            account=self.account,
            statuses=dict(judged),
            coverage=dict(Counter(row.status for row in self.coverage)),
            failing=dict(Counter(each.severity for each in self.findings if each.status is Status.FAIL)),
            calls=self.planning.calls + sum(row.calls for row in self.coverage),
            throttled=self.planning.throttled + sum(row.throttled for row in self.coverage),
            retried=self.planning.retried + sum(row.retried for row in self.coverage),
            collectors=dict(Counter((row.collector, row.status) for row in self.coverage)),
        )


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """What the run keeps of an account once its rows are written.

    `statuses` counts findings by (check id, status), NOT_APPLICABLE included; `coverage` counts ledger rows by status,
    and `collectors` by (collector, status).
    """

    account: Account
    statuses: Mapping[tuple[str, Status], int] = field(hash=False)
    coverage: Mapping[CoverageStatus, int] = field(hash=False)
    failing: Mapping[Severity, int] = field(hash=False)
    calls: int = 0
    throttled: int = 0
    retried: int = 0
    collectors: Mapping[tuple[str, CoverageStatus], int] = field(default_factory=dict, hash=False)

    @property
    def expected(self) -> int:
        """Ledger rows that were to be examined: all but the excluded ones."""
        return sum(count for status, count in self.coverage.items() if status is not CoverageStatus.EXCLUDED)

    @property
    def excluded(self) -> bool:
        """Whether nothing of this account was to be examined."""
        return self.expected == 0

    @property
    def share_examined(self) -> float:
        """The share of the expected ledger rows that were examined in full, 0 to 1."""
        return self.coverage.get(CoverageStatus.EXAMINED, 0) / self.expected if self.expected else 0.0

    @property
    def complete(self) -> bool:
        """Whether every expected ledger row was examined in full."""
        return self.coverage.get(CoverageStatus.EXAMINED, 0) == self.expected

    def count(self, status: Status) -> int:
        """Findings with `status`, over all checks."""
        return sum(count for (_, each), count in self.statuses.items() if each is status)


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """What the output says about an enabled check. `collectors` read what it judges."""

    id: str
    title: str
    severity: Severity
    frameworks: Mapping[str, tuple[str, ...]] = field(hash=False)
    remediation: str = ""
    reason_texts: Mapping[str, str] = field(default_factory=dict, hash=False)
    repairs: Mapping[str, Repair] = field(default_factory=dict, hash=False)
    collectors: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RunResult:
    """The whole run, small enough to hold: one summary an account, and the rows that people read.

    `failures` holds the worst FAIL findings (`failures_total` says of how many), `unknowns` likewise the UNKNOWN ones,
    `gaps` every ledger row that is not EXAMINED.
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
    gaps: tuple[Coverage, ...]
    interrupted: bool = False

    @property
    def expected_accounts(self) -> tuple[AccountSummary, ...]:
        """The accounts of which something was to be examined."""
        return tuple(account for account in self.accounts if not account.excluded)

    @property
    def complete(self) -> bool:
        """Whether everything expected was examined. A run that expected nothing is not complete: it saw nothing."""
        expected = self.expected_accounts
        return bool(expected) and all(account.complete for account in expected) and not self.interrupted

    @property
    def coverage_percent(self) -> float:
        """Mean over the expected accounts of the share of their scopes that was examined, 0 to 100, rounded down.

        Accounts weigh the same because nobody knows how many scopes a refused account has. 100 means complete.
        """
        expected = self.expected_accounts
        if not expected:
            return 0.0
        mean = sum(account.share_examined for account in expected) / len(expected)
        return 100.0 if self.complete else min(99.99, int(mean * 10_000) / 100)

    def count(self, status: Status) -> int:
        """Findings with `status`, over all accounts."""
        return sum(account.count(status) for account in self.accounts)

    def failing(self, severity: Severity) -> int:
        """FAIL findings of one severity, over all accounts."""
        return sum(account.failing.get(severity, 0) for account in self.accounts)
