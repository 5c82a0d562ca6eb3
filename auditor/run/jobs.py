"""Share the accounts of a run among processes, and decide which earlier results a resumed run takes over."""

from collections.abc import Sequence

from auditor.domain.events import Level, Notice, Observer
from auditor.domain.integrity import IntegrityKind
from auditor.domain.scope import Target
from auditor.engine import runtime_tuning
from auditor.engine.processes import LostJob, cores, run_in_processes
from auditor.run.aggregate import RunAggregator
from auditor.run.context import RunContext
from auditor.run.worker import WorkerJob, WorkerResult, run_job, run_job_in_subprocess
from auditor.settings import Limits

#: Starting a process costs half a second of CPU time; with fewer accounts than this it is not worth it.
_ACCOUNTS_PER_PROCESS = 8
_MOST_PROCESSES = 8
#: The service that lists the regions of an account, in addition to those of the collectors.
_REGIONS_SERVICE = "ec2"


def run_jobs(
    context: RunContext, targets: Sequence[Target], observe: Observer, *, resume: bool, single_process: bool = False
) -> RunAggregator:
    """Audit all accounts, in one process or several. Raises StorageError."""
    processes = 1 if single_process else _processes(context.run.settings.limits, len(targets))
    if processes > 1:
        # Forked processes share the service descriptions that are loaded now.
        context.aws.call_context.clients.preload(_services(context))
    runtime_tuning.tune_process()
    if not resume:
        return _run(context, targets, observe, processes)
    return _resume(context, targets, observe, processes)


def _resume(context: RunContext, targets: Sequence[Target], observe: Observer, processes: int) -> RunAggregator:
    """Take over the results of earlier attempts and audit the rest.

    If no MAC tells which rows to believe, some accounts are read anew first. One difference means that none of the rows
    is believed.
    """
    aggregator = RunAggregator()
    take_over = True
    if context.run.trusted_rows is None:
        job = WorkerJob(context.run, tuple(targets), context.run.settings.limits.workers, compare=True, replaces=True)
        compared, lost = _run_all(context, [job], observe, processes)
        aggregator.merge(compared)
        kinds = {problem.kind for problem in compared.problems}
        take_over = not lost and IntegrityKind.RESUME_MISMATCH not in kinds
    done = aggregator.account_ids
    rest = [target for target in targets if target.account.id not in done]
    aggregator.merge(_run(context, rest, observe, processes, resume=take_over, replaces=True))
    return aggregator


def _run(  # noqa: PLR0913 - what to audit, with how many processes, and what may have been written before
    context: RunContext,
    targets: Sequence[Target],
    observe: Observer,
    processes: int,
    *,
    resume: bool = False,
    replaces: bool = False,
) -> RunAggregator:
    workers = -(-context.run.settings.limits.workers // processes)
    shares = (tuple(targets[first::processes]) for first in range(processes))
    jobs = [WorkerJob(context.run, share, workers, resume=resume, replaces=replaces) for share in shares if share]
    aggregator, lost = _run_all(context, jobs, observe, processes)
    if lost:
        # What a dead process has written is like an interrupted attempt. It has no MAC.
        if context.run.trusted_rows is None:
            aggregator.merge(_resume(context, lost, observe, 1))
        else:
            aggregator.merge(_run(context, lost, observe, 1, replaces=True))
    return aggregator


def _run_all(
    context: RunContext, jobs: Sequence[WorkerJob], observe: Observer, processes: int
) -> tuple[RunAggregator, list[Target]]:
    """Run each job, in this process or in one of its own. Return the accounts of processes that died, too."""
    aggregator, lost, clock = RunAggregator(), list[Target](), context.aws.clock
    if processes == 1:
        for job in jobs:
            aggregator.merge(run_job(job, context, observe))
        return aggregator, lost
    jobs = [job.until(clock.left) for job in jobs]
    for outcome in run_in_processes(run_job_in_subprocess, jobs, clock, observe) if jobs else ():
        if isinstance(outcome, LostJob):
            count = len(outcome.job.targets)
            observe(Notice(Level.ERROR, "A worker process died; its accounts are audited again", f"{count} accounts"))
            lost.extend(outcome.job.targets)
        else:
            _add(context, aggregator, outcome)
    return aggregator, lost


def _add(context: RunContext, aggregator: RunAggregator, outcome: WorkerResult) -> None:
    aggregator.merge(outcome.aggregator)
    context.fact_cache.digests.update(outcome.cache_digests)
    context.store.spooled.add(outcome.undelivered)
    context.exporter.merge(outcome.exports)


def _processes(limits: Limits, accounts: int) -> int:
    most = limits.processes or min(cores(), _MOST_PROCESSES)
    return max(1, min(most, accounts // _ACCOUNTS_PER_PROCESS, limits.workers))


def _services(context: RunContext) -> set[str]:
    return {_REGIONS_SERVICE, *(collector.service for collector in context.collectors)}
