"""The scopes that the inventory expects of an account, decided before any of them is read.

Pure. Every expected scope becomes either a scope to scan or a coverage record that says why it is not scanned.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats, Coverage, CoverageStatus
from auditor.domain.reason import Reason
from auditor.domain.scope import EVERY_REGION, Scope, Target


@dataclass(frozen=True, slots=True)
class Expectation:
    """The scopes to scan, and the coverage records of those that are not scanned."""

    scopes: tuple[Scope, ...]
    records: tuple[Coverage, ...]


def expected_scopes(
    target: Target, collectors: Sequence[str], regions: frozenset[str] | ReadError | None
) -> Expectation:
    """Return what is expected of one account.

    `regions` are the account's enabled regions, or the error that prevented listing them, or None for an account that
    is excluded and was not called.
    """
    if target.excluded is not None:
        reason, detail = target.excluded.reason, target.excluded.detail
        records = [_record(target, EVERY_REGION, CoverageStatus.EXCLUDED, reason, detail)]
    elif regions is None or isinstance(regions, ReadError):
        error = regions or ReadError("plan", Reason.INTERNAL_ERROR, "The regions of this account were not listed.")
        records = list(_without_region_list(target, error))
    else:
        records = list(_with_region_list(target, regions))
    if not records:
        patterns = ", ".join(target.regions.include)
        detail = f"No enabled region of this account matches {patterns}."
        records = [_record(target, EVERY_REGION, CoverageStatus.NOT_EXAMINED, Reason.REGION_DISABLED, detail)]
    scopes = [Scope(target.account, row.region) for row in records if row.status is CoverageStatus.EXAMINED]
    final = [record for record in records if record.status is not CoverageStatus.EXAMINED]
    per_collector = [replace(record, collector=collector) for record in final for collector in collectors]
    return Expectation(tuple(scopes), tuple(per_collector))


def attribute_cost(expectation: Expectation, cost: CallStats) -> tuple[Expectation, CallStats]:
    """Add the calls of a failed planning to its first NOT_EXAMINED record, because no other record will count them.

    Also returns the calls that were added: all of them, or none if there is no such record.
    """
    records = sorted(expectation.records, key=lambda record: (record.region, record.collector))
    for index, record in enumerate(records):
        if record.status is CoverageStatus.NOT_EXAMINED:
            records[index] = replace(record, calls=cost.calls, throttled=cost.throttled, retried=cost.retried)
            return replace(expectation, records=tuple(records)), cost
    return expectation, CallStats()


def _with_region_list(target: Target, enabled: frozenset[str]) -> Iterator[Coverage]:
    """Yield a record for each wanted region; EXAMINED marks those to scan."""
    rule = target.regions
    wanted = {region for region in enabled if rule.wants(region)} | set(rule.named)
    for region in sorted(wanted):
        if why := rule.why_excluded(region):
            yield _record(target, region, CoverageStatus.EXCLUDED, Reason.EXCLUDED_BY_CONFIG, why)
        elif region in enabled:
            yield _record(target, region, CoverageStatus.EXAMINED)
        else:
            detail = "The inventory names this region, but the account has not enabled it."
            yield _record(target, region, CoverageStatus.NOT_EXAMINED, Reason.REGION_DISABLED, detail)


def _without_region_list(target: Target, error: ReadError) -> Iterator[Coverage]:
    """Yield a record for each named region, and one for those that only the list of regions could tell."""
    rule = target.regions
    role_was_assumed = error.stage == "regions"
    for region in sorted(set(rule.named)):
        if why := rule.why_excluded(region):
            yield _record(target, region, CoverageStatus.EXCLUDED, Reason.EXCLUDED_BY_CONFIG, why)
        elif role_was_assumed:
            # Only listing the regions was denied. The regions that the inventory names can still be scanned.
            yield _record(target, region, CoverageStatus.EXAMINED)
        else:
            yield _record(target, region, CoverageStatus.NOT_EXAMINED, error.reason, error.detail)
    if rule.open_ended or not rule.named:
        yield _record(target, EVERY_REGION, CoverageStatus.NOT_EXAMINED, error.reason, error.detail)


def _record(
    target: Target, region: str, status: CoverageStatus, reason: Reason | None = None, detail: str = ""
) -> Coverage:
    return Coverage(target.account, region, "", status, reason, detail)
