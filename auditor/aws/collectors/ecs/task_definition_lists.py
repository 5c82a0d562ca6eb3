"""Which families there are, and which revision of each is the latest: by families, or by ARNs, whichever is cheaper."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import ceil

from auditor.aws.calls import Line
from auditor.aws.collectors.collector import Visit
from auditor.aws.collectors.ecs.revisions import named
from auditor.aws.collectors.paging import PAGE, everything, pages


def families(line: Line) -> Iterator[str]:
    """Yield the name of every family that has an ACTIVE revision, once. Raises CallFailed."""
    return everything(line, "ListTaskDefinitionFamilies", "families", status="ACTIVE")


def latest_revisions(visit: Visit, watched: Collection[str], active: set[str]) -> dict[str, str] | None:
    """Return the ARN of the latest ACTIVE revision of every family, or None where that costs more than it saves.

    Listing ARNs takes a call per hundred ACTIVE revisions; it tells which families are as they were. Listing families
    takes a call per hundred families, and then one for each of them. ARNs that are `watched` and listed as ACTIVE are
    added to `active`. Raises CallFailed.
    """
    recall = visit.recall
    known = len({arn.rpartition(":")[0] for arn in recall.known})
    otherwise = ceil(known / PAGE) + known
    if visit.wishes.tags or not recall.known or ceil(recall.listed / PAGE) > otherwise:
        recall.listed_now = recall.listed
        return None
    newest: dict[str, tuple[int, str]] = {}
    listing = pages(
        visit.line, "ecs", "ListTaskDefinitions", "taskDefinitionArns", status="ACTIVE", sort="DESC", maxResults=PAGE
    )
    for number, page in enumerate(listing, start=1):
        recall.listed_now += len(page)
        for arn in page:
            family, revision = named(visit.scope, arn)
            newest[family] = max(newest.get(family, (0, "")), (revision, arn))
        active.update(arn for arn in page if arn in watched)
        if number > otherwise:
            return None  # next time `listed` says so beforehand
    return {family: arn for family, (_, arn) in sorted(newest.items())}
