"""Run some accounts of a run, in this process or in a worker process."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from auditor.aws.collectors.collector import CollectOptions, TagsSuffice
from auditor.domain.check import Status
from auditor.domain.events import AccountEnded, Observer
from auditor.domain.fact import Fact
from auditor.domain.result import AccountResult
from auditor.domain.scope import Target
from auditor.engine import runtime_tuning
from auditor.engine.clock import RunClock
from auditor.engine.evaluate import status_of
from auditor.engine.ports import Assignment
from auditor.engine.scan import AccountFinished, Scan
from auditor.engine.scan_scope import ResumeState, ScanOptions
from auditor.run.aggregate import AccountDigest, RunAggregator, digest
from auditor.run.aws_context import AwsContext
from auditor.run.context import ClaimedRun, RunContext, build_context, enabled_needs
from auditor.run.exporting import ExportState
from auditor.run.readers import make_reader
from auditor.run.resume import load_earlier_results
from auditor.run.row_check import draw_row_check
from auditor.run.stores import make_store, with_spool
from auditor.run.tracking import track
from auditor.store.spool import Undelivered

#: What the tag index may settle: it is late, so it must not make a check fail.
_SETTLED = frozenset({Status.PASS, Status.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True)
class WorkerJob:
    """Accounts to audit in one process. It can be pickled.

    `workers` is the number of threads, `deadline` is in seconds from now. With `resume`, results that the run has
    already written are kept, and only the rest is examined. With `compare`, some of the accounts that have results are
    drawn, and only they are audited, anew, to find out whether their rows are true. With `replaces`, accounts may have
    rows of an earlier attempt or of a process that died.
    """

    run: ClaimedRun
    targets: tuple[Target, ...]
    workers: int
    deadline: float | None = None
    resume: bool = False
    compare: bool = False
    replaces: bool = False

    def until(self, deadline: float | None) -> "WorkerJob":
        """Return the job with a deadline."""
        return replace(self, deadline=deadline)


@dataclass(frozen=True, slots=True)
class WorkerResult:
    """What a worker process hands back. It can be pickled.

    `cache_digests` are the SHA-256 of the fact cache by key, for the manifest.
    """

    aggregator: RunAggregator = field(default_factory=RunAggregator)
    cache_digests: dict[str, str] = field(default_factory=dict)
    undelivered: Undelivered = field(default_factory=Undelivered)
    exports: ExportState = field(default_factory=ExportState)


def run_job_in_subprocess(job: WorkerJob, clock: RunClock, observe: Observer) -> WorkerResult:
    """Run a job in a worker process, which builds its own context. Raises StorageError."""
    runtime_tuning.tune_process()
    run = job.run
    aws = AwsContext(clock, run.settings.limits, run.identity)
    store = with_spool(make_store(aws, run.output, run.settings), run.run_id, run.settings)
    context = build_context(run, aws, store)
    aggregator = run_job(job, context, observe)
    return WorkerResult(aggregator, context.fact_cache.digests, store.spooled, context.exporter.state)


def run_job(job: WorkerJob, context: RunContext, observe: Observer) -> RunAggregator:
    """Audit the accounts of a job. Raises StorageError if neither the output nor the spool accepts the results."""
    if job.deadline is not None:
        context.aws.clock.limit(job.deadline)
    if not job.compare:
        return _run(job, context, observe)
    row_check = draw_row_check(job.targets, context)
    aggregator = _run(replace(job, targets=row_check.targets), context, observe, row_check.add)
    aggregator.add_cache_check(0, row_check.problems())
    return aggregator


def _run(
    job: WorkerJob, context: RunContext, observe: Observer, inspect: Callable[[AccountResult], None] | None = None
) -> RunAggregator:
    """Audit the accounts of a job; `inspect` is called with the results of each on a pool thread."""
    aggregator = RunAggregator()
    for account in _accounts(job, context, observe, inspect):
        aggregator.add(account)
        observe(AccountEnded(account.summary, account.gaps))
    aggregator.add_cache_check(*context.cache_check.take())
    return aggregator


def _accounts(
    job: WorkerJob, context: RunContext, observe: Observer, inspect: Callable[[AccountResult], None] | None
) -> Iterator[AccountDigest]:
    """Yield each account as it ends: first those that the run had already finished before it was resumed."""
    targets: list[Target] = []
    resume_state: dict[str, ResumeState] = {}
    for target, earlier in _earlier_results(job, context):
        if isinstance(earlier, AccountDigest):
            yield earlier
        else:
            targets.append(target)
            resume_state[target.account.id] = earlier
    for event in _scan(job, context, resume_state, inspect).run(targets):
        if isinstance(event, AccountFinished):
            yield event.value
        else:
            observe(event)


def _scan(
    job: WorkerJob,
    context: RunContext,
    resume_state: dict[str, ResumeState],
    inspect: Callable[[AccountResult], None] | None,
) -> Scan[AccountDigest]:
    run, aws = context.run, context.aws
    settings = run.settings
    needs = enabled_needs(settings)
    collect_options = CollectOptions(settings.revisions, _tags_suffice(context.assignments), needs)

    def finish(result: AccountResult) -> AccountDigest:
        if inspect is not None:
            inspect(result)
        tracked = track(result, aws.clock.now(), context.rules, context.history)
        objects = context.archive.write_account(
            tracked.result, tracked.changes, tracked.past_findings, rewrite=job.replaces
        )
        objects += context.exporter.write(tracked.result, tracked.changes)
        ended = digest(tracked.result, objects, tracked.changes, tracked.exceptions)
        return replace(ended, unread=tracked.unread, problems=tracked.problems)

    # A forged cache must not confirm forged rows.
    fact_cache = None if job.compare else context.fact_cache
    return Scan(
        reader=make_reader(aws, run.run_id, context.collectors, fact_cache, collect_options, context.cache_check),
        assignments=context.assignments,
        finish=finish,
        clock=aws.clock,
        workers=job.workers,
        options=ScanOptions(Status.NOT_APPLICABLE in settings.emit, settings.introduced),
        resume_state=resume_state,
        watch=context.history.watch,
    )


def _tags_suffice(assignments: Iterable[Assignment]) -> TagsSuffice | None:
    """Return what tells whether every check that reads tags passes or skips a fact. None if no check reads tags."""
    readers = [check for assignment in assignments for check in assignment.checks if check.check.reads_tags]

    def suffice(fact: Fact) -> bool:
        own = (reader for reader in readers if isinstance(fact, reader.check.fact_type))
        return all(status_of(fact, reader) in _SETTLED for reader in own)

    return suffice if readers else None


def _earlier_results(job: WorkerJob, context: RunContext) -> Iterator[tuple[Target, AccountDigest | ResumeState]]:
    if job.resume:
        return load_earlier_results(job.targets, context, job.workers)
    return ((target, {}) for target in job.targets)
