"""One account while it is scanned: its open scopes, and the results of those that are complete.

Three kinds of thread may call a job at once: the one that plans the account, those that complete scopes, and the one
that abandons the account. Each method takes the lock, so it is atomic; a result that arrives too late changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from threading import Lock

from auditor.domain.check import Status
from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats, Coverage, CoverageStatus
from auditor.domain.events import AccountPlanned, Event, ScopeEnded
from auditor.domain.past_finding import FindingKey, KeysByRegion
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.domain.scope import EVERY_REGION, Scope, Target
from auditor.engine.expectation import Expectation, attribute_cost, expected_scopes
from auditor.engine.ports import Assignment
from auditor.engine.scan_scope import ResumeState, ScopeResult

#: A scope and its assignments. One thread runs them in order, because one may build on another.
Task = tuple[Scope, tuple[Assignment, ...]]


class Job:
    """The state of one account: not planned, then planned with open scopes, then complete; its result is popped once.

    `planning` counts the calls that assume the role and list the regions. `watched` is set before the account is
    planned. `announce` receives events in their order; it is called under the lock and must not block.
    """

    def __init__(
        self,
        target: Target,
        assignments: Sequence[Assignment],
        announce: Callable[[Event], None],
        resume_state: ResumeState | None = None,
    ) -> None:
        """Create an unplanned job.

        Scopes of `resume_state` keep their results and are never open, even if the account's role can no longer be
        assumed.
        """
        self.target = target
        self.planning = CallStats()
        self.watched: KeysByRegion = {}
        self._assignments = assignments
        self._announce = announce
        self._resume_state = resume_state or {}
        self._lock = Lock()
        self._planned = False
        self._popped = False
        self._open: dict[tuple[Scope, str], Assignment] = {}
        self._records: list[Coverage] = []
        self._results: list[ScopeResult] = []
        self._attributed = CallStats()

    def plan(self, regions: frozenset[str] | ReadError | None) -> tuple[Task, ...]:
        """Open the expected scopes and return them with their assignments. `regions` is as in `expected_scopes`."""
        with self._lock:
            return () if self._planned else self._plan(regions)

    def complete_scope(self, scope: Scope, assignment: Assignment, result: ScopeResult) -> None:
        """Keep the result of an open scope. Ignored if the scope was completed or abandoned before."""
        with self._lock:
            if self._open.pop((scope, assignment.collector), None) is not None:
                self._add_result(result)

    def abandon(self, reason: Reason) -> None:
        """Close all open scopes with coverage records that say that the run was stopped."""
        with self._lock:
            if not self._planned:
                detail = "The run ended before this account was examined."
                self._plan(None if self.target.excluded else ReadError("plan", reason, detail))
            detail = "The run ended before this was read."
            self._add_records(
                Coverage(scope.account, scope.region, collector, CoverageStatus.NOT_EXAMINED, reason, detail)
                for scope, collector in self._open
            )
            self._open.clear()

    def pop_result(self) -> AccountResult | None:
        """Return the result once, when the account is complete; None before and afterwards."""
        with self._lock:
            if self._popped or not self._planned or self._open:
                return None
            self._popped = True
            result = self._result()
            self._records, self._results, self.watched = [], [], {}
            return result

    def _plan(self, regions: frozenset[str] | ReadError | None) -> tuple[Task, ...]:
        expectation = expected_scopes(self.target, [assignment.collector for assignment in self._assignments], regions)
        resumed = self._resumed(expectation, regions)
        records = (row for row in expectation.records if (row.region, row.collector) not in resumed)
        expectation = replace(expectation, records=tuple(records))
        if isinstance(regions, ReadError):
            expectation, self._attributed = attribute_cost(expectation, replace(self.planning))
        self._planned = True
        self._open = {
            (scope, assignment.collector): assignment
            for scope in expectation.scopes
            for assignment in self._assignments
            if (scope.region, assignment.collector) not in resumed
        }
        scopes = len(self._open) + len(resumed) + len(expectation.records)
        self._announce(AccountPlanned(self.target.account, scopes))
        self._add_records(expectation.records)
        for result in resumed.values():
            self._add_result(result)
        tasks: dict[Scope, list[Assignment]] = {}
        for (scope, _), assignment in self._open.items():
            tasks.setdefault(scope, []).append(assignment)
        return tuple((scope, tuple(assignments)) for scope, assignments in tasks.items())

    def _resumed(self, expectation: Expectation, regions: frozenset[str] | ReadError | None) -> ResumeState:
        expected = {
            (scope.region, assignment.collector) for scope in expectation.scopes for assignment in self._assignments
        }
        if isinstance(regions, ReadError):
            expected |= {key for key in self._resume_state if key[0] != EVERY_REGION}
        return {key: self._resume_state[key] for key in sorted(expected) if key in self._resume_state}

    def _add_result(self, result: ScopeResult) -> None:
        self._results.append(result)
        fails = sum(1 for finding in result.findings if finding.status is Status.FAIL)
        self._announce(ScopeEnded(result.coverage, fails))

    def _add_records(self, records: Iterable[Coverage]) -> None:
        for record in records:
            self._records.append(record)
            self._announce(ScopeEnded(record, 0))

    def _result(self) -> AccountResult:
        not_applicable: Counter[str] = Counter()
        for result in self._results:
            not_applicable.update(result.not_applicable)
        findings = [finding for result in self._results for finding in result.findings]
        records = [*self._records, *(result.coverage for result in self._results)]
        return AccountResult(
            account=self.target.account,
            findings=tuple(
                sorted(findings, key=lambda finding: (finding.region, finding.check_id, finding.resource.arn))
            ),
            coverage=tuple(sorted(records, key=lambda record: (record.region, record.collector))),
            not_applicable=dict(not_applicable),
            planning=_difference(self.planning, self._attributed),
            watched_not_applicable=frozenset[FindingKey]().union(
                *(result.watched_not_applicable for result in self._results)
            ),
        )


def _difference(total: CallStats, part: CallStats) -> CallStats:
    return CallStats(total.calls - part.calls, total.throttled - part.throttled, total.retried - part.retried)
