"""Gaps grouped by cause, so that their number does not grow with the regions and collectors of an account.

The cause is the detail of a coverage record without its particulars. An account whose role a service control policy
stops in 30 regions has one group, although it has a coverage record for each region and collector.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.reason import Reason
from auditor.domain.scope import Account

#: The number of groups that an account has for one status and reason, before the smaller ones are merged.
MOST_CAUSES = 10
OTHER_CAUSES = "Other causes: see the coverage rows of the account."

_COMPARED_DETAIL = 2000
_PLACEHOLDER = "#"
_ACTION = re.compile(r"\b[a-z][a-z0-9-]+:[A-Z][A-Za-z0-9]+\b")
#: What differs between details with the same cause. ARNs of roles, sessions and policies stay, because they name what
#: was denied or what denied it; the account IDs in them do not. An encoded authorization message is a long token.
_PARTICULARS = re.compile(
    r"\barn:[a-z-]+:(?!iam:|sts:|organizations:)[^\s,;'\"]+"
    r"|\b\d{12}\b"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    r"|(?<=authorization failure message: )[\w-]+"
    r"|\b\d+ of \d+ could not be (?=read|judged)"
    r"|(?<=could not be read, )\S+(?= among them)"
    r"|(?<=could not be judged, )\S+(?= among them)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Coverage records of one account that are not EXAMINED, with the same status, reason and cause.

    `detail` is that of the first record. `regions`, `collectors` and `actions` are sorted; not every collector needs to
    have a record of every region. `actions` are the API actions that the details name, such as `ecs:ListClusters`.
    `scopes` is the number of records.
    """

    account: Account
    status: CoverageStatus
    reason: Reason | None
    cause: str
    detail: str
    regions: tuple[str, ...]
    collectors: tuple[str, ...]
    actions: tuple[str, ...]
    scopes: int


_Key = tuple[Account, CoverageStatus, Reason | None]


def group_gaps(records: Iterable[Coverage]) -> tuple[GapGroup, ...]:
    """Return the groups of the records that are not EXAMINED, sorted by account.

    The same records in another order give the same groups. Of the causes that an account has for one status and reason,
    those with the fewest records become one group with the cause OTHER_CAUSES, if there are more than MOST_CAUSES.
    """
    gaps = [record for record in records if record.status is not CoverageStatus.EXAMINED]
    by_cause: dict[_Key, dict[str, list[Coverage]]] = defaultdict(lambda: defaultdict(list))
    for gap in sorted(gaps, key=lambda gap: (gap.account.id, gap.region, gap.collector)):
        by_cause[gap.account, gap.status, gap.reason][cause_of(gap.detail, gap.region)].append(gap)
    return tuple(_group(cause, alike) for causes in by_cause.values() for cause, alike in _limit(causes).items())


def cause_of(detail: str, region: str) -> str:
    """Return the detail of a gap without account IDs, request IDs, ARNs of resources, actions and its region's name."""
    detail = detail[:_COMPARED_DETAIL]
    if len(region) > 1:  # `*` stands for every region and is also a resource in messages of AWS
        detail = detail.replace(region, _PLACEHOLDER)
    return _without_particulars(detail)


@lru_cache(maxsize=256)  # the collectors and regions of an account have the same few details
def _without_particulars(detail: str) -> str:
    return _ACTION.sub(_PLACEHOLDER, _PARTICULARS.sub(_PLACEHOLDER, detail))


def _limit(causes: dict[str, list[Coverage]]) -> dict[str, list[Coverage]]:
    if len(causes) <= MOST_CAUSES:
        return causes
    largest_first = sorted(causes, key=lambda cause: (-len(causes[cause]), cause))
    limited = {cause: causes[cause] for cause in largest_first[: MOST_CAUSES - 1]}
    others = [record for cause in largest_first[MOST_CAUSES - 1 :] for record in causes[cause]]
    return limited | {OTHER_CAUSES: others}


def _group(cause: str, records: list[Coverage]) -> GapGroup:
    first = records[0]
    return GapGroup(
        account=first.account,
        status=first.status,
        reason=first.reason,
        cause=cause,
        detail=OTHER_CAUSES if cause == OTHER_CAUSES else first.detail,
        regions=tuple(sorted({record.region for record in records})),
        collectors=tuple(sorted({record.collector for record in records})),
        actions=tuple(sorted({action for record in records for action in _ACTION.findall(record.detail)})),
        scopes=len(records),
    )
