"""The audit itself: claim the run, have its parts done, write, report, and say how it went."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from auditor import __version__
from auditor.archive.archive import Archive, Entry
from auditor.archive.layout import LATEST, Layout
from auditor.aws.collectors import reading
from auditor.domain.check import Check, Severity
from auditor.domain.events import Event, Level, Notice, Observer, RunEnded, RunStarted
from auditor.domain.result import CheckInfo, RunResult
from auditor.domain.scope import Target
from auditor.engine import runtime_tuning
from auditor.engine.aggregate import About
from auditor.engine.processes import Lost, cores, spread
from auditor.engine.signals import Orders
from auditor.reports import summary_json
from auditor.reports.page import html
from auditor.reports.terminal import summary
from auditor.run.aws_context import Aws
from auditor.run.exit_codes import BOTH, FAILED, FINDINGS, INCOMPLETE, OK, Outcome
from auditor.run.worker import Done, Order, elsewhere, here, spooled_store
from auditor.store.spool import Spooling

if TYPE_CHECKING:
    from auditor.settings import Settings

#: A process takes half a second of CPU to start; fewer accounts than this are not worth one of their own.
_ACCOUNTS_PER_PROCESS = 8
_MOST_PROCESSES = 8


@dataclass(frozen=True, slots=True)
class Request:
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


def audit(request: Request, aws: Aws, observe: Observer, orders: Orders) -> Outcome:
    """Carry out a run. Raises RunExists and StorageError where nothing could be written at all."""
    order = Order(
        request.run_id, request.output, request.targets, request.settings, aws.identity, request.settings.limits.workers
    )
    layout, spooling = Layout(request.run_id), spooled_store(order, aws.store(request.output, request.settings))
    # Until the first account is read, a refusal ends the run: it must not be hidden by the spool.
    claim = Archive(spooling.first, layout).claim(aws.clock.now(), fingerprint(request), resume=request.resume)
    archive = Archive(spooling, layout, attempt=claim.attempt)
    previous = archive.previous()
    order = replace(order, vouched=archive.vouched(previous), resume=request.resume, attempt=claim.attempt)
    for event in _openings(request, aws):
        observe(event)
    done = _parts(order, aws, observe, _processes(request))
    spooling.spooled.add(done.spooled)
    interrupted = orders.exit_code is not None
    checks = tuple(map(_info, request.settings.checks))
    finished_at = max(claim.started_at, aws.clock.now())  # the time of day may have been set back meanwhile
    about = About(request.run_id, claim.started_at, finished_at, __version__, checks, interrupted=interrupted)
    result = done.gathering.result(about)
    written = [*done.entries, archive.summary(summary_json.summary_json(result)), archive.report(html.render(result))]
    waiting = _seal(archive, spooling, result, written, _context(request, previous, {**order.vouched, **done.vouches}))
    observe(RunEnded(result.run_id, result.complete, result.coverage_percent))
    shown = spooling.spool if waiting else spooling.first
    said = summary.summary(result, output=shown.where(), report=spooling.where(layout.report), colour=request.colour)
    if waiting:
        return Outcome(f"{said}\n{_spooled(spooling, request.output)}", FAILED)
    return Outcome(said, exit_code(result, request.settings, orders))


def fingerprint(request: Request) -> str:
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
    collectors = tuple(each.name for each in reading([check.over], running=False))
    return CheckInfo(
        id=check.id,
        title=check.title,
        severity=check.severity,
        frameworks=check.frameworks,
        remediation=check.remediation,
        words=check.words,
        repairs=check.repairs,
        collectors=collectors,
    )


def _processes(request: Request) -> int:
    wanted = request.settings.limits.processes or min(cores(), _MOST_PROCESSES)
    worth = len(request.targets) // _ACCOUNTS_PER_PROCESS
    return 1 if request.together else max(1, min(wanted, worth, request.settings.limits.workers))


def _parts(order: Order, aws: Aws, observe: Observer, processes: int) -> Done:
    """Have the run done in so many processes. What a process leaves undone when it dies is done here."""
    order = replace(order, deadline=aws.clock.left)
    if processes == 1:
        runtime_tuning.begin()
        return here(order, aws, observe)
    aws.preload()
    runtime_tuning.begin()
    workers = -(-order.workers // processes)
    jobs = [replace(order, targets=order.targets[n::processes], workers=workers) for n in range(processes)]
    done, lost = Done(), list[Order]()
    for outcome in spread(elsewhere, jobs, aws.clock, observe):
        if isinstance(outcome, Lost):
            lost.append(outcome.job)
        else:
            done.add(outcome)
    for job in lost:
        observe(Notice(Level.ERROR, "A worker process died; its accounts are taken up again", f"{len(job.targets)}"))
        done.add(here(replace(job, resume=True, deadline=aws.clock.left), aws, observe))
    return done


def _seal(
    archive: Archive, spooling: Spooling, result: RunResult, written: list[Entry], context: Mapping[str, Any]
) -> tuple[str, ...]:
    """Deliver what waits, then write the manifest, then `latest.json`; each only when all before it has arrived."""
    waiting = spooling.deliver()
    if not waiting and not result.interrupted:
        archive.seal(result, written, context)
        waiting = spooling.deliver()
    if not waiting and not result.interrupted:
        archive.publish(result)
        waiting = spooling.deliver()
    return waiting


def exit_code(result: RunResult, settings: Settings, orders: Orders) -> int:
    """Return the documented exit code of a run that has written everything."""
    if orders.exit_code is not None:
        return orders.exit_code
    floor = settings.fail_on
    failing = floor is not None and any(
        result.failing(severity) for severity in Severity if severity.rank >= floor.rank
    )
    incomplete = result.coverage_percent < settings.min_coverage
    return {
        (False, False): OK,
        (True, False): FINDINGS,
        (False, True): INCOMPLETE,
        (True, True): BOTH,
    }[failing, incomplete]


def _openings(request: Request, aws: Aws) -> Iterator[Event]:
    yield RunStarted(request.run_id, len(request.targets), tuple(check.id for check in request.settings.checks))
    yield Notice(Level.INFO, "Auditing as", aws.identity.arn)
    if redirected := aws.endpoints:
        # An environment variable can send a credentialled scanner anywhere: it must not do so unseen.
        yield Notice(Level.WARNING, "AWS endpoints are redirected by the environment", redirected)


def _context(request: Request, previous: str | None, vouches: Mapping[str, str]) -> dict[str, Any]:
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


def _spooled(spooling: Spooling, output: str) -> str:
    return (
        f"NOT DELIVERED: {spooling.spooled.refusal}\n"
        f"The results that {output} did not take are in {spooling.spool.where()}, under the same keys.\n"
        f"{LATEST} was not changed. Copy them there when the cause is mended, or run again."
    )
