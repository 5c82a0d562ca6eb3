"""AWS as the engine sees it: which regions an account has, and what is in one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from auditor.aws import regions
from auditor.aws.calls import CallContext, CredentialsProvider, RegionClient
from auditor.aws.collectors.collector import (
    CollectContext,
    CollectOptions,
    Collector,
    CollectorResult,
    JudgeFact,
    ScopeState,
)
from auditor.aws.errors import ApiCallError, ErrorInfo, is_ambiguous
from auditor.aws.roles import Roles
from auditor.domain.cache import AccountCache, ScopeCache
from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats, Gap
from auditor.domain.fact import Fact
from auditor.domain.finding import Finding
from auditor.domain.reason import Reason
from auditor.domain.scope import Account, Scope, Target


@dataclass(slots=True)
class _Open:
    """An account that is being read. `enabled` is None while its regions are not known.

    `shared` holds, for each region under way, what its collectors share.
    """

    credentials: CredentialsProvider
    notes: AccountCache
    enabled: frozenset[str] | None = None
    shared: dict[str, ScopeState] = field(default_factory=dict)


class FactCache(Protocol):
    """Where notes come from and go to. Neither may fail: notes save calls, and that is all."""

    def read(self, account_id: str) -> AccountCache:
        """Return what is remembered of an account."""

    def write(self, account_id: str, notes: AccountCache) -> object:
        """Remember an account."""


class NullFactCache:
    """Remembers nothing."""

    def read(self, account_id: str) -> AccountCache:  # noqa: ARG002 - nothing is known of anyone
        """Return nothing."""
        return {}

    def write(self, account_id: str, notes: AccountCache) -> None:
        """Drop it."""


class AccountReader:
    """Reads accounts. Every method may be called from any thread; an account is opened by `regions`."""

    def __init__(
        self,
        call_context: CallContext,
        roles: Roles,
        collectors: Iterable[Collector],
        memory: FactCache | None = None,
        options: CollectOptions | None = None,
    ) -> None:
        """Calls nothing. Without a `memory` every night is the first."""
        self._memory = memory or NullFactCache()
        self._caller = call_context
        self._roles = roles
        self._wishes = options or CollectOptions()
        self._collectors = {each.name: each for each in collectors}
        self._built_on = {
            name for each in self._collectors.values() for name in (*each.depends_on, *each.usage_depends_on)
        }
        self._open: dict[str, _Open] = {}

    def regions(self, target: Target, stats: CallStats) -> frozenset[str]:
        """Get into the account and return its enabled regions. Raises Unreadable, with the stage that error."""
        credentials = self._roles.credentials_for(target, stats)
        credentials.credentials()
        account = _Open(credentials, self._memory.read(target.account.id))
        self._open[target.account.id] = account
        account.enabled = regions.list_enabled_regions(self._caller, account.credentials, stats, target.regions.named)
        return account.enabled

    def collect(self, scope: Scope, collector: str, stats: CallStats) -> Iterator[Fact | Gap]:
        """Yield what one collector finds in one region. Raises Unreadable when it cannot be listed (any further)."""
        account = self._open[scope.account.id]
        shared = account.shared.setdefault(scope.region, ScopeState())
        client = RegionClient(self._caller, account.credentials, scope.region, stats, shared.lost_seconds)
        try:
            yield from self._items(scope, client, shared, collector)
        except ApiCallError as error:
            reason, detail = _classify_scope_failure(error.info, scope.region, account.enabled)
            raise ReadError("list", reason, detail) from error
        finally:
            shared.lost_seconds = client.lost_seconds

    def _items(self, scope: Scope, client: RegionClient, shared: ScopeState, collector: str) -> Iterator[Fact | Gap]:
        if collector not in self._built_on:
            yield from self._visit(scope, client, shared, collector)
            return
        outcome = self._outcome(scope, client, shared, collector)
        yield from outcome.items
        if outcome.error is not None:
            raise outcome.error

    def _outcome(self, scope: Scope, client: RegionClient, shared: ScopeState, collector: str) -> CollectorResult:
        """Return what a collector came to; it is read once, whoever asks first."""
        outcome = shared.results.get(collector)
        if outcome is None:
            items: list[Fact | Gap] = []
            failure = None
            try:
                items.extend(self._visit(scope, client, shared, collector))
            except ApiCallError as error:
                failure = error
            outcome = shared.results[collector] = CollectorResult(tuple(items), failure)
        return outcome

    def _visit(self, scope: Scope, client: RegionClient, shared: ScopeState, collector: str) -> Iterator[Fact | Gap]:
        return self._collectors[collector].collect(self._context(scope, client, shared, collector))

    def _context(self, scope: Scope, client: RegionClient, shared: ScopeState, collector: str) -> CollectContext:
        cache = self._open[scope.account.id].notes.setdefault((scope.region, collector), ScopeCache())
        sibling = partial(self._outcome, scope, client, shared)
        return CollectContext(scope, client, cache, self._wishes, shared, sibling)

    def add_introductions(  # noqa: PLR0913 - the port of the engine
        self,
        scope: Scope,
        collector: str,
        findings: Iterable[Finding],
        judge: JudgeFact,
        stats: CallStats,
        *,
        search: bool,
    ) -> Iterable[Finding]:
        """Return the findings, failing ones with the revision that first had the problem if it can be told."""
        add = self._collectors[collector].add_introductions
        if add is None:
            return findings
        account = self._open[scope.account.id]
        shared = account.shared.setdefault(scope.region, ScopeState())
        client = RegionClient(self._caller, account.credentials, scope.region, stats, shared.lost_seconds)
        return add(self._context(scope, client, shared, collector), findings, judge, search=search)

    def release_scope(self, scope: Scope) -> None:
        """Forget what the collectors of a region shared."""
        account = self._open.get(scope.account.id)
        if account is not None:
            account.shared.pop(scope.region, None)

    def release_account(self, account: Account) -> None:
        """Forget an account that has ended, its keys and its rate budget, but for the notes for the next night."""
        ended = self._open.pop(account.id, None)
        self._caller.rate_limiter.evict(account.id)
        if ended is not None:
            self._memory.write(account.id, ended.notes)


def _classify_scope_failure(failure: ErrorInfo, region: str, enabled: frozenset[str] | None) -> tuple[Reason, str]:
    """Tell a bad token from a region that is not enabled: AWS says the same of both, the account's list decides."""
    if not is_ambiguous(failure) or region in (regions.ALWAYS_ENABLED if enabled is None else enabled):
        return failure.reason, failure.detail
    known = "The account has not enabled this region." if enabled is not None else "The region is probably not enabled."
    return Reason.REGION_DISABLED, f"{known} {failure.detail}"
