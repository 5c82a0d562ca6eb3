"""One scope, one collector: read, judge as it streams, and account for it. Never raises; what goes wrong is a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.domain.check import Status
from auditor.domain.clock import Clock, Stopped, Unreadable
from auditor.domain.facts import Fact
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult, Coverage, CoverageStatus, Finding, Gap, Meter
from auditor.domain.scope import Scope
from auditor.engine import crash
from auditor.engine.evaluate import Place, judge, unread
from auditor.engine.ports import Cloud, Work


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of one scope: a ledger row, the findings, and how many facts each check does not apply to."""

    coverage: Coverage
    findings: tuple[Finding, ...] = ()
    not_applicable: Mapping[str, int] = field(default_factory=dict)


#: (region, collector) -> what an earlier attempt at the same run has settled.
Prior = Mapping[tuple[str, str], Examined]


def examine(scope: Scope, work: Work, cloud: Cloud, clock: Clock, *, keep_all: bool = False) -> Examined:
    """Read one scope with one collector, and judge what it yields.

    Facts are dropped once they are judged. NOT_APPLICABLE is counted, and only kept where `keep_all` says so.
    """
    tally = _Tally(Place(scope, clock.now()), work, keep_all=keep_all)
    meter, started, cause = Meter(), clock.monotonic(), None
    try:
        clock.check()
        for item in cloud.collect(scope, work.collector, meter):
            tally.add(item)
    except Stopped as stopped:
        cause = (stopped.reason, "The run ended before this was read in full.")
    except Unreadable as failure:
        cause = (failure.reason, failure.detail)
    except Exception as error:  # noqa: BLE001 - the boundary: one collector in one scope
        cause = (Reason.INTERNAL_ERROR, f"The collector {work.collector} raised {crash.place(error)}.")
    return tally.close(cause, meter, clock.monotonic() - started)


@dataclass(slots=True)
class _Tally:
    place: Place
    work: Work
    keep_all: bool
    resources: int = 0
    gaps: list[Gap] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    not_applicable: Counter[str] = field(default_factory=Counter)

    def add(self, item: Fact | Gap) -> None:
        if isinstance(item, Gap):
            self.resources += item.resource is not None
            self.gaps.append(item)
            self.findings.extend(unread(self.place, item, self.work.rules))
            return
        self.resources += 1
        for rule in self.work.rules:
            finding = judge(self.place, item, rule)
            if finding.status is Status.NOT_APPLICABLE:
                self.not_applicable[rule.check.id] += 1
            if finding.status is not Status.NOT_APPLICABLE or self.keep_all:
                self.findings.append(finding)

    def close(self, cause: tuple[Reason, str] | None, meter: Meter, seconds: float) -> Examined:
        status, reason, detail = self._verdict(cause)
        coverage = Coverage(
            account=self.place.scope.account,
            region=self.place.scope.region,
            collector=self.work.collector,
            status=status,
            reason=reason,
            detail=detail,
            calls=meter.calls,
            throttled=meter.throttled,
            retried=meter.retried,
            duration_s=round(seconds, 3),
            resources=self.resources,
        )
        return Examined(coverage, tuple(self.findings), self.not_applicable)

    def _verdict(self, cause: tuple[Reason, str] | None) -> tuple[CoverageStatus, Reason | None, str]:
        cause = cause or self._unlisted() or self._unread() or self._unjudged()
        if cause is None:
            return CoverageStatus.EXAMINED, None, ""
        return (CoverageStatus.PARTIAL if self.resources else CoverageStatus.NOT_EXAMINED), *cause

    def _unlisted(self) -> tuple[Reason, str] | None:
        """What the list itself lacks weighs more than a resource: nobody knows how many are missing."""
        first = next((gap for gap in self.gaps if gap.resource is None), None)
        return (first.reason, first.detail) if first else None

    def _unread(self) -> tuple[Reason, str] | None:
        if not self.gaps:
            return None
        first = self.gaps[0]
        name = first.resource.name if first.resource else ""
        missing = f"{len(self.gaps)} of {self.resources} could not be read"
        return first.reason, f"{missing}, {name} among them: {first.detail}"

    def _unjudged(self) -> tuple[Reason, str] | None:
        names = {finding.resource.name for finding in self.findings if finding.status is Status.UNKNOWN}
        if not names:
            return None
        missing = f"{len(names)} of {self.resources} could not be judged"
        return Reason.INTERNAL_ERROR, f"{missing}, {min(names)} among them."


def before(result: AccountResult, works: Sequence[Work], unsettled: Collection[Reason]) -> Prior:
    """Take an account's rows apart again: what each settled scope came to, by scope and collector.

    Rows whose reason is in `unsettled` are left out: they are to be examined now. Every resource of a scope has one
    finding from each check, or the check does not apply to it: that is how many those were.
    """
    rules = {work.collector: [rule.check.id for rule in work.rules] for work in works}
    parts: dict[tuple[str, str], Examined] = {}
    for row in result.coverage:
        if row.reason in unsettled or row.collector not in rules:
            continue
        wanted = rules[row.collector]
        found = tuple(each for each in result.findings if each.region == row.region and each.check_id in wanted)
        judged = Counter(each.check_id for each in found if each.status is not Status.NOT_APPLICABLE)
        spared = {check_id: row.resources - judged[check_id] for check_id in wanted}
        parts[row.region, row.collector] = Examined(
            row, found, {id_: count for id_, count in spared.items() if count > 0}
        )
    return parts
