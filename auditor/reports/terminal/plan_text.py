"""What a run would look at and how many calls it would take, as a table for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from operator import attrgetter

from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.scope import EVERY_REGION
from auditor.reports.sanitize import sanitize

_WIDTH = 40
#: AssumeRole and DescribeRegions, once an account.
_ENTRY_CALLS = 2


def text(rows: Iterable[Coverage], describes: Mapping[str, Callable[[int], int]]) -> str:
    """Return one line an account, then the totals.

    `rows` come sorted by account; their `resources` count what is listed, and `describes` tells by collector how many
    calls it takes to describe that many.
    """
    lines, totals = [], [0, 0, 0]
    for account, group in groupby(rows, key=attrgetter("account")):
        scopes = list(group)
        reached = [row for row in scopes if row.status is CoverageStatus.EXAMINED]
        resources = sum(row.resources for row in reached)
        calls = sum(row.calls + describes[row.collector](row.resources) for row in reached)
        calls += _ENTRY_CALLS if reached else 0
        regions = len({row.region for row in reached})
        totals = [old + new for old, new in zip(totals, (regions, resources, calls), strict=True)]
        name = sanitize(str(account), _WIDTH)
        lines.append(f"{name:<{_WIDTH}} {regions:>4} regions {resources:>7} resources {calls:>8} calls")
        lines += [f"    {_gap(row)}" for row in scopes if row.status is not CoverageStatus.EXAMINED]
    total = f"{'total':<{_WIDTH}} {totals[0]:>4} regions {totals[1]:>7} resources {totals[2]:>8} calls"
    return "\n".join((*lines, total, "Nothing was judged and nothing was written."))


def _gap(row: Coverage) -> str:
    where = "every region" if row.region == EVERY_REGION else row.region
    reason = row.reason.value if row.reason else ""
    return sanitize(f"{row.status.value.lower().replace('_', ' ')}: {where}: {reason}: {row.detail}", 200)
