"""The audit itself: claim the run, have its parts done, write, report, and say how it went."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from auditor import __version__
from auditor.archive.archive import Archive, ObjectEntry
from auditor.archive.layout import LATEST, Layout
from auditor.aws.collectors import collectors_for
from auditor.domain.check import Check, Severity
from auditor.domain.events import Event, Level, Notice, Observer, RunEnded, RunStarted
from auditor.domain.result import CheckInfo, RunResult
from auditor.domain.scope import Target
from auditor.engine import runtime_tuning
from auditor.engine.aggregate import RunMetadata
from auditor.engine.processes import LostJob, cores, run_in_processes
from auditor.engine.signals import ShutdownRequest
from auditor.reports import summary_json
from auditor.reports.page.render import render
from auditor.reports.paths import RunPaths
from auditor.reports.terminal import summary
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import FAILED, Outcome, result_code
from auditor.run.worker import WorkerJob, WorkerResult, run_job, run_job_in_subprocess, spooled_store
from auditor.store.spool import SpoolingStore
from auditor.store.store import Store

if TYPE_CHECKING:
    from auditor.settings import Settings

#: A process takes half a second of CPU to start; fewer accounts than this are not worth one of their own.
_ACCOUNTS_PER_PROCESS = 8
_MOST_PROCESSES = 8


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to audit and how. `hashes` says which inventory and settings it came from.

    With `resume`, the run exists already, and only what it is missing is done. `together` keeps it in this process.
    """

    run_id: str
    output: str
    targets: tuple[Target, ...]
    settings: Settings
    hashes: Mapping[str, str | None]
    colour: bool = False
    resume: bool = False
    together: bool = False


def audit(request: RunRequest, aws: AwsContext, observe: Observer, orders: ShutdownRequest) -> Outcome:
    """Carry out a run. Raises RunExists and StorageError where nothing could be written at all."""
    order = WorkerJob(
        request.run_id, request.output, request.targets, request.settings, aws.identity, request.settings.limits.workers
    )
    layout, spooling = Layout(request.run_id), spooled_store(order, aws.store(request.output, request.settings))
    # Until the first account is read, a refusal ends the run: it must not be hidden by the spool.
    claim = Archive(spooling.first, layout).claim(aws.clock.now(), fingerprint(request), resume=request.resume)
    archive = Archive(spooling, layout, attempt=claim.attempt)
    previous = archive.latest_run_id()
    order = replace(
        order, trusted_digests=archive.trusted_digests(previous), resume=request.resume, attempt=claim.attempt
    )
    for event in _startup_events(request, aws):
        observe(event)
    done = _parts(order, aws, observe, _processes(request))
    spooling.spooled.add(done.undelivered)
    interrupted = orders.exit_code is not None
    checks = tuple(map(_info, request.settings.checks))
    finished_at = max(claim.started_at, aws.clock.now())  # the time of day may have been set back meanwhile
    about = RunMetadata(request.run_id, claim.started_at, finished_at, __version__, checks, interrupted=interrupted)
    result = done.aggregator.result(about)
    written = [
        *done.entries,
        archive.write_summary(summary_json.summary_json(result)),
        archive.write_report(render(result, _paths(spooling.first, layout))),
    ]
    waiting = _finalize(
        archive, spooling, result, written, _context(request, previous, {**order.trusted_digests, **done.cache_digests})
    )
    observe(RunEnded(result.run_id, result.complete, result.coverage_percent))
    shown = spooling.spool if waiting else spooling.first
    said = summary.summary(result, output=shown.url(), report=spooling.url(layout.report), colour=request.colour)
    if waiting:
        return Outcome(f"{said}\n{_undelivered_message(spooling, request.output)}", FAILED)
    return Outcome(said, exit_code(result, request.settings, orders))


def fingerprint(request: RunRequest) -> str:
    """Return what must not change between a run and its resumption: who is audited, by which checks, and how."""
    settings = request.settings
    what = [
        request.hashes.get("inventory"),
        request.hashes.get("narrowed"),
        [f"{check.id} {check.origin.version}".strip() for check in settings.checks],
        repr(sorted(settings.parameters.items())),
        sorted(settings.emit),
        [settings.revisions, settings.introduced],
    ]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def _info(check: Check[object]) -> CheckInfo:
    collectors = tuple(each.name for each in collectors_for([check.fact_type], running=False))
    return CheckInfo(
        id=check.id,
        title=check.title,
        severity=check.severity,
        frameworks=check.frameworks,
        remediation=check.remediation,
        reason_texts=check.reason_texts,
        repairs=check.repairs,
        collectors=collectors,
    )


