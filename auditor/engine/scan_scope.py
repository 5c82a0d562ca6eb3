"""Scan one scope with one collector: read facts, judge them as they stream, and record the coverage."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.domain.check import Status
from auditor.domain.clock import Clock, ReadError, Stopped
from auditor.domain.coverage import CallStats, Coverage, CoverageStatus, Gap
from auditor.domain.fact import Fact
from auditor.domain.finding import Finding
from auditor.domain.past_finding import FindingKey
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.domain.scope import Scope
from auditor.engine import tracebacks
from auditor.engine.evaluate import Observation, judge, status_of, unread_findings
from auditor.engine.merge_findings import merge_findings
from auditor.engine.ports import Assignment, CloudReader


@dataclass(frozen=True, slots=True)
class ScopeResult:
    """The result of one collector in one scope.

    `not_applicable` counts, by check ID, the resources to which a check does not apply. `watched_not_applicable` names
    those among them that were to be watched.
    """

    coverage: Coverage
    findings: tuple[Finding, ...] = ()
    not_applicable: Mapping[str, int] = field(default_factory=dict)
    watched_not_applicable: frozenset[FindingKey] = frozenset()


#: The final results of an earlier attempt at the same run in one account, by region and collector.
ResumeState = Mapping[tuple[str, str], ScopeResult]


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What a scan does beyond judging.

    `keep_not_applicable` keeps NOT_APPLICABLE findings instead of only counting them. `search_introductions` calls AWS
    for the revision that first had a problem, if the fact cache does not tell.
    """

    keep_not_applicable: bool = False
    search_introductions: bool = False


def scan_scope(  # noqa: PLR0913, PLR0917 - what to read, with what, and how
    scope: Scope,
    assignment: Assignment,
    reader: CloudReader,
    clock: Clock,
    options: ScanOptions = ScanOptions(),
    watched: Collection[FindingKey] = (),
) -> ScopeResult:
    """Read one scope with one collector, and judge its facts. Each fact is dropped after it is judged.

    NOT_APPLICABLE findings are only counted, but the result names those that are `watched`. Raises nothing: every error
    becomes part of the coverage record.
    """
    tally = _Tally(Observation(scope, clock.now()), assignment, options.keep_not_applicable, watched)
    stats, started_at, problem = CallStats(), clock.monotonic(), None
    try:
        clock.raise_if_stopped()
        for item in reader.collect(scope, assignment.collector, stats):
            tally.add(item)
    except Stopped as stopped:
        problem = (stopped.reason, "The run ended before this was read in full.")
    except ReadError as error:
        problem = (error.reason, error.detail)
    except Exception as error:  # noqa: BLE001 - the boundary: one collector in one scope
        crash_site = tracebacks.crash_site(error)
        problem = (Reason.INTERNAL_ERROR, f"The collector {assignment.collector} raised {crash_site}.")
    findings = tuple(map(merge_findings, tally.findings.values()))
    if problem is None:
        checks = {configured.check.id: configured for configured in assignment.checks}
        findings = tuple(
            reader.add_introductions(
                scope,
                assignment.collector,
                findings,
                lambda check_id, fact: status_of(fact, checks[check_id]),
                stats,
                search=options.search_introductions,
            )
        )
    return tally.result(problem, findings, stats, clock.monotonic() - started_at)


#: Why a scope is not EXAMINED: the reason and a sentence of detail.
_Problem = tuple[Reason, str]


