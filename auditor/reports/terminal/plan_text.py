"""The result of a dry run as a table: what a run would examine, and how many API calls it would make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.scope import EVERY_REGION
from auditor.reports.sanitize import sanitize

_NAME_WIDTH = 40
_LONGEST_GAP = 200
#: AssumeRole and DescribeRegions, once per account.
_CALLS_PER_ACCOUNT = 2

DescribeCalls = Mapping[str, Callable[[int], int]]


@dataclass(slots=True)
class _Row:
    regions: int = 0
    resources: int = 0
    calls: int = 0

    def add(self, other: _Row) -> None:
        self.regions += other.regions
        self.resources += other.resources
        self.calls += other.calls

    def line(self, name: str) -> str:
        return f"{name:<{_NAME_WIDTH}} {self.regions:>4} regions {self.resources:>7} resources {self.calls:>8} calls"


def plan_text(records: Iterable[Coverage], describe_calls: DescribeCalls) -> str:
    """Return one line per account and its gaps, then the totals.

    `records` are sorted by account; their `resources` count what was listed. `describe_calls` maps a collector to the
    function that returns how many calls it makes to describe a number of resources.
    """
    lines, total = [], _Row()
    for account, group in groupby(records, key=attrgetter("account")):
        scopes = list(group)
        row = _account_row(scopes, describe_calls)
        total.add(row)
        lines.append(row.line(sanitize(str(account), _NAME_WIDTH)))
        lines += [f"    {_gap(scope)}" for scope in scopes if scope.status is not CoverageStatus.EXAMINED]
    return "\n".join((*lines, total.line("total"), "Nothing was evaluated and nothing was written."))


def _account_row(scopes: Iterable[Coverage], describe_calls: DescribeCalls) -> _Row:
    listed = [scope for scope in scopes if scope.status is CoverageStatus.EXAMINED]
    calls = sum(scope.calls + describe_calls[scope.collector](scope.resources) for scope in listed)
    return _Row(
        regions=len({scope.region for scope in listed}),
        resources=sum(scope.resources for scope in listed),
        calls=calls + (_CALLS_PER_ACCOUNT if listed else 0),
    )


def _gap(scope: Coverage) -> str:
    status = scope.status.value.lower().replace("_", " ")
    region = "every region" if scope.region == EVERY_REGION else scope.region
    reason = scope.reason.value if scope.reason else ""
    return sanitize(f"{status}: {region}: {reason}: {scope.detail}", _LONGEST_GAP)
