"""The expected set: what the inventory says must be looked at, before anything answers.

Pure. Whatever is expected leaves here as a scope to examine or as a ledger row that says why it is not: never neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats, Coverage, CoverageStatus
from auditor.domain.reason import Reason
from auditor.domain.scope import EVERY_REGION, Scope, Target


@dataclass(frozen=True, slots=True)
class Expectation:
    """Scopes to examine, and the ledger rows that are final already."""

    scopes: tuple[Scope, ...]
    records: tuple[Coverage, ...]


def expected_scopes(
    target: Target, collectors: Sequence[str], answer: frozenset[str] | ReadError | None
) -> Expectation:
    """Return what is expected of one account.

    `answer` is the regions that the account has enabled, or why they could not be learnt, or None for an account that
    is excluded and was not asked.
    """
    if target.excluded is not None:
        reason, detail = target.excluded.reason, target.excluded.detail
        rows = [_row(target, EVERY_REGION, CoverageStatus.EXCLUDED, reason, detail)]
    elif answer is None or isinstance(answer, ReadError):
        failure = answer or ReadError("plan", Reason.INTERNAL_ERROR, "The account was not asked.")
        rows = list(_without_list(target, failure))
    else:
        rows = list(_with_list(target, answer))
    if not rows:
        patterns = ", ".join(target.regions.include)
        detail = f"No enabled region of this account matches {patterns}."
        rows = [_row(target, EVERY_REGION, CoverageStatus.NOT_EXAMINED, Reason.REGION_DISABLED, detail)]
    scopes = tuple(Scope(target.account, row.region) for row in rows if row.status is CoverageStatus.EXAMINED)
    final = (row for row in rows if row.status is not CoverageStatus.EXAMINED)
    return Expectation(scopes, tuple(replace(row, collector=name) for row in final for name in collectors))


def attribute_cost(expectation: Expectation, cost: CallStats) -> tuple[Expectation, CallStats]:
    """Write what a failed planning cost on its first NOT_EXAMINED row: no other row will ever tell.

    Returns also how much was written: all of it, or nothing where there is no such row.
    """
    rows = sorted(expectation.records, key=lambda row: (row.region, row.collector))
    for index, row in enumerate(rows):
        if row.status is CoverageStatus.NOT_EXAMINED:
            rows[index] = replace(row, calls=cost.calls, throttled=cost.throttled, retried=cost.retried)
            return replace(expectation, records=tuple(rows)), cost
    return expectation, CallStats()


def _with_list(target: Target, enabled: frozenset[str]) -> Iterator[Coverage]:
    rule = target.regions
    wanted = {region for region in enabled if rule.wants(region)} | set(rule.named)
    for region in sorted(wanted):
        if why := rule.why_excluded(region):
            yield _row(target, region, CoverageStatus.EXCLUDED, Reason.EXCLUDED_BY_CONFIG, why)
        elif region in enabled:
            yield _row(target, region, CoverageStatus.EXAMINED)
        else:
            detail = "The inventory names this region, and the account has not enabled it."
            yield _row(target, region, CoverageStatus.NOT_EXAMINED, Reason.REGION_DISABLED, detail)


def _without_list(target: Target, failure: ReadError) -> Iterator[Coverage]:
    rule = target.regions
    got_in = failure.stage == "regions"
    for region in sorted(set(rule.named)):
        if why := rule.why_excluded(region):
            yield _row(target, region, CoverageStatus.EXCLUDED, Reason.EXCLUDED_BY_CONFIG, why)
        elif got_in:
            # The list of regions is denied, not the regions: those that are named can still be looked at.
            yield _row(target, region, CoverageStatus.EXAMINED)
        else:
            yield _row(target, region, CoverageStatus.NOT_EXAMINED, failure.reason, failure.detail)
    if rule.open_ended or not rule.named:
        yield _row(target, EVERY_REGION, CoverageStatus.NOT_EXAMINED, failure.reason, failure.detail)


def _row(
    target: Target, region: str, status: CoverageStatus, reason: Reason | None = None, detail: str = ""
) -> Coverage:
    return Coverage(target.account, region, "", status, reason, detail)