@dataclass(slots=True)
class _Tally:
    """The findings and gaps of a scope so far.

    Resources are counted by their ARN without the revision, so a family counts once. `findings` holds those of all
    revisions by check ID and such an ARN; `not_applicable` has the same keys.
    """

    observation: Observation
    assignment: Assignment
    keep_not_applicable: bool
    watched: Collection[FindingKey] = ()
    resources: set[str] = field(default_factory=set)
    gaps: list[Gap] = field(default_factory=list)
    findings: dict[tuple[str, str], list[Finding]] = field(default_factory=dict)
    not_applicable: set[tuple[str, str]] = field(default_factory=set)

    def add(self, item: Fact | Gap) -> None:
        if isinstance(item, Gap):
            self._add_gap(item)
            return
        resource = item.resource
        arn = resource.unversioned_arn
        self.resources.add(arn)
        for configured in self.assignment.checks:
            self._add_finding(judge(self.observation, item, configured, resource), arn)

    def _add_gap(self, gap: Gap) -> None:
        self.gaps.append(gap)
        if gap.resource is not None:
            arn = gap.resource.unversioned_arn
            self.resources.add(arn)
            for finding in unread_findings(self.observation, gap, self.assignment.checks):
                self._add_finding(finding, arn)

    def _add_finding(self, finding: Finding, arn: str) -> None:
        key = finding.check_id, arn
        if finding.status is Status.NOT_APPLICABLE and not self.keep_not_applicable:
            self.not_applicable.add(key)
        else:
            self.findings.setdefault(key, []).append(finding)

    def result(
        self, problem: _Problem | None, findings: tuple[Finding, ...], stats: CallStats, seconds: float
    ) -> ScopeResult:
        """Return the result of the scope. `problem` is the one that ended the reading, if any."""
        problem = problem or self._incomplete_list() or self._unread() or self._crashed(findings)
        reason, detail = problem or (None, "")
        coverage = Coverage(
            account=self.observation.scope.account,
            region=self.observation.scope.region,
            collector=self.assignment.collector,
            status=self._coverage_status(problem),
            reason=reason,
            detail=detail,
            calls=stats.calls,
            throttled=stats.throttled,
            retried=stats.retried,
            duration_s=round(seconds, 3),
            resources=len(self.resources),
            observed_at=self.observation.observed_at,
        )
        return ScopeResult(
            coverage, findings, self._not_applicable_counts(findings), frozenset(self._watched_not_applicable())
        )

    def _coverage_status(self, problem: _Problem | None) -> CoverageStatus:
        if problem is None:
            return CoverageStatus.EXAMINED
        return CoverageStatus.PARTIAL if self.resources else CoverageStatus.NOT_EXAMINED

    def _not_applicable_counts(self, findings: Iterable[Finding]) -> Mapping[str, int]:
        """Count, by check ID, the resources of which the check applies to no revision."""
        counts = Counter(check_id for check_id, arn in self.not_applicable if (check_id, arn) not in self.findings)
        counts.update(finding.check_id for finding in findings if finding.status is Status.NOT_APPLICABLE)
        return counts

    def _watched_not_applicable(self) -> Iterator[FindingKey]:
        for key in self.watched:
            _, check_id, resource_type, arn = key
            if resource_type != self.assignment.resource_type or (check_id, arn) not in self.not_applicable:
                continue
            if (check_id, arn) not in self.findings:  # a finding of another revision of the resource
                yield key

    def _incomplete_list(self) -> _Problem | None:
        """Return the first gap in the list itself: it is worse than an unread resource, as its extent is unknown."""
        gap = next((gap for gap in self.gaps if gap.resource is None), None)
        return (gap.reason, gap.detail) if gap else None

    def _unread(self) -> _Problem | None:
        if not self.gaps:
            return None
        gap = self.gaps[0]
        name = gap.resource.name if gap.resource else ""
        count = len({gap.resource.arn for gap in self.gaps if gap.resource})
        return gap.reason, f"{count} of {len(self.resources)} could not be read, {name} among them: {gap.detail}"

    def _crashed(self, findings: Iterable[Finding]) -> _Problem | None:
        reasons = (Reason.INTERNAL_ERROR.value,)
        names = {
            finding.resource.name
            for finding in findings
            if finding.status is Status.UNKNOWN and finding.reasons == reasons
        }
        if not names:
            return None
        count = f"{len(names)} of {len(self.resources)} could not be judged"
        return Reason.INTERNAL_ERROR, f"{count}, {min(names)} among them."


def split_by_scope(
    result: AccountResult, assignments: Sequence[Assignment], not_final: Collection[Reason]
) -> ResumeState:
    """Split the stored result of an account into the results of its scopes, by region and collector.

    Scopes whose coverage has a reason in `not_final` are left out: they are to be scanned again. The number of
    NOT_APPLICABLE resources is computed: a check has one finding for each other resource of the scope.
    """
    by_collector = {assignment.collector: assignment for assignment in assignments}
    scopes: dict[tuple[str, str], ScopeResult] = {}
    for coverage in result.coverage:
        assignment = by_collector.get(coverage.collector)
        if assignment is not None and coverage.reason not in not_final:
            scopes[coverage.region, coverage.collector] = _scope_result(coverage, assignment, result)
    return scopes


def _scope_result(coverage: Coverage, assignment: Assignment, result: AccountResult) -> ScopeResult:
    check_ids = {configured.check.id for configured in assignment.checks}
    # The check ID alone is not enough, because one check may judge the resources of several collectors.
    own = tuple(
        finding
        for finding in result.findings
        if finding.region == coverage.region
        and finding.check_id in check_ids
        and finding.resource.type == assignment.resource_type
    )
    judged = Counter(finding.check_id for finding in own if finding.status is not Status.NOT_APPLICABLE)
    not_applicable = {check_id: coverage.resources - judged[check_id] for check_id in check_ids}
    watched = (
        key
        for key in result.watched_not_applicable
        if key[0] == coverage.region and key[1] in check_ids and key[2] == assignment.resource_type
    )
    counts = {check_id: count for check_id, count in not_applicable.items() if count > 0}
    return ScopeResult(coverage, own, counts, frozenset(watched))
