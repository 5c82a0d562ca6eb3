"""Fan out over accounts and scopes, fan in account by account. Every expected scope ends as one row of the ledger.

An account is planned on one thread (get in, ask for its regions), its scopes are examined on many, and the thread that
ends the last of them closes the account: rows are written there and then, so memory does not grow with the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Generic, TypeVar

from auditor.domain.check import Status
from auditor.domain.clock import Stopped, Unreadable
from auditor.domain.errors import AuditorError
from auditor.domain.events import AccountPlanned, Event, ScopeEnded
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult, Coverage, CoverageStatus, Meter
from auditor.domain.scope import Scope, Target
from auditor.engine.clock import RunClock
from auditor.engine.examine import Examined, examine
from auditor.engine.plan import Expectation, expect
from auditor.engine.pool import Pool
from auditor.engine.ports import Cloud, Work

T = TypeVar("T")

#: After the order to stop, calls in flight get this long to come back before their scopes are written off (seconds).
GRACE = 6.0
_TICK = 0.2


@dataclass(frozen=True, slots=True)
class Ended(Generic[T]):
    """An account has ended, and this is what `finish` made of it."""

    value: T


@dataclass(frozen=True, slots=True)
class Scan(Generic[T]):
    """How to scan. `finish` is called once for every account, on a worker's thread; it may raise AuditorError."""

    cloud: Cloud
    works: Sequence[Work]
    finish: Callable[[AccountResult], T]
    clock: RunClock
    workers: int = 64
    keep_all: bool = False

    def run(self, targets: Iterable[Target]) -> Iterator[Event | Ended[T]]:
        """Yield what happens, and every account as it ends, on the caller's thread. Raises what `finish` raised."""
        return _Run(self).go(tuple(targets))


@dataclass(slots=True)
class _Job:
    """An account under way: the scopes still open, and what the others have brought."""

    target: Target
    planning: Meter = field(default_factory=Meter)
    open: dict[tuple[Scope, str], Work] = field(default_factory=dict)
    rows: list[Coverage] = field(default_factory=list)
    examined: list[Examined] = field(default_factory=list)
    planned: bool = False
    ended: bool = False
    lock: Lock = field(default_factory=Lock)

    def result(self) -> AccountResult:
        not_applicable: Counter[str] = Counter()
        for each in self.examined:
            not_applicable.update(each.not_applicable)
        findings = [finding for each in self.examined for finding in each.findings]
        rows = [*self.rows, *(each.coverage for each in self.examined)]
        return AccountResult(
            account=self.target.account,
            findings=tuple(sorted(findings, key=lambda f: (f.region, f.check_id, f.resource.arn))),
            coverage=tuple(sorted(rows, key=lambda row: (row.region, row.collector))),
            not_applicable=dict(not_applicable),
            planning=self.planning,
        )


class _Run(Generic[T]):
    def __init__(self, scan: Scan[T]) -> None:
        self._scan = scan
        self._collectors = [work.collector for work in scan.works]
        self._news: SimpleQueue[Event | Ended[T] | AuditorError] = SimpleQueue()
        self._pool = Pool(scan.workers)

    def go(self, targets: Sequence[Target]) -> Iterator[Event | Ended[T]]:
        jobs = [_Job(target) for target in targets]
        self._scan.clock.asleep = self._pool.asleep
        for job in jobs:
            self._pool.submit(lambda job=job: self._plan(job))  # type: ignore[misc]
        try:
            yield from self._news_until(len(jobs), jobs)
        finally:
            self._pool.close()

    def _news_until(self, count: int, jobs: Sequence[_Job]) -> Iterator[Event | Ended[T]]:
        stopped_at: float | None = None
        while count:
            try:
                news = self._news.get(timeout=_TICK)
            except Empty:
                news = None
            if isinstance(news, AuditorError):
                raise news
            if news is not None:
                count -= isinstance(news, Ended)
                yield news
            elif self._scan.clock.stopped:
                now = self._scan.clock.monotonic()
                stopped_at = stopped_at or now
                if now - stopped_at >= GRACE:
                    self._write_off(jobs)

    def _plan(self, job: _Job) -> None:
        target = job.target
        answer: frozenset[str] | Unreadable | None = None
        if target.excluded is None:
            try:
                self._scan.clock.check()
                answer = self._scan.cloud.regions(target, job.planning)
            except Unreadable as failure:
                answer = failure
            except Stopped as stopped:
                answer = Unreadable("plan", stopped.reason, "The run ended before this account was looked at.")
            except Exception as error:  # noqa: BLE001 - the boundary: planning one account
                detail = f"Planning this account raised {type(error).__name__}: {error}"
                answer = Unreadable("plan", Reason.INTERNAL_ERROR, detail)
        self._open(job, expect(target, self._collectors, answer))

    def _open(self, job: _Job, expectation: Expectation) -> None:
        with job.lock:
            if job.ended:
                return
            job.planned = True
            job.rows = list(expectation.rows)
            job.open = {(scope, work.collector): work for scope in expectation.scopes for work in self._scan.works}
            tasks = tuple(job.open.items())
        self._news.put(AccountPlanned(job.target.account, len(tasks) + len(expectation.rows)))
        for row in expectation.rows:
            self._news.put(ScopeEnded(row, 0))
        for (scope, _), work in tasks:
            self._pool.submit(lambda scope=scope, work=work: self._examine(job, scope, work), first=True)  # type: ignore[misc]
        if not tasks:
            self._close(job)

    def _examine(self, job: _Job, scope: Scope, work: Work) -> None:
        scan = self._scan
        examined = examine(scope, work, scan.cloud, scan.clock, keep_all=scan.keep_all)
        self._settle(job, scope, work, examined)

    def _settle(self, job: _Job, scope: Scope, work: Work, examined: Examined) -> None:
        with job.lock:
            if job.ended or job.open.pop((scope, work.collector), None) is None:
                return  # written off already: the late answer must not change what the ledger says
            job.examined.append(examined)
            last = not job.open
        fails = sum(1 for finding in examined.findings if finding.status is Status.FAIL)
        self._news.put(ScopeEnded(examined.coverage, fails))
        if last:
            self._close(job)

    def _close(self, job: _Job) -> None:
        with job.lock:
            if job.ended:
                return
            job.ended = True
        self._scan.cloud.close(job.target.account)
        try:
            self._news.put(Ended(self._scan.finish(job.result())))
        except AuditorError as error:
            self._news.put(error)

    def _write_off(self, jobs: Sequence[_Job]) -> None:
        """End every account that is still open: what has not come back is a row that says the run was stopped."""
        reason = self._scan.clock.stopped or Reason.INTERRUPTED
        detail = "The run ended before this was read."
        for job in jobs:
            if not job.planned and not job.ended:
                failure = Unreadable("plan", reason, "The run ended before this account was looked at.")
                answer = None if job.target.excluded else failure
                with job.lock:
                    if not job.planned:
                        job.planned = True
                        job.rows = list(expect(job.target, self._collectors, answer).rows)
            with job.lock:
                late = list(job.open)
                job.open.clear()
                job.rows += [
                    Coverage(scope.account, scope.region, name, CoverageStatus.NOT_EXAMINED, reason, detail)
                    for scope, name in late
                ]
            self._close(job)
