"""One part of the run, done wherever it is sent: in this process or in another. What goes in and out can be pickled."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auditor.archive.archive import Archive, ObjectEntry, StoredAccount
from auditor.archive.fact_cache import StoredFactCache
from auditor.archive.layout import Layout
from auditor.aws.collectors import collectors_for
from auditor.aws.collectors.collector import LATEST, CollectOptions, Collector
from auditor.aws.roles import Identity
from auditor.domain.check import Status
from auditor.domain.events import AccountEnded, Observer
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.domain.scope import Target
from auditor.engine import runtime_tuning
from auditor.engine.aggregate import AccountDigest, RunAggregator, digest
from auditor.engine.clock import RunClock
from auditor.engine.parallel import parallel_map
from auditor.engine.ports import Assignment, ConfiguredCheck
from auditor.engine.scan import AccountFinished, Scan
from auditor.engine.scan_scope import ResumeState, ScanOptions, split_by_scope
from auditor.run.aws_context import AwsContext
from auditor.settings import Settings
from auditor.store.folder import Folder
from auditor.store.spool import SpoolingStore, Undelivered
from auditor.store.store import Store

_UNSETTLED = frozenset({Reason.INTERRUPTED, Reason.DEADLINE})
_NEEDED_TO_RESUME = frozenset({Status.PASS, Status.FAIL, Status.UNKNOWN})


@dataclass(frozen=True, slots=True)
class WorkerJob:
    """What to do: some of the accounts of a run.

    `workers` are threads, `deadline` is in seconds from now. `vouched` maps keys of notes to the SHA-256 that is
    believed. With `resume`, what the run has written before is kept and not done again; `attempt` is how many times the
    run had been taken up before.
    """

    run_id: str
    output: str
    targets: tuple[Target, ...]
    settings: Settings
    identity: Identity
    workers: int
    deadline: float | None = None
    trusted_digests: Mapping[str, str] = field(default_factory=dict)
    resume: bool = False
    attempt: int = 0


@dataclass(slots=True)
class WorkerResult:
    """What came of an order. `vouches` is for the manifest; `spooled` is what the output did not take."""

    aggregator: RunAggregator = field(default_factory=RunAggregator)
    entries: list[ObjectEntry] = field(default_factory=list)
    cache_digests: dict[str, str] = field(default_factory=dict)
    undelivered: Undelivered = field(default_factory=Undelivered)

    def add(self, other: WorkerResult) -> None:
        """Take in another part of the same run."""
        self.aggregator.merge(other.aggregator)
        self.entries += other.entries
        self.cache_digests.update(other.cache_digests)
        self.undelivered.add(other.undelivered)


@dataclass(frozen=True, slots=True)
class AccountOutcome:
    """An account that has ended: what the run keeps of it, and the objects that were written."""

    digest: AccountDigest
    entries: tuple[ObjectEntry, ...]


def run_job_in_subprocess(order: WorkerJob, clock: RunClock, observe: Observer) -> WorkerResult:
    """Carry out an order in a process of its own."""
    runtime_tuning.tune_process()
    aws = AwsContext(clock, order.identity)
    aws.configure(order.settings)
    return run_job(order, aws, observe)


def run_job(order: WorkerJob, aws: AwsContext, observe: Observer) -> WorkerResult:
    """Carry out an order with an AWS that is there already. Raises StorageError where nothing takes the results."""
    if order.deadline is not None:
        aws.clock.limit(order.deadline)
    collectors = collectors_for_settings(order.settings)
    spooling = spooled_store(order, aws.store(order.output, order.settings))
    archive = Archive(spooling, Layout(order.run_id), order.settings.emit, order.attempt)
    memory = StoredFactCache(spooling.first, {each.name: each.version for each in collectors}, order.trusted_digests)
    done = WorkerResult()
    for kept in _accounts(order, aws, archive, memory, collectors, observe):
        done.aggregator.add(kept.digest)
        done.entries.extend(kept.entries)
        observe(AccountEnded(kept.digest.summary))
    done.cache_digests, done.undelivered = memory.digests, spooling.spooled
    return done


def spooled_store(order: WorkerJob, store: Store) -> SpoolingStore:
    """Return the output with its spool folder behind it: every process of a run has the same one."""
    folder = Path(order.settings.spool or tempfile.gettempdir()) / f"auditor-spool-{order.run_id}"
    return SpoolingStore(store, Folder(folder))


def collectors_for_settings(settings: Settings) -> tuple[Collector, ...]:
    """Return what reads for the enabled checks, what runs included where that is wanted."""
    return collectors_for((check.fact_type for check in settings.checks), running=settings.revisions != LATEST)


def assignments(settings: Settings) -> tuple[Assignment, ...]:
    """Return what to do in every scope: each collector with the checks over its facts, if any."""
    rules = [(check, ConfiguredCheck(check, settings.parameters[check.id])) for check in settings.checks]
    return tuple(
        Assignment(
            each.name,
            tuple(rule for check, rule in rules if issubclass(each.fact_type, check.fact_type)),
            each.fact_type.TYPE,
        )
        for each in collectors_for_settings(settings)
    )


def _accounts(  # noqa: PLR0913, PLR0917 - the parts that `here` has put together
    order: WorkerJob,
    aws: AwsContext,
    archive: Archive,
    memory: StoredFactCache,
    collectors: tuple[Collector, ...],
    observe: Observer,
) -> Iterator[AccountOutcome]:
    settings = order.settings
    todo = assignments(settings)
    left, prior = list[Target](), dict[str, ResumeState]()
    for target, earlier in _load_resumed(order, archive, todo):
        if isinstance(earlier, AccountOutcome):
            yield earlier
        else:
            left.append(target)
            prior[target.account.id] = earlier

    def finish(result: AccountResult) -> AccountOutcome:
        return AccountOutcome(digest(result), archive.write_account(result))

    wishes = CollectOptions(settings.revisions, tags=any(check.reads_tags for check in settings.checks))
    scan = Scan(
        reader=aws.reader(order.run_id, collectors, memory=memory, wishes=wishes),
        assignments=todo,
        finish=finish,
        clock=aws.clock,
        workers=order.workers,
        options=ScanOptions(keep_all=Status.NOT_APPLICABLE in settings.emit, search=settings.introduced),
        resume_state=prior,
    )
    for news in scan.run(left):
        if isinstance(news, AccountFinished):
            yield news.value
        else:
            observe(news)


def _load_resumed(
    order: WorkerJob, archive: Archive, todo: tuple[Assignment, ...]
) -> Iterator[tuple[Target, AccountOutcome | ResumeState]]:
    """Yield every account with what the run has made of it before: all of it, or the scopes that are settled."""
    # Without a row for every verdict, nobody can tell what was counted.
    if not order.resume or not set(order.settings.emit) >= _NEEDED_TO_RESUME:
        yield from ((target, {}) for target in order.targets)
        return

    def look(target: Target) -> tuple[Target, AccountOutcome | ResumeState]:
        stored = archive.read_account(target.account)
        return target, {} if stored is None else _resume_account(stored, todo)

    # A bucket answers in its own time: a thousand accounts one after the other would take minutes.
    yield from parallel_map(look, order.targets, order.workers)


def _resume_account(stored: StoredAccount, todo: tuple[Assignment, ...]) -> AccountOutcome | ResumeState:
    result = stored.result
    if not result.coverage or any(row.reason in _UNSETTLED for row in result.coverage):
        return split_by_scope(result, todo, _UNSETTLED)
    spared: Counter[str] = Counter()
    for examined in split_by_scope(result, todo, frozenset()).values():
        spared.update(examined.not_applicable)
    return AccountOutcome(
        digest(AccountResult(result.account, result.findings, result.coverage, dict(spared))), stored.entries
    )
