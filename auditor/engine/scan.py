"""Fan out over accounts and scopes, fan in account by account. Every expected scope ends as one row of the ledger.

An account is planned on one thread (get in, ask for its regions), its scopes are examined on many, and the thread that
ends the last of them closes the account: rows are written there and then, so memory does not grow with the run.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from auditor.domain.clock import ReadError, Stopped
from auditor.domain.events import Event
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.domain.scope import Scope, Target
from auditor.engine import tracebacks
from auditor.engine.clock import RunClock
from auditor.engine.job import Job
from auditor.engine.pool import Pool
from auditor.engine.ports import Assignment, CloudReader
from auditor.engine.scan_scope import ResumeState, ScanOptions, scan_scope

T = TypeVar("T")

#: After the order to stop, calls in flight get this long to come back before their scopes are written off (seconds).
GRACE = 6.0
_TICK = 0.2


@dataclass(frozen=True, slots=True)
class AccountFinished(Generic[T]):
    """An account has ended, and this is what `finish` made of it."""

    value: T


@dataclass(frozen=True, slots=True)
class Scan(Generic[T]):
    """How to scan.

    `finish` is called once for every account, on a worker's thread; what it raises ends the run. `prior` holds by
    account id what an earlier attempt at the same run has settled.
    """

    reader: CloudReader
    assignments: Sequence[Assignment]
    finish: Callable[[AccountResult], T]
    clock: RunClock
    workers: int = 64
    options: ScanOptions = field(default_factory=ScanOptions)
    resume_state: Mapping[str, ResumeState] = field(default_factory=dict)

    def run(self, targets: Iterable[Target]) -> Generator[Event | AccountFinished[T], None, None]:
        """Yield what happens, and every account as it ends, on the caller's thread.

        Raises what `finish` raised, and whatever else went wrong on a worker's thread. Closing it drops the rest.
        """
        return _Run(self).go(tuple(targets))


class _Run(Generic[T]):
    def __init__(self, scan: Scan[T]) -> None:
        self._scan = scan
        self._news: SimpleQueue[Event | AccountFinished[T] | BaseException] = SimpleQueue()
        self._pool = self._new_pool()
        self._stopped_at: float | None = None

    def go(self, targets: Sequence[Target]) -> Generator[Event | AccountFinished[T], None, None]:
        prior = self._scan.resume_state
        jobs = [Job(each, self._scan.assignments, self._news.put, prior.get(each.account.id)) for each in targets]
        self._scan.clock.asleep = self._pool.yield_slot
        try:
            for job in jobs:
                self._pool.submit(partial(self._plan, job))
            yield from self._listen(jobs)
        finally:
            self._scan.clock.asleep = nullcontext
            self._pool.close()

    def _listen(self, jobs: Sequence[Job]) -> Generator[Event | AccountFinished[T], None, None]:
        left, waiting = len(jobs), True
        while left:
            if waiting and self._overdue():
                waiting = False
                self._write_off(jobs)
            try:
                news = self._news.get(timeout=_TICK)
            except Empty:
                continue
            if isinstance(news, BaseException):
                raise news
            left -= isinstance(news, AccountFinished)
            yield news

    def _plan(self, job: Job) -> None:
        for scope, works in job.plan(self._ask(job)):
            self._pool.submit(partial(self._examine, job, scope, works), first=True)
        self._close(job)

    def _ask(self, job: Job) -> frozenset[str] | ReadError | None:
        if job.target.excluded is not None:
            return None
        try:
            self._scan.clock.raise_if_stopped()
            return self._scan.reader.regions(job.target, job.planning)
        except ReadError as failure:
            return failure
        except Stopped as stopped:
            return ReadError("plan", stopped.reason, "The run ended before this account was looked at.")
        except Exception as error:  # noqa: BLE001 - the boundary: planning one account
            return ReadError(
                "plan", Reason.INTERNAL_ERROR, f"Planning this account raised {tracebacks.crash_site(error)}."
            )

    def _examine(self, job: Job, scope: Scope, works: Sequence[Assignment]) -> None:
        scan = self._scan
        for work in works:
            job.complete_scope(scope, work, scan_scope(scope, work, scan.reader, scan.clock, scan.options))
        scan.reader.release_scope(scope)
        self._close(job)

    def _close(self, job: Job) -> None:
        result = job.pop_result()
        if result is not None:
            self._scan.reader.release_account(job.target.account)
            self._news.put(AccountFinished(self._scan.finish(result)))

    def _overdue(self) -> bool:
        """Whether the order to stop is so old that nothing more is waited for."""
        if self._scan.clock.stopped is None:
            return False
        now = self._scan.clock.monotonic()
        if self._stopped_at is None:
            self._stopped_at = now
        return now - self._stopped_at >= GRACE

    def _write_off(self, jobs: Sequence[Job]) -> None:
        """End every account that is still open, on threads of their own: those of the old pool may all hang."""
        reason = self._scan.clock.stopped or Reason.INTERRUPTED
        self._pool.close()
        self._pool = self._new_pool()
        for job in jobs:
            job.abandon(reason)
            self._pool.submit(partial(self._close, job))

    def _new_pool(self) -> Pool:
        return Pool(self._scan.workers, self._news.put)
