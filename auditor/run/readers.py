"""Clients that read accounts: the reader of a scan, and a client for one region of one account."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from auditor.aws.account_reader import AccountReader, FactCache, required_actions
from auditor.aws.cache_check import CacheCheck
from auditor.aws.calls import RegionClient
from auditor.aws.collectors.collector import CollectOptions, Collector
from auditor.aws.models import check_required_members
from auditor.aws.roles import Roles
from auditor.domain.coverage import CallStats
from auditor.domain.scope import Target
from auditor.run.aws_context import AwsContext


def make_reader(  # noqa: PLR0913, PLR0917 - what a scan reads, with which cache
    aws: AwsContext,
    run_id: str,
    collectors: Iterable[Collector],
    fact_cache: FactCache | None = None,
    options: CollectOptions | None = None,
    cache_check: CacheCheck | None = None,
) -> AccountReader:
    """Return the reader of a scan. Its role sessions may call only what the collectors need.

    Raises AuditorError if the installed botocore is too old for a collector.
    """
    collectors = tuple(collectors)
    check_required_members(collectors)
    roles = Roles(aws.call_context, aws.identity, run_id, required_actions(collectors))
    return AccountReader(aws.call_context, roles, collectors, fact_cache, options, cache_check)


def make_listing_reader(aws: AwsContext, run_id: str, collectors: Iterable[Collector]) -> AccountReader:
    """Return a reader that only lists: it yields every resource that a run would describe, and describes none."""
    return make_reader(aws, run_id, (replace(collector, collect=collector.list_only) for collector in collectors))


def make_region_client(  # noqa: PLR0913, PLR0917 - where to call, as what, and what may be called
    aws: AwsContext, run_id: str, target: Target, region: str, service: str, actions: Collection[str]
) -> RegionClient:
    """Return a client of a service in one region of an account. Calls nothing yet.

    Its role session may call only `actions`.
    """
    stats = CallStats()
    roles = Roles(aws.call_context, aws.identity, run_id, {service: actions})
    return RegionClient(aws.call_context, roles.credentials_for(target, stats, service), region, stats)
