"""One account under way: which of its scopes are still open, and what the others have brought.

Three may come at once: the thread that has planned the account, a thread that brings a scope back, and the run that
writes the account off. Each step is whole, under one lock; what comes too late changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from threading import Lock

from auditor.domain.check import Status
from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats, Coverage, CoverageStatus
from auditor.domain.events import AccountPlanned, Event, ScopeEnded
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.domain.scope import EVERY_REGION, Scope, Target
from auditor.engine.expectation import Expectation, attribute_cost, expected_scopes
from auditor.engine.ports import Assignment
from auditor.engine.scan_scope import ResumeState, ScopeResult

#: A scope, and what is to be done in it: on one thread, one after the other, because one builds on another.
Task = tuple[Scope, tuple[Assignment, ...]]


class Job:
    """Goes from unplanned, over planned with scopes open, to nothing open; then `take` gives the result away, once.

    `planning` counts what getting in and asking for regions costs. `announce` is told what happens in the order in
    which it does; it is called under the lock and must not wait.
    """

    def __init__(
        self,
        target: Target,
        works: Sequence[Assignment],
        announce: Callable[[Event], None],
        prior: ResumeState | None = None,
    ) -> None:
        """Expect nothing yet. What `prior` has settled is taken over as it is, and never open.

        It is taken over too where the account does not let us in any more: what has been read has been read.
        """
        self._prior = prior or {}
        self.target = target
        self.planning = CallStats()
        self._works = works
        self._announce = announce
        self._lock = Lock()
        self._planned = False
        self._ended = False
        self._open: dict[tuple[Scope, str], Assignment] = {}
        self._rows: list[Coverage] = []
        self._examined: list[ScopeResult] = []
        self._carried = CallStats()

    def plan(self, answer: frozenset[str] | ReadError | None) -> tuple[Task, ...]:
        """Take in what the account answers (as `expect` has it). Returns what is to be examined: it is open now."""
        with self._lock:
            return () if self._planned else self._expect(answer)

    def complete_scope(self, scope: Scope, work: Assignment, examined: ScopeResult) -> None:
        """Take in what came of one scope, unless that was written off."""
        with self._lock:
            if self._open.pop((scope, work.collector), None) is None:
                return
            self._keep(examined)

    def abandon(self, reason: Reason) -> None:
        """Wait no more: what has not come back becomes a row that says that the run was stopped."""
        with self._lock:
            if not self._planned:
                detail = "The run ended before this account was looked at."
                self._expect(None if self.target.excluded else ReadError("plan", reason, detail))
            detail = "The run ended before this was read."
            self._add(
                Coverage(scope.account, scope.region, collector, CoverageStatus.NOT_EXAMINED, reason, detail)
                for scope, collector in self._open
            )
            self._open.clear()

    def pop_result(self) -> AccountResult | None:
        """Return the result if nothing is open any more and nobody has taken it yet. The job keeps none of it."""
        with self._lock:
            if self._ended or not self._planned or self._open:
                return None
            self._ended = True
            result = self._result()
            self._rows, self._examined = [], []
            return result

    def _expect(self, answer: frozenset[str] | ReadError | None) -> tuple[Task, ...]:
        expectation = expected_scopes(self.target, [work.collector for work in self._works], answer)
        taken = self._taken(expectation, answer)
        expectation = replace(
            expectation, records=tuple(row for row in expectation.records if (row.region, row.collector) not in taken)
        )
        if isinstance(answer, ReadError):
            cost = replace(self.planning)
            expectation, self._carried = attribute_cost(expectation, cost)
        self._planned = True
        works = [(scope, work) for scope in expectation.scopes for work in self._works]
        self._open = {
            (scope, work.collector): work for scope, work in works if (scope.region, work.collector) not in taken
        }
        self._announce(AccountPlanned(self.target.account, len(self._open) + len(taken) + len(expectation.records)))
        self._add(expectation.records)
        for examined in taken.values():
            self._keep(examined)
        tasks: dict[Scope, list[Assignment]] = {}
        for (scope, _), work in self._open.items():
            tasks.setdefault(scope, []).append(work)
        return tuple((scope, tuple(works)) for scope, works in tasks.items())

    def _taken(self, expectation: Expectation, answer: frozenset[str] | ReadError | None) -> ResumeState:
        expected = {(scope.region, work.collector) for scope in expectation.scopes for work in self._works}
        if isinstance(answer, ReadError):
            expected |= {key for key in self._prior if key[0] != EVERY_REGION}
        return {key: self._prior[key] for key in sorted(expected) if key in self._prior}

    def _keep(self, examined: ScopeResult) -> None:
        self._examined.append(examined)
        fails = sum(1 for finding in examined.findings if finding.status is Status.FAIL)
        self._announce(ScopeEnded(examined.coverage, fails))

    def _add(self, rows: Iterable[Coverage]) -> None:
        for row in rows:
            self._rows.append(row)
            self._announce(ScopeEnded(row, 0))

    def _result(self) -> AccountResult:
        not_applicable: Counter[str] = Counter()
        for each in self._examined:
            not_applicable.update(each.not_applicable)
        findings = [finding for each in self._examined for finding in each.findings]
        rows = [*self._rows, *(each.coverage for each in self._examined)]
        return AccountResult(
            account=self.target.account,
            findings=tuple(sorted(findings, key=lambda f: (f.region, f.check_id, f.resource.arn))),
            coverage=tuple(sorted(rows, key=lambda row: (row.region, row.collector))),
            not_applicable=dict(not_applicable),
            planning=_minus(self.planning, self._carried),
        )


def _minus(whole: CallStats, part: CallStats) -> CallStats:
    return CallStats(whole.calls - part.calls, whole.throttled - part.throttled, whole.retried - part.retried)
