"""Totals of a run that several parts of the reports need, each computed once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property

from auditor.domain.check import Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.result import CheckInfo, RunResult
from auditor.reports.labels import WORST_FIRST
from auditor.reports.percentages import unexamined_share


class RunTotals:
    """A run result and its totals."""

    def __init__(self, result: RunResult) -> None:
        self.result = result
        self._unexamined: dict[frozenset[str], Fraction] = {}

    @cached_property
    def checks(self) -> Mapping[str, CheckInfo]:
        """The enabled checks by ID."""
        return {check.id: check for check in self.result.checks}

    @cached_property
    def findings_by_check(self) -> Mapping[str, Mapping[Status, int]]:
        """Numbers of findings by check ID and status, of every enabled check and every check with findings.

        Every status is named.
        """
        findings = (*self.result.failures, *self.result.unknowns)
        counts = {
            check_id: dict.fromkeys(Status, 0)
            for check_id in (*self.checks, *(finding.check_id for finding in findings))
        }
        for summary in self.result.accounts:
            for (check_id, status), count in summary.statuses.items():
                counts.setdefault(check_id, dict.fromkeys(Status, 0))[status] += count
        return counts

    @cached_property
    def accounts_by_status(self) -> Mapping[CoverageStatus, int]:
        """Numbers of accounts by coverage status. Every status is named."""
        counts = Counter(summary.coverage_status for summary in self.result.accounts)
        return {status: counts[status] for status in CoverageStatus}

    @cached_property
    def scopes_by_status(self) -> Mapping[CoverageStatus, int]:
        """Numbers of coverage records by status. Every status is named."""
        accounts = self.result.accounts
        return {status: sum(summary.coverage.get(status, 0) for summary in accounts) for status in CoverageStatus}

    @cached_property
    def coverage_status(self) -> CoverageStatus:
        """How much of the run's scope was examined, and so whether a count over all accounts is a minimum."""
        if self.result.complete:
            return CoverageStatus.EXAMINED
        scopes = self.scopes_by_status
        examined = scopes[CoverageStatus.EXAMINED] or scopes[CoverageStatus.PARTIAL]
        return CoverageStatus.PARTIAL if examined else CoverageStatus.NOT_EXAMINED

    @cached_property
    def severities(self) -> tuple[Severity, ...]:
        """Severities of the enabled checks and of the failures, worst first."""
        possible = {check.severity for check in self.result.checks}
        return tuple(severity for severity in WORST_FIRST if severity in possible or self.result.failing(severity))

    def check_of(self, finding: Finding) -> CheckInfo:
        """Return the check of a finding. A check that the run does not know is described from the finding."""
        known = self.checks.get(finding.check_id)
        return known or CheckInfo(
            id=finding.check_id,
            title=finding.title,
            severity=finding.severity,
            frameworks={},
            remediation=finding.remediation,
            problem=finding.problem,
        )

    def unexamined(self, collectors: Iterable[str]) -> Fraction:
        """Return the share of the scopes of these collectors that was not examined: see `unexamined_share`."""
        key = frozenset(collectors)
        if key not in self._unexamined:
            self._unexamined[key] = unexamined_share(self.result, key)
        return self._unexamined[key]
