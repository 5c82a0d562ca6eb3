"""Which families there are, and which revision of each is the latest: by families, or by ARNs, whichever is cheaper."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import ceil

from auditor.aws.calls import RegionClient
from auditor.aws.collectors.collector import CollectContext
from auditor.aws.collectors.ecs.lists import PAGE_SIZE, list_names
from auditor.aws.collectors.ecs.revisions import split_revision_arn
from auditor.aws.paging import paginate_strings


def families(client: RegionClient) -> Iterator[str]:
    """Yield the name of every family that has an ACTIVE revision, once. Raises CallFailed."""
    return list_names(client, "ListTaskDefinitionFamilies", "families", status="ACTIVE")


def latest_revisions(context: CollectContext, watched: Collection[str], active: set[str]) -> dict[str, str] | None:
    """Return the ARN of the latest ACTIVE revision of every family, or None where that costs more than it saves.

    Listing ARNs takes a call per hundred ACTIVE revisions; it tells which families are as they were. Listing families
    takes a call per hundred families, and then one for each of them. ARNs that are `watched` and listed as ACTIVE are
    added to `active`. Raises CallFailed.
    """
    cache = context.cache
    known = len({arn.rpartition(":")[0] for arn in cache.cached})
    otherwise = ceil(known / PAGE_SIZE) + known
    if context.options.tags or not cache.cached or ceil(cache.listed / PAGE_SIZE) > otherwise:
        cache.listed_tonight = cache.listed
        return None
    newest: dict[str, tuple[int, str]] = {}
    listing = paginate_strings(
        context.client,
        "ecs",
        "ListTaskDefinitions",
        "taskDefinitionArns",
        status="ACTIVE",
        sort="DESC",
        maxResults=PAGE_SIZE,
    )
    for number, page in enumerate(listing, start=1):
        cache.listed_tonight += len(page)
        for arn in page:
            family, revision = split_revision_arn(context.scope, arn)
            newest[family] = max(newest.get(family, (0, "")), (revision, arn))
        active.update(arn for arn in page if arn in watched)
        if number > otherwise:
            return None  # next time `listed` says so beforehand
    return {family: arn for family, (_, arn) in sorted(newest.items())}
