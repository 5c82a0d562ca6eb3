"""One part of the run, done wherever it is sent: in this process or in another. What goes in and out can be pickled."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auditor.archive.archive import Archive, Entry, Stored
from auditor.archive.fact_cache import Recollection
from auditor.archive.layout import Layout
from auditor.aws.collectors import reading
from auditor.aws.collectors.collector import LATEST, Collector, Wishes
from auditor.aws.roles import Identity
from auditor.domain.check import Status
from auditor.domain.events import AccountEnded, Observer
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.domain.scope import Target
from auditor.engine import runtime_tuning
from auditor.engine.aggregate import Digest, Gathering, digest
from auditor.engine.clock import RunClock
from auditor.engine.parallel import abreast
from auditor.engine.ports import Rule, Work
from auditor.engine.scan import Ended, Scan
from auditor.engine.scan_scope import Prior, Wanted, before
from auditor.run.aws_context import Aws
from auditor.settings import Settings
from auditor.store.folder import Folder
from auditor.store.spool import Spooled, Spooling
from auditor.store.store import Store

_UNSETTLED = frozenset({Reason.INTERRUPTED, Reason.DEADLINE})
_NEEDED_TO_RESUME = frozenset({Status.PASS, Status.FAIL, Status.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Order:
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
    vouched: Mapping[str, str] = field(default_factory=dict)
    resume: bool = False
    attempt: int = 0


@dataclass(slots=True)
class Done:
    """What came of an order. `vouches` is for the manifest; `spooled` is what the output did not take."""

    gathering: Gathering = field(default_factory=Gathering)
    entries: list[Entry] = field(default_factory=list)
    vouches: dict[str, str] = field(default_factory=dict)
    spooled: Spooled = field(default_factory=Spooled)

    def add(self, other: Done) -> None:
        """Take in another part of the same run."""
        self.gathering.merge(other.gathering)
        self.entries += other.entries
        self.vouches.update(other.vouches)
        self.spooled.add(other.spooled)


@dataclass(frozen=True, slots=True)
class Kept:
    """An account that has ended: what the run keeps of it, and the objects that were written."""

    digest: Digest
    entries: tuple[Entry, ...]


def elsewhere(order: Order, clock: RunClock, observe: Observer) -> Done:
    """Carry out an order in a process of its own."""
    runtime_tuning.begin()
    aws = Aws(clock, order.identity)
    aws.configure(order.settings)
    return here(order, aws, observe)


def here(order: Order, aws: Aws, observe: Observer) -> Done:
    """Carry out an order with an AWS that is there already. Raises StorageError where nothing takes the results."""
    if order.deadline is not None:
        aws.clock.limit(order.deadline)
    collectors = collectors_of(order.settings)
    spooling = spooled_store(order, aws.store(order.output, order.settings))
    archive = Archive(spooling, Layout(order.run_id), order.settings.emit, order.attempt)
    memory = Recollection(spooling.first, {each.name: each.version for each in collectors}, order.vouched)
    done = Done()
    for kept in _accounts(order, aws, archive, memory, collectors, observe):
        done.gathering.add(kept.digest)
        done.entries.extend(kept.entries)
        observe(AccountEnded(kept.digest.summary))
    done.vouches, done.spooled = memory.vouches, spooling.spooled
    return done


def spooled_store(order: Order, store: Store) -> Spooling:
    """Return the output with its spool folder behind it: every process of a run has the same one."""
    folder = Path(order.settings.spool or tempfile.gettempdir()) / f"auditor-spool-{order.run_id}"
    return Spooling(store, Folder(folder))


def collectors_of(settings: Settings) -> tuple[Collector, ...]:
    """Return what reads for the enabled checks, what runs included where that is wanted."""
    return reading((check.over for check in settings.checks), running=settings.revisions != LATEST)


def works(settings: Settings) -> tuple[Work, ...]:
    """Return what to do in every scope: each collector with the checks over its facts, if any."""
    rules = [(check, Rule(check, settings.parameters[check.id])) for check in settings.checks]
    return tuple(
        Work(each.name, tuple(rule for check, rule in rules if issubclass(each.yields, check.over)), each.yields.TYPE)
        for each in collectors_of(settings)
    )


def _accounts(  # noqa: PLR0913, PLR0917 - the parts that `here` has put together
    order: Order,
    aws: Aws,
    archive: Archive,
    memory: Recollection,
    collectors: tuple[Collector, ...],
    observe: Observer,
) -> Iterator[Kept]:
    settings = order.settings
    todo = works(settings)
    left, prior = list[Target](), dict[str, Prior]()
    for target, earlier in _before(order, archive, todo):
        if isinstance(earlier, Kept):
            yield earlier
        else:
            left.append(target)
            prior[target.account.id] = earlier

    def finish(result: AccountResult) -> Kept:
        return Kept(digest(result), archive.account(result))

    wishes = Wishes(settings.revisions, tags=any(check.reads_tags for check in settings.checks))
    scan = Scan(
        cloud=aws.reader(order.run_id, collectors, memory=memory, wishes=wishes),
        works=todo,
        finish=finish,
        clock=aws.clock,
        workers=order.workers,
        wanted=Wanted(keep_all=Status.NOT_APPLICABLE in settings.emit, search=settings.introduced),
        prior=prior,
    )
    for news in scan.run(left):
        if isinstance(news, Ended):
            yield news.value
        else:
            observe(news)


def _before(order: Order, archive: Archive, todo: tuple[Work, ...]) -> Iterator[tuple[Target, Kept | Prior]]:
    """Yield every account with what the run has made of it before: all of it, or the scopes that are settled."""
    # Without a row for every verdict, nobody can tell what was counted.
    if not order.resume or not set(order.settings.emit) >= _NEEDED_TO_RESUME:
        yield from ((target, {}) for target in order.targets)
        return

    def look(target: Target) -> tuple[Target, Kept | Prior]:
        stored = archive.stored(target.account)
        return target, {} if stored is None else _taken_over(stored, todo)

    # A bucket answers in its own time: a thousand accounts one after the other would take minutes.
    yield from abreast(look, order.targets, order.workers)


def _taken_over(stored: Stored, todo: tuple[Work, ...]) -> Kept | Prior:
    result = stored.result
    if not result.coverage or any(row.reason in _UNSETTLED for row in result.coverage):
        return before(result, todo, _UNSETTLED)
    spared: Counter[str] = Counter()
    for examined in before(result, todo, frozenset()).values():
        spared.update(examined.not_applicable)
    return Kept(digest(AccountResult(result.account, result.findings, result.coverage, dict(spared))), stored.entries)
