"""The result of a dry run: what a run would examine, and how many API calls it would make."""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from operator import attrgetter

from auditor.contracts.document import SCHEMA_VERSION
from auditor.contracts.plan import PlanDocument, PlannedAccount, PlannedScope
from auditor.contracts.unlisted_accounts import unlisted_record
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.scope import Account
from auditor.domain.unlisted_accounts import UnlistedAccounts

#: AssumeRole and DescribeRegions, once per account.
_CALLS_PER_ACCOUNT = 2

#: The number of calls that a collector makes to describe a number of resources, by collector.
DescribeCalls = Mapping[str, Callable[[int], int]]


def plan_document(
    records: Iterable[Coverage], describe_calls: DescribeCalls, unlisted: UnlistedAccounts | None = None
) -> PlanDocument:
    """Return the plan. `records` are sorted by account; their `resources` count what was listed."""
    accounts = [
        _account(account, [_scope(record, describe_calls) for record in group])
        for account, group in groupby(records, key=attrgetter("account"))
    ]
    return PlanDocument(
        schema_version=SCHEMA_VERSION,
        regions=sum(account.regions for account in accounts),
        resources=sum(account.resources for account in accounts),
        calls=sum(account.calls for account in accounts),
        unlisted=unlisted_record(unlisted),
        accounts=accounts,
    )


def _account(account: Account, scopes: list[PlannedScope]) -> PlannedAccount:
    listed = [scope for scope in scopes if scope.status is CoverageStatus.EXAMINED]
    return PlannedAccount(
        id=account.id,
        name=account.name,
        regions=len({scope.region for scope in listed}),
        resources=sum(scope.resources for scope in listed),
        calls=sum(scope.calls for scope in listed) + (_CALLS_PER_ACCOUNT if listed else 0),
        scopes=sorted(scopes, key=lambda scope: (scope.region, scope.collector)),
    )


def _scope(record: Coverage, describe_calls: DescribeCalls) -> PlannedScope:
    listed = record.status is CoverageStatus.EXAMINED
    return PlannedScope(
        region=record.region,
        collector=record.collector,
        status=record.status,
        reason=record.reason,
        detail=record.detail,
        resources=record.resources,
        calls=record.calls + describe_calls[record.collector](record.resources) if listed else 0,
    )
