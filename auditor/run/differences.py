"""What changed between two stored runs, computed from their findings and coverage with the rules of the nightly run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from auditor.archive.history import read_baseline, read_past_account
from auditor.aws.collectors import all_collectors
from auditor.domain.check import Status
from auditor.domain.errors import ConfigError, Problem
from auditor.domain.lifecycle import Change, LifecycleState
from auditor.domain.result import AccountResult, AccountSource
from auditor.history.compare import Examination, absent_account, compare

if TYPE_CHECKING:
    from auditor.domain.past_finding import PastFinding
    from auditor.run.restore import ParallelMap, StoredRun
    from auditor.store.store import Store

#: Without a row for each of these, a resource without a row may still exist, or may have failed.
_NEEDED = frozenset({Status.FAIL, Status.UNKNOWN, Status.PASS})


def differences(store: Store, older: StoredRun, newer: StoredRun, parallel_map: ParallelMap) -> Iterator[Change]:
    """Yield the changes from one run to another, account by account, sorted by account ID.

    Raises ConfigError if one of them has no rows for some statuses, and StorageError.
    """
    for run in (older, newer):
        if missing := _NEEDED - set(run.manifest.provenance.settings["emit"]):
            problem = f"{run.manifest.run_id} has no rows with the status {', '.join(sorted(missing))}"
            raise ConfigError([Problem("RUN_ID", 0, "", problem, "Compare runs that write all statuses.")])
    baseline = read_baseline(store, older.manifest.run_id)
    then, now = _examination(older), _examination(newer)
    listed = newer.manifest.account_source is AccountSource.ORGANIZATION
    earlier, later = _ByAccount(older.accounts(parallel_map)), _ByAccount(newer.accounts(parallel_map))
    for account_id in sorted({*_accounts(older), *_accounts(newer), *baseline.digests}):
        left = read_past_account(store, baseline, account_id)
        before, after = earlier.take(account_id), later.take(account_id)
        past = _past_findings(before, left.findings or (), then)
        if after is not None:
            yield from compare(past, _with_resources(after, past), now).changes
        elif (account := before.account if before else left.account) is not None:
            has_left = listed and account.in_organization
            yield from absent_account(past, account, now.started_at, left=has_left).changes


class _ByAccount:
    """Results of accounts that are sorted by ID, taken one by one."""

    def __init__(self, results: Iterator[AccountResult]) -> None:
        self._results = results
        self._next = next(results, None)

    def take(self, account_id: str) -> AccountResult | None:
        """Return the result of an account, None if there is none. IDs must be asked for in order."""
        result = self._next
        if result is None or result.account.id != account_id:
            return None
        self._next = next(self._results, None)
        return result


def _accounts(run: StoredRun) -> Iterator[str]:
    return (summary.account.id for summary in run.result.accounts)


def _past_findings(
    before: AccountResult | None, known: tuple[PastFinding, ...], examination: Examination
) -> list[PastFinding]:
    """Return the failures of a run by its rows; those that it did not see, and their age, are in its history."""
    failing = {past.key: past for past in compare(None, before, examination).past_findings} if before else {}
    history = {past.key: past for past in known}
    for key, past in failing.items():
        if (earlier := history.get(key)) is not None:
            failing[key] = replace(past, state=earlier.state, first_seen=earlier.first_seen)
    unseen = [past for key, past in history.items() if key not in failing]
    stale_or_closed = [past for past in unseen if not past.is_open or past.state is LifecycleState.STALE]
    return [*failing.values(), *stale_or_closed]


def _with_resources(now: AccountResult, past: list[PastFinding]) -> AccountResult:
    """Name the findings whose resource has rows of other checks only: their own check does not apply any more."""
    resources = {(key[0], *key[2:]) for key in (finding.key for finding in now.findings)}
    exist = {one.key for one in past if (one.region, one.resource_type, one.resource_arn) in resources}
    return replace(now, watched_not_applicable=now.watched_not_applicable | exist)


def _examination(run: StoredRun) -> Examination:
    provenance = run.manifest.provenance
    return Examination(
        started_at=datetime.fromisoformat(run.manifest.started_at),
        checks=frozenset(provenance.checks),
        collectors=_collectors(),
        revisions=provenance.settings["revisions"],
    )


def _collectors() -> Mapping[str, tuple[str, ...]]:
    by_type: dict[str, tuple[str, ...]] = {}
    for collector in all_collectors():
        by_type[collector.fact_type.TYPE] = (*by_type.get(collector.fact_type.TYPE, ()), collector.name)
    return by_type