def _processes(request: RunRequest) -> int:
    wanted = request.settings.limits.processes or min(cores(), _MOST_PROCESSES)
    worth = len(request.targets) // _ACCOUNTS_PER_PROCESS
    return 1 if request.together else max(1, min(wanted, worth, request.settings.limits.workers))


def _parts(order: WorkerJob, aws: AwsContext, observe: Observer, processes: int) -> WorkerResult:
    """Have the run done in so many processes. What a process leaves undone when it dies is done here."""
    order = replace(order, deadline=aws.clock.left)
    if processes == 1:
        runtime_tuning.tune_process()
        return run_job(order, aws, observe)
    aws.preload()
    runtime_tuning.tune_process()
    workers = -(-order.workers // processes)
    jobs = [replace(order, targets=order.targets[n::processes], workers=workers) for n in range(processes)]
    done, lost = WorkerResult(), list[WorkerJob]()
    for outcome in run_in_processes(run_job_in_subprocess, jobs, aws.clock, observe):
        if isinstance(outcome, LostJob):
            lost.append(outcome.job)
        else:
            done.add(outcome)
    for job in lost:
        observe(Notice(Level.ERROR, "A worker process died; its accounts are taken up again", f"{len(job.targets)}"))
        done.add(run_job(replace(job, resume=True, deadline=aws.clock.left), aws, observe))
    return done


def _paths(store: Store, layout: Layout) -> RunPaths:
    """Return where the run's documents are stored, once they are delivered."""
    findings, coverage = (f"{store.url(key).rstrip('/')}/" for key in (layout.findings_folder, layout.coverage_folder))
    return RunPaths(findings, coverage, store.url(layout.report))


def _finalize(
    archive: Archive, spooling: SpoolingStore, result: RunResult, written: list[ObjectEntry], context: Mapping[str, Any]
) -> tuple[str, ...]:
    """Deliver what waits, then write the manifest, then `latest.json`; each only when all before it has arrived."""
    waiting = spooling.deliver()
    if not waiting and not result.interrupted:
        archive.write_manifest(result, written, context)
        waiting = spooling.deliver()
    if not waiting and not result.interrupted:
        archive.publish(result)
        waiting = spooling.deliver()
    return waiting


def exit_code(result: RunResult, settings: Settings, orders: ShutdownRequest) -> int:
    """Return the documented exit code of a run that has written everything."""
    if orders.exit_code is not None:
        return orders.exit_code
    floor = settings.fail_on
    failing = floor is not None and any(
        result.failing(severity) for severity in Severity if severity.rank >= floor.rank
    )
    incomplete = result.coverage_percent < settings.min_coverage
    return result_code(failing=failing, incomplete=incomplete)


def _startup_events(request: RunRequest, aws: AwsContext) -> Iterator[Event]:
    yield RunStarted(request.run_id, len(request.targets), tuple(check.id for check in request.settings.checks))
    yield Notice(Level.INFO, "Auditing as", aws.identity.arn)
    if redirected := aws.endpoints:
        # An environment variable can send a credentialled scanner anywhere: it must not do so unseen.
        yield Notice(Level.WARNING, "AWS endpoints are redirected by the environment", redirected)


def _context(request: RunRequest, previous: str | None, vouches: Mapping[str, str]) -> dict[str, Any]:
    return {
        "previous_run": previous,
        "inventory_sha256": request.hashes.get("inventory"),
        "settings_sha256": request.hashes.get("settings"),
        "state": dict(vouches),
        "checks": [check.id for check in request.settings.checks],
        "check_origins": {
            check.id: {"source": check.origin.source, "version": check.origin.version}
            for check in request.settings.checks
            if check.origin.source
        },
        "versions": _versions(),
    }


def _versions() -> dict[str, str]:
    from importlib.metadata import version  # noqa: PLC0415 - reads files, and only here

    python = ".".join(map(str, sys.version_info[:3]))
    return {"auditor": __version__, "python": python} | {name: version(name) for name in ("boto3", "botocore")}


def _undelivered_message(spooling: SpoolingStore, output: str) -> str:
    return (
        f"NOT DELIVERED: {spooling.spooled.refusal}\n"
        f"The results that {output} did not take are in {spooling.spool.url()}, under the same keys.\n"
        f"{LATEST} was not changed. Copy them there when the cause is mended, or run again."
    )
