"""The families of a region and their latest revisions, listed in the cheaper of two ways."""

from collections.abc import Collection, Iterator
from math import ceil

from auditor.aws.calls import RegionClient
from auditor.aws.collectors.collector import CollectContext
from auditor.aws.collectors.ecs.lists import PAGE_SIZE, list_names
from auditor.aws.collectors.ecs.revisions import split_revision_arn
from auditor.aws.paging import paginate_strings


def families(client: RegionClient) -> Iterator[str]:
    """Yield the name of every family that has an ACTIVE revision. Raises ApiCallError."""
    return list_names(client, "ListTaskDefinitionFamilies", "families", status="ACTIVE")


def latest_revisions(context: CollectContext, watched: Collection[str], active: set[str]) -> dict[str, str] | None:
    """Return the ARN of the latest ACTIVE revision by family, or None if listing families is cheaper.

    Listing ARNs takes a call per hundred ACTIVE revisions, and shows which families have not changed. Listing families
    takes a call per hundred families, and then a call for each. Adds the ARNs in `watched` that are listed as ACTIVE to
    `active`. Raises ApiCallError.
    """
    cache = context.cache
    cached_families = len({arn.rpartition(":")[0] for arn in cache.cached})
    calls_by_family = ceil(cached_families / PAGE_SIZE) + cached_families
    if not cache.cached or ceil(cache.listed / PAGE_SIZE) > calls_by_family:
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
        if number > calls_by_family:
            return None  # `listed` shows it at the start of the next run
    return {family: arn for family, (_, arn) in sorted(newest.items())}
