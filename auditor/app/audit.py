"""The audit itself: scan, write, report, and say how it went."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor import __version__
from auditor.app.outcome import BOTH, FAILED, FINDINGS, INCOMPLETE, OK, Outcome
from auditor.app.wiring import Aws
from auditor.archive.archive import Archive, Entry
from auditor.archive.layout import LATEST, Layout
from auditor.aws.collectors import reading
from auditor.domain.check import Severity, Status
from auditor.domain.events import AccountEnded, Event, Level, Notice, RunEnded, RunStarted
from auditor.domain.result import AccountResult, RunResult
from auditor.domain.scope import Target
from auditor.engine.gather import About, Digest, Gathering, digest
from auditor.engine.ports import Rule, Work
from auditor.engine.scan import Ended, Scan
from auditor.engine.signals import Orders, obeying
from auditor.reports import html, machine, text
from auditor.store.folder import Folder
from auditor.store.spool import Spooling

if TYPE_CHECKING:
    from auditor.domain.events import Observer
    from auditor.settings import Settings


@dataclass(frozen=True, slots=True)
class Request:
    """What to audit and how. `hashes` says which inventory and settings it came from."""

    run_id: str
    output: str
    targets: tuple[Target, ...]
    settings: Settings
    hashes: Mapping[str, str | None]
    colour: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """An account that has ended: what the run keeps of it, and the objects that were written."""

    digest: Digest
    entries: tuple[Entry, ...]


def audit(request: Request, aws: Aws, observe: Observer) -> Outcome:
    """Carry out a run. Raises RunExists and StorageError where nothing could be written at all."""
    started_at, identity = aws.clock.now(), aws.identity.arn
    layout = Layout(request.run_id)
    store = aws.store(request.output, request.settings)
    Archive(store, layout).claim(started_at)
    spool = Folder(Path(request.settings.spool or tempfile.gettempdir()) / f"auditor-spool-{request.run_id}")
    spooling = Spooling(store, spool)
    archive = Archive(spooling, layout, request.settings.emit)
    previous = archive.previous()
    with obeying(aws.clock) as orders:
        for event in _openings(request, identity, aws.endpoints):
            observe(event)
        gathering, entries = _scan(request, aws, archive, observe)
        result = gathering.result(
            About(
                request.run_id,
                started_at,
                aws.clock.now(),
                __version__,
                request.settings.checks,
                interrupted=orders.exit_code is not None,
            )
        )
        written = (*entries, archive.summary(machine.summary_json(result)), archive.report(html.render(result)))
        waiting = spooling.deliver()
        if not waiting and not result.interrupted:
            archive.seal(result, written, _context(request, previous))
            waiting = spooling.deliver()
        if not waiting and not result.interrupted:
            archive.publish(result)
            waiting = spooling.deliver()
        observe(RunEnded(result.run_id, result.complete, result.coverage_percent))
        shown = spool if waiting else store
        said = text.summary(result, output=shown.where(), report=spooling.where(layout.report), colour=request.colour)
        if waiting:
            return Outcome(f"{said}\n{_spooled(spooling, spool, request.output)}", FAILED)
        return Outcome(said, exit_code(result, request.settings, orders))


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


def works(settings: Settings) -> tuple[Work, ...]:
    """Return what to do in every scope: each collector that an enabled check needs, with the checks over its facts."""
    collectors = reading(check.over for check in settings.checks)
    return tuple(
        Work(
            collector.name,
            tuple(
                Rule(check, settings.parameters[check.id])
                for check in settings.checks
                if check.over is collector.yields
            ),
        )
        for collector in collectors
    )


def _scan(request: Request, aws: Aws, archive: Archive, observe: Observer) -> tuple[Gathering, list[Entry]]:
    settings, gathering, entries = request.settings, Gathering(), list[Entry]()
    collectors = reading(check.over for check in settings.checks)

    def finish(result: AccountResult) -> Kept:
        return Kept(digest(result), archive.account(result))

    scan = Scan(
        cloud=aws.reader(request.run_id, collectors),
        works=works(settings),
        finish=finish,
        clock=aws.clock,
        workers=settings.limits.workers,
        keep_all=Status.NOT_APPLICABLE in settings.emit,
    )
    for news in scan.run(request.targets):
        if isinstance(news, Ended):
            gathering.add(news.value.digest)
            entries.extend(news.value.entries)
            observe(AccountEnded(news.value.digest.summary))
        else:
            observe(news)
    return gathering, entries


def _openings(request: Request, identity: str, redirected: str) -> Iterator[Event]:
    yield RunStarted(request.run_id, len(request.targets), tuple(check.id for check in request.settings.checks))
    yield Notice(Level.INFO, "Auditing as", identity)
    if redirected:
        # An environment variable can send a credentialled scanner anywhere: it must not do so unseen.
        yield Notice(Level.WARNING, "AWS endpoints are redirected by the environment", redirected)


def _context(request: Request, previous: str | None) -> dict[str, Any]:
    return {
        "previous_run": previous,
        "inventory_sha256": request.hashes.get("inventory"),
        "settings_sha256": request.hashes.get("settings"),
        "checks": [check.id for check in request.settings.checks],
        "versions": _versions(),
    }


def _versions() -> dict[str, str]:
    from importlib.metadata import version  # noqa: PLC0415 - reads files, and only here

    python = ".".join(map(str, sys.version_info[:3]))
    return {"auditor": __version__, "python": python} | {name: version(name) for name in ("boto3", "botocore")}


def _spooled(spooling: Spooling, spool: Folder, output: str) -> str:
    return (
        f"NOT DELIVERED: {spooling.refusal}\n"
        f"The results that {output} did not take are in {spool.where()}, under the same keys.\n"
        f"{LATEST} was not changed. Copy them there when the cause is mended, or run again."
    )
