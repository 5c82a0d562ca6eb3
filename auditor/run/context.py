"""The objects that a run shares within one process, built once by the parent and once by each worker process."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from auditor.archive.archive import Archive
from auditor.archive.authentication import MacKey
from auditor.archive.fact_cache import StoredFactCache
from auditor.archive.layout import Layout
from auditor.aws.cache_check import CacheCheck
from auditor.aws.collectors import collectors_for
from auditor.aws.collectors.collector import LATEST, Collector
from auditor.aws.roles import Identity
from auditor.contracts.run import ClaimedAccount
from auditor.domain.comparison import Baseline
from auditor.domain.scope import Target
from auditor.engine.ports import Assignment, ConfiguredCheck
from auditor.exceptions import ExceptionsFileContent
from auditor.history.compare import Examination
from auditor.run.aws_context import AwsContext
from auditor.run.exporting import Exporter, exported_run
from auditor.run.history import AccountHistory
from auditor.run.rules import FindingRules, day, finding_rules
from auditor.settings import Settings
from auditor.store.spool import SpoolingStore


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run whose ID this process has claimed. It can be pickled, and is the same in every process of the run.

    `attempt` is 0 for a new run and counts how often it was resumed. `previous_run` is the latest published run, and
    `trusted_digests` maps keys of its fact cache to the SHA-256 that its manifest lists. `trusted_rows` are the rows
    that a resumed run may take over, by key; None if nothing but a comparison with AWS can tell. `authenticated` means
    that both were checked with a MAC key. `narrowed` means that flags left out accounts, regions or checks. `baseline`
    is the run to compare with: the one that was the latest when the run was claimed first.
    """

    run_id: str
    output: str
    settings: Settings
    identity: Identity
    started_at: datetime
    attempt: int = 0
    previous_run: str | None = None
    trusted_digests: Mapping[str, str] = field(default_factory=dict)
    trusted_rows: Mapping[str, str] | None = None
    authenticated: bool = False
    narrowed: bool = False
    accounts: tuple[ClaimedAccount, ...] = ()
    exceptions: ExceptionsFileContent = field(default_factory=ExceptionsFileContent)
    baseline: Baseline = field(default_factory=Baseline)


@dataclass(frozen=True, slots=True)
class RunContext:
    """What all parts of a run in this process use: AWS, the stores, the fact cache, the collectors and their checks."""

    run: ClaimedRun
    aws: AwsContext
    store: SpoolingStore
    layout: Layout
    archive: Archive
    exporter: Exporter
    fact_cache: StoredFactCache
    cache_check: CacheCheck
    history: AccountHistory
    collectors: tuple[Collector, ...]
    assignments: tuple[Assignment, ...]
    rules: FindingRules
    mac_key: MacKey | None = None


def build_context(run: ClaimedRun, aws: AwsContext, store: SpoolingStore, mac_key: MacKey | None = None) -> RunContext:
    """Build the context of this process. Only the parent has the MAC key."""
    layout, collectors = Layout(run.run_id), enabled_collectors(run.settings)
    assignments = make_assignments(run.settings, collectors)
    versions = {
        collector.name: collector.cache_codec.version for collector in collectors if collector.cache_codec is not None
    }
    settings, partition = run.settings, run.identity.arn.split(":")[1]
    return RunContext(
        run=run,
        aws=aws,
        store=store,
        layout=layout,
        archive=Archive(store, layout, run.settings.emit, run.attempt),
        exporter=Exporter(
            settings.export,
            exported_run(run.run_id, run.started_at, partition, settings),
            store,
            settings.emit,
        ),
        # The cache is never spooled: a cache that the output refuses only costs the next run more calls.
        fact_cache=StoredFactCache(store.first, versions, run.trusted_digests, read_only=run.narrowed),
        cache_check=CacheCheck(0 if run.authenticated else run.settings.cache.reread_nights),
        history=AccountHistory(store.first, run.baseline, _examination(run, collectors)),
        collectors=collectors,
        assignments=assignments,
        rules=finding_rules(run.settings, run.exceptions, assignments, day(run.started_at)),
        mac_key=mac_key,
    )


def _examination(run: ClaimedRun, collectors: Iterable[Collector]) -> Examination:
    by_type: dict[str, tuple[str, ...]] = {}
    for collector in collectors:
        by_type[collector.fact_type.TYPE] = (*by_type.get(collector.fact_type.TYPE, ()), collector.name)
    checks = frozenset(check.id for check in run.settings.checks)
    return Examination(run.started_at, checks, by_type, run.settings.revisions)


def with_organization_accounts(settings: Settings, targets: Iterable[Target]) -> Settings:
    """Add the accounts of a run, excluded ones included, to each parameter `accounts` of a check.

    Checks are pure: this is how they know which accounts belong to the organization.
    """
    accounts = sorted(target.account.id for target in targets)
    parameters = {
        check_id: replace(values, accounts=tuple(dict.fromkeys((*values.accounts, *accounts))))
        if hasattr(values, "accounts")
        else values
        for check_id, values in settings.parameters.items()
    }
    return settings.model_copy(update={"parameters": parameters})


def enabled_collectors(settings: Settings) -> tuple[Collector, ...]:
    """Return the collectors that the enabled checks need, with those for running revisions if they are judged.

    Tags are read apart from facts only if an enabled check reads them.
    """
    kinds = [check.fact_type for check in settings.checks]
    collectors = collectors_for(kinds, running=settings.revisions != LATEST, needs=enabled_needs(settings))
    if any(check.reads_tags for check in settings.checks):
        return collectors
    return tuple(replace(collector, tag_source=None) for collector in collectors)


def enabled_needs(settings: Settings) -> frozenset[str]:
    """Return the optional parts of facts that the enabled checks need."""
    return frozenset(need for check in settings.checks for need in check.needs)


def make_assignments(settings: Settings, collectors: tuple[Collector, ...]) -> tuple[Assignment, ...]:
    """Return the assignments of every scope: each collector with the checks that judge its facts, if any."""
    return tuple(
        Assignment(collector.name, _checks_for(settings, collector), collector.fact_type.TYPE)
        for collector in collectors
    )


def _checks_for(settings: Settings, collector: Collector) -> tuple[ConfiguredCheck, ...]:
    return tuple(
        ConfiguredCheck(check, settings.parameters[check.id])
        for check in settings.checks
        if issubclass(collector.fact_type, check.fact_type)
    )
