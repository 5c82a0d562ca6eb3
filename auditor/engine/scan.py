"""Scan accounts and their scopes in parallel. Every expected scope ends as one coverage record.

An account is planned on one thread (assume its role, list its regions). Its scopes are scanned on many threads, and the
thread that completes the last scope finishes the account: its rows are written then, so memory does not grow with the
number of accounts.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from auditor.domain.clock import ReadError, Stopped
from auditor.domain.events import Event
from auditor.domain.past_finding import KeysByRegion
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.domain.scope import Account, Scope, Target
from auditor.engine import tracebacks
from auditor.engine.clock import RunClock
from auditor.engine.job import Job
from auditor.engine.pool import Pool
from auditor.engine.ports import Assignment, CloudReader
from auditor.engine.scan_scope import ResumeState, ScanOptions, scan_scope

T = TypeVar("T")

#: How long calls in flight may take after a stop, before their scopes are abandoned (seconds).
GRACE = 6.0
_TICK = 0.2


@dataclass(frozen=True, slots=True)
class AccountFinished(Generic[T]):
    """An account has ended. `value` is what `finish` returned for it."""

    value: T


@dataclass(frozen=True, slots=True)
class Scan(Generic[T]):
    """How to scan accounts.

    `finish` is called once for each account, on a thread of the pool; an exception in it ends the run. `watch` is
    called before an account is planned, and returns the findings that the result must name if they are NOT_APPLICABLE.
    `resume_state` holds the final scopes of an earlier attempt at the same run, by account ID.
    """

    reader: CloudReader
    assignments: Sequence[Assignment]
    finish: Callable[[AccountResult], T]
    clock: RunClock
    workers: int = 64
    options: ScanOptions = field(default_factory=ScanOptions)
    resume_state: Mapping[str, ResumeState] = field(default_factory=dict)
    watch: Callable[[Account], KeysByRegion] = lambda _account: {}

    def run(self, targets: Iterable[Target]) -> Generator[Event | AccountFinished[T], None, None]:
        """Yield events, and every account as it ends, on the caller's thread.

        Raises what `finish` raised, and any other error of a pool thread. Closing the generator drops what is left.
        """
        return _Run(self).events(tuple(targets))


class _Run(Generic[T]):
    def __init__(self, scan: Scan[T]) -> None:
        self._scan = scan
        self._queue: SimpleQueue[Event | AccountFinished[T] | BaseException] = SimpleQueue()
        self._pool = self._new_pool()
        self._stopped_at: float | None = None

    def events(self, targets: Sequence[Target]) -> Generator[Event | AccountFinished[T], None, None]:
        resume_state, assignments = self._scan.resume_state, self._scan.assignments
        jobs = [Job(target, assignments, self._queue.put, resume_state.get(target.account.id)) for target in targets]
        try:
            for job in jobs:
                self._pool.submit(partial(self._plan, job))
            yield from self._queued_events(jobs)
        finally:
            self._pool.close()

    def _queued_events(self, jobs: Sequence[Job]) -> Generator[Event | AccountFinished[T], None, None]:
        unfinished, abandoned = len(jobs), False
        while unfinished:
            if not abandoned and self._grace_is_over():
                abandoned = True
                self._abandon(jobs)
            try:
                event = self._queue.get(timeout=_TICK)
            except Empty:
                continue
            if isinstance(event, BaseException):
                raise event
            unfinished -= isinstance(event, AccountFinished)
            yield event

    def _plan(self, job: Job) -> None:
        job.watched = self._scan.watch(job.target.account)
        for scope, assignments in job.plan(self._list_regions(job)):
            # Ahead of the accounts that are not planned yet: finishing an account frees its memory.
            self._pool.submit(partial(self._scan_scope, job, scope, assignments), first=True)
        self._finish(job)

    def _list_regions(self, job: Job) -> frozenset[str] | ReadError | None:
        if job.target.excluded is not None:
            return None
        try:
            self._scan.clock.raise_if_stopped()
            return self._scan.reader.regions(job.target, job.planning)
        except ReadError as error:
            return error
        except Stopped as stopped:
            return ReadError("plan", stopped.reason, "The run ended before this account was examined.")
        except Exception as error:  # noqa: BLE001 - the boundary: planning one account
            return ReadError(
                "plan", Reason.INTERNAL_ERROR, f"Planning this account raised {tracebacks.crash_site(error)}."
            )

    def _scan_scope(self, job: Job, scope: Scope, assignments: Sequence[Assignment]) -> None:
        scan = self._scan
        for assignment in assignments:
            watched = job.watched.get(scope.region, ())
            result = scan_scope(scope, assignment, scan.reader, scan.clock, scan.options, watched)
            job.complete_scope(scope, assignment, result)
        scan.reader.release_scope(scope)
        self._finish(job)

    def _finish(self, job: Job) -> None:
        result = job.pop_result()
        if result is not None:
            self._scan.reader.release_account(job.target.account)
            self._queue.put(AccountFinished(self._scan.finish(result)))

    def _grace_is_over(self) -> bool:
        """Whether the run was stopped so long ago that calls in flight are no longer waited for."""
        if self._scan.clock.stopped is None:
            return False
        now = self._scan.clock.monotonic()
        if self._stopped_at is None:
            self._stopped_at = now
        return now - self._stopped_at >= GRACE

    def _abandon(self, jobs: Sequence[Job]) -> None:
        """End every unfinished account on threads of a new pool: those of the old one may all hang in calls."""
        reason = self._scan.clock.stopped or Reason.INTERRUPTED
        self._pool.close()
        self._pool = self._new_pool()
        for job in jobs:
            job.abandon(reason)
            self._pool.submit(partial(self._finish, job))

    def _new_pool(self) -> Pool:
        return Pool(self._scan.workers, self._queue.put)
