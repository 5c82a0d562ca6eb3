"""Accounts as the engine reads them: the enabled regions of an account, and the facts of one region."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from auditor.aws import regions
from auditor.aws.cache_check import CacheCheck, CachedFact, usable
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
from auditor.domain.json_types import Json
from auditor.domain.reason import Reason
from auditor.domain.scope import Account, Scope, Target


@dataclass(slots=True)
class _OpenAccount:
    """An account that is being read.

    `credentials` are by session policy, `states` by region. `listed` is None until the regions are listed.
    """

    target: Target
    cache: AccountCache
    credentials: dict[str, CredentialsProvider] = field(default_factory=dict)
    listed: regions.AccountRegions | None = None
    states: dict[str, ScopeState] = field(default_factory=dict)


class FactCache(Protocol):
    """Cached facts of accounts. Neither method fails: without a cache a run only makes more calls."""

    def read(self, account_id: str) -> AccountCache:
        """Return the cached facts of an account."""

    def write(self, account_id: str, cached: AccountCache) -> object:
        """Store the cached facts of an account for the next run."""


class NullFactCache:
    """A cache that is always empty."""

    def read(self, account_id: str) -> AccountCache:  # noqa: ARG002 - every account is unknown
        """Return nothing."""
        return {}

    def write(self, account_id: str, cached: AccountCache) -> None:
        """Store nothing."""


def required_actions(collectors: Iterable[Collector]) -> dict[str, set[str]]:
    """Return by service the IAM actions that reading an account with these collectors needs."""
    actions = {"ec2": set(regions.ACTIONS)}
    for collector in collectors:
        actions.setdefault(collector.service, set()).update(collector.all_actions)
    return actions


class AccountReader:
    """Reads accounts. Every method may be called from any thread; `regions` opens an account."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a scan reads, with which cache
        self,
        call_context: CallContext,
        roles: Roles,
        collectors: Iterable[Collector],
        fact_cache: FactCache | None = None,
        options: CollectOptions | None = None,
        cache_check: CacheCheck | None = None,
    ) -> None:
        """Call nothing. Without a `fact_cache` every resource is described."""
        self._cache_check = cache_check or CacheCheck()
        self._fact_cache = fact_cache or NullFactCache()
        self._call_context = call_context
        self._roles = roles
        self._options = options or CollectOptions()
        self._collectors = {collector.name: collector for collector in collectors}
        self._dependencies = {
            name
            for collector in self._collectors.values()
            for name in (*collector.depends_on, *collector.usage_depends_on)
        }
        self._open: dict[str, _OpenAccount] = {}

    def regions(self, target: Target, stats: CallStats) -> frozenset[str]:
        """Assume the account's role and return the regions to examine. Raises ReadError with the stage that failed."""
        credentials = self._roles.credentials_for(target, stats, "ec2")
        credentials.credentials()
        account = _OpenAccount(target, self._fact_cache.read(target.account.id))
        account.credentials[self._roles.policy_for("ec2")] = credentials
        self._open[target.account.id] = account
        account.listed = regions.list_regions(self._call_context, credentials, stats, target.regions.named)
        known = usable(account.cache, account.listed.expected, self._collectors)
        account.cache = self._cache_check.verify(target.account, known, partial(self._confirm, target.account, stats))
        return account.listed.expected

    def _confirm(self, account: Account, stats: CallStats, cached: CachedFact, fact: Json) -> bool | None:
        """Return whether a cached fact is true, None if that cannot be told."""
        region, collector, key = cached
        confirm_cached = self._collectors[collector].confirm_cached
        try:
            return confirm_cached and confirm_cached(self._context(Scope(account, region), collector, stats), key, fact)
        except (ApiCallError, ReadError):
            return None

    def collect(self, scope: Scope, collector: str, stats: CallStats) -> Iterator[Fact | Gap]:
        """Yield what one collector reads in one region. Raises ReadError if it cannot be listed completely."""
        account = self._open[scope.account.id]
        try:
            yield from self._collect(self._context(scope, collector, stats), collector)
        except ApiCallError as error:
            reason, detail = _classify_scope_failure(error.info, scope.region, account.listed)
            raise ReadError("list", reason, detail) from error
        if contradiction := account.listed.contradiction(scope.region) if account.listed else "":
            yield Gap(scope, "list", Reason.CONTRADICTORY_RESPONSE, contradiction)

    def _collect(self, context: CollectContext, collector: str) -> Iterator[Fact | Gap]:
        if collector not in self._dependencies:
            yield from self._collectors[collector].collect(context)
            return
        result = context.collect_sibling(collector)
        yield from result.items
        if result.error is not None:
            raise result.error

    def _context(self, scope: Scope, collector: str, stats: CallStats) -> CollectContext:
        account = self._open[scope.account.id]
        state = account.states.setdefault(scope.region, ScopeState())
        service = self._collectors[collector].service
        credentials = self._credentials(account, service, stats)
        client = RegionClient(self._call_context, credentials, scope.region, stats, state.lost_time)
        cache = account.cache.setdefault((scope.region, collector), ScopeCache())
        collect_sibling = partial(self._collect_once, scope, stats, state)
        return CollectContext(scope, client, cache, self._options, state, collect_sibling)

    def _collect_once(self, scope: Scope, stats: CallStats, state: ScopeState, collector: str) -> CollectorResult:
        """Return the result of a collector, which is read for the first caller only."""
        result = state.results.get(collector)
        if result is None:
            items: list[Fact | Gap] = []
            failure = None
            try:
                items.extend(self._collectors[collector].collect(self._context(scope, collector, stats)))
            except ApiCallError as error:
                failure = error
            result = state.results[collector] = CollectorResult(tuple(items), failure)
        return result

    def _credentials(self, account: _OpenAccount, service: str, stats: CallStats) -> CredentialsProvider:
        policy = self._roles.policy_for(service)
        credentials = account.credentials.get(policy)
        if credentials is None:
            # setdefault is atomic under the interpreter lock, so two first callers get the same session.
            new = self._roles.credentials_for(account.target, stats, service)
            credentials = account.credentials.setdefault(policy, new)
        return credentials

    def add_introductions(  # noqa: PLR0913 - a method of the engine's CloudReader
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
        return add(self._context(scope, collector, stats), findings, judge, search=search)

    def release_scope(self, scope: Scope) -> None:
        """Drop what the collectors of a region share."""
        account = self._open.get(scope.account.id)
        if account is not None:
            account.states.pop(scope.region, None)

    def release_account(self, account: Account) -> None:
        """Write the cached facts of a finished account, and drop its credentials and rate limits."""
        finished = self._open.pop(account.id, None)
        self._call_context.rate_limiter.evict(account.id)
        if finished is not None:
            self._fact_cache.write(account.id, finished.cache)


def _classify_scope_failure(info: ErrorInfo, region: str, listed: regions.AccountRegions | None) -> tuple[Reason, str]:
    """Tell a bad token from a disabled region: AWS reports both alike, and the account's list of regions decides."""
    if listed is not None and (contradiction := listed.contradiction(region)):
        return Reason.CONTRADICTORY_RESPONSE, f"{contradiction} {info.detail}"
    if not is_ambiguous(info) or region in (regions.ALWAYS_ENABLED if listed is None else listed.enabled):
        return info.reason, info.detail
    if listed is None:
        cause = "The region is probably not enabled."
    elif region in listed.unclear:
        cause = f"The region has the opt-in status {listed.unclear[region]!r}, which is not documented."
    else:
        cause = "The account has not enabled this region."
    return Reason.REGION_DISABLED, f"{cause} {info.detail}"
