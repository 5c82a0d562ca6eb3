"""One scope, one collector: read, judge as it streams, and account for it. Never raises; what goes wrong is a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.domain.check import Status
from auditor.domain.clock import Clock, ReadError, Stopped
from auditor.domain.coverage import CallStats, Coverage, CoverageStatus, Gap
from auditor.domain.fact import Fact
from auditor.domain.finding import Finding
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.domain.scope import Scope
from auditor.engine import tracebacks
from auditor.engine.evaluate import Observation, judge, status_of, unread_findings
from auditor.engine.merge_findings import merge_findings
from auditor.engine.ports import Assignment, CloudReader


@dataclass(frozen=True, slots=True)
class ScopeResult:
    """What came of one scope: a ledger row, the findings, and how many facts each check does not apply to."""

    coverage: Coverage
    findings: tuple[Finding, ...] = ()
    not_applicable: Mapping[str, int] = field(default_factory=dict)


#: (region, collector) -> what an earlier attempt at the same run has settled.
ResumeState = Mapping[tuple[str, str], ScopeResult]


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What is wanted of an examination beside the verdicts.

    NOT_APPLICABLE is counted, and only kept where `keep_all` says so. With `search`, the revision that brought a fault
    in is asked for where what is remembered does not tell.
    """

    keep_all: bool = False
    search: bool = False


def scan_scope(
    scope: Scope, work: Assignment, cloud: CloudReader, clock: Clock, wanted: ScanOptions = ScanOptions()
) -> ScopeResult:
    """Read one scope with one collector, and judge what it yields. Facts are dropped once they are judged."""
    tally = _Tally(Observation(scope, clock.now()), work, keep_all=wanted.keep_all)
    meter, started, cause = CallStats(), clock.monotonic(), None
    try:
        clock.raise_if_stopped()
        for item in cloud.collect(scope, work.collector, meter):
            tally.add(item)
    except Stopped as stopped:
        cause = (stopped.reason, "The run ended before this was read in full.")
    except ReadError as failure:
        cause = (failure.reason, failure.detail)
    except Exception as error:  # noqa: BLE001 - the boundary: one collector in one scope
        cause = (Reason.INTERNAL_ERROR, f"The collector {work.collector} raised {tracebacks.crash_site(error)}.")
    findings = tuple(map(merge_findings, tally.found.values()))
    if cause is None:
        checks = {configured.check.id: configured for configured in work.checks}
        findings = tuple(
            cloud.add_introductions(
                scope,
                work.collector,
                findings,
                lambda check_id, fact: status_of(fact, checks[check_id]),
                meter,
                search=wanted.search,
            )
        )
    return tally.close(cause, findings, meter, clock.monotonic() - started)


@dataclass(slots=True)
class _Tally:
    """`resources` are ARNs without revisions: a family counts once, however many of its revisions are judged."""

    place: Observation
    work: Assignment
    keep_all: bool
    resources: set[str] = field(default_factory=set)
    gaps: list[Gap] = field(default_factory=list)
    found: dict[tuple[str, str], list[Finding]] = field(default_factory=dict)
    spared: set[tuple[str, str]] = field(default_factory=set)

    def add(self, item: Fact | Gap) -> None:
        if isinstance(item, Gap):
            self._add_gap(item)
            return
        resource = item.resource
        lasting = resource.unversioned_arn
        self.resources.add(lasting)
        for rule in self.work.checks:
            self._add_finding(judge(self.place, item, rule, resource), lasting)

    def _add_gap(self, gap: Gap) -> None:
        self.gaps.append(gap)
        if gap.resource is not None:
            self.resources.add(gap.resource.unversioned_arn)
            for finding in unread_findings(self.place, gap, self.work.checks):
                self._add_finding(finding, gap.resource.unversioned_arn)

    def _add_finding(self, finding: Finding, lasting: str) -> None:
        key = finding.check_id, lasting
        if finding.status is Status.NOT_APPLICABLE and not self.keep_all:
            self.spared.add(key)
        else:
            self.found.setdefault(key, []).append(finding)

    def close(
        self, cause: tuple[Reason, str] | None, findings: tuple[Finding, ...], meter: CallStats, seconds: float
    ) -> ScopeResult:
        status, reason, detail = self._verdict(cause, findings)
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
            resources=len(self.resources),
        )
        return ScopeResult(coverage, findings, self._not_applicable(findings))

    def _not_applicable(self, findings: Iterable[Finding]) -> Mapping[str, int]:
        """Count, by check, the resources of which no revision is the check's business."""
        counts = Counter(check_id for check_id, lasting in self.spared if (check_id, lasting) not in self.found)
        counts.update(each.check_id for each in findings if each.status is Status.NOT_APPLICABLE)
        return counts

    def _verdict(
        self, cause: tuple[Reason, str] | None, findings: Iterable[Finding]
    ) -> tuple[CoverageStatus, Reason | None, str]:
        cause = cause or self._unlisted() or self._unread() or self._unjudged(findings)
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
        lost = len({gap.resource.arn for gap in self.gaps if gap.resource})
        missing = f"{lost} of {len(self.resources)} could not be read"
        return first.reason, f"{missing}, {name} among them: {first.detail}"

    def _unjudged(self, findings: Iterable[Finding]) -> tuple[Reason, str] | None:
        crashed = (Reason.INTERNAL_ERROR.value,)
        names = {each.resource.name for each in findings if each.status is Status.UNKNOWN and each.reasons == crashed}
        if not names:
            return None
        missing = f"{len(names)} of {len(self.resources)} could not be judged"
        return Reason.INTERNAL_ERROR, f"{missing}, {min(names)} among them."


def split_by_scope(result: AccountResult, works: Sequence[Assignment], unsettled: Collection[Reason]) -> ResumeState:
    """Take an account's rows apart again: what each settled scope came to, by scope and collector.

    Rows whose reason is in `unsettled` are left out: they are to be examined now. Every resource of a scope has one
    finding from each check, or the check does not apply to it: that is how many those were.
    """
    known = {work.collector: work for work in works}
    parts: dict[tuple[str, str], ScopeResult] = {}
    for row in result.coverage:
        work = known.get(row.collector)
        if row.reason in unsettled or work is None:
            continue
        wanted = {rule.check.id for rule in work.checks}
        # A check may judge what several collectors read, so that its id alone does not tell whose finding it is.
        found = tuple(
            each
            for each in result.findings
            if each.region == row.region and each.check_id in wanted and each.resource.type == work.resource_type
        )
        judged = Counter(each.check_id for each in found if each.status is not Status.NOT_APPLICABLE)
        spared = {check_id: row.resources - judged[check_id] for check_id in wanted}
        parts[row.region, row.collector] = ScopeResult(
            row, found, {id_: count for id_, count in spared.items() if count > 0}
        )
    return parts
