"""Compare one account with what an earlier run left of it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from auditor.domain.check import Status
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.lifecycle import NOT_COMPARED, Change, Lifecycle, LifecycleState
from auditor.domain.past_finding import KeysByRegion, PastFinding
from auditor.domain.result import AccountResult
from auditor.domain.scope import EVERY_REGION, Account
from auditor.history.reasons import GoneReason, StaleReason

#: How long a closed finding is kept: if it fails again within this time, it is reopened and not new.
MEMORY = timedelta(days=90)

#: The value of the setting `revisions` with which all revisions of the other values are judged, too.
_ALL_REVISIONS = "latest+running"


@dataclass(frozen=True, slots=True)
class Examination:
    """What a run looks at, apart from accounts and regions.

    `started_at` is the start of the run, `checks` are the IDs of its checks, and `revisions` is the setting.
    `collectors` are the names of the collectors that read a type of resource.
    """

    started_at: datetime
    checks: Collection[str]
    collectors: Mapping[str, Sequence[str]]
    revisions: str


@dataclass(frozen=True, slots=True)
class ComparedAccount:
    """The findings of an account with their lifecycle, the changes, and what the next run is to know."""

    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]
    past_findings: tuple[PastFinding, ...]


def watched(past_findings: Iterable[PastFinding]) -> KeysByRegion:
    """Return the keys of open findings.

    Of these the scan must tell whether a check does not apply to a resource, or the resource no longer exists.
    """
    keys: dict[str, set[tuple[str, str, str, str]]] = {}
    for past in past_findings:
        if past.is_open:
            keys.setdefault(past.region, set()).add(past.key)
    return keys


def compare(past_findings: Iterable[PastFinding] | None, result: AccountResult, run: Examination) -> ComparedAccount:
    """Compare an account with the past findings of an earlier run.

    They are None if there is nothing to compare with: no finding has a state then.
    """
    past = {one.key: one for one in past_findings or () if one.is_open or not _is_forgotten(one, run.started_at)}
    coverage = _CoverageIndex(result, run)
    findings: list[Finding] = []
    steps: list[_Step] = []
    for finding in result.findings:
        step = None
        if finding.status is Status.FAIL:
            step = _fails(finding, past.pop(finding.key, None), run, compared=past_findings is not None)
        elif past and (before := past.get(finding.key)) is not None and before.is_open:
            step = _does_not_fail(finding, past.pop(before.key), coverage, run)
        if step is not None:
            steps.append(step)
        lifecycle = step.lifecycle if step else NOT_COMPARED
        # A finding of an earlier attempt at the run may have another lifecycle.
        findings.append(finding if finding.lifecycle == lifecycle else replace(finding, lifecycle=lifecycle))
    steps += (_has_no_finding(before, coverage, run) for before in past.values())
    return _compared(findings, steps, result.account, run.started_at)


def absent_account(
    past_findings: Iterable[PastFinding], account: Account, started_at: datetime, *, left: bool
) -> ComparedAccount:
    """Return what a run that does not have an account says about it.

    Its findings are gone if the account `left` the organization, and stale otherwise.
    """
    reason = GoneReason.LEFT_ORGANIZATION if left else StaleReason.ACCOUNT_NOT_IN_RUN
    steps = [
        (_closed(past, LifecycleState.GONE, started_at, reason) if left else _stale(past, reason))
        if past.is_open
        else _Step(past, past)
        for past in past_findings
        if past.is_open or not _is_forgotten(past, started_at)
    ]
    return _compared([], steps, account, started_at)


@dataclass(frozen=True, slots=True)
class _Step:
    """A finding before and now, and why it is stale or gone. `before` is None if it was not known."""

    before: PastFinding | None
    now: PastFinding
    reason: str = ""

    @property
    def lifecycle(self) -> Lifecycle:
        return Lifecycle(self.now.state, self.now.first_seen, self.now.last_seen)

    @property
    def is_change(self) -> bool:
        """Whether it belongs to the changes: the state is another one, or the finding is still stale."""
        state, previous = self.now.state, self.before and self.before.state
        if state is LifecycleState.OPEN:
            return previous is LifecycleState.STALE
        return state is LifecycleState.STALE or (state is not None and self.now is not self.before)


class _CoverageIndex:
    """What a run examined in one account."""

    def __init__(self, result: AccountResult, run: Examination) -> None:
        self._records = {(record.region, record.collector): record for record in result.coverage}
        self._not_applicable = result.watched_not_applicable
        self._run = run

    def applies_not(self, past: PastFinding) -> bool:
        """Return whether the resource was judged, and the check does not apply to it."""
        return past.key in self._not_applicable

    def gap(self, past: PastFinding) -> str:
        """Return why the place of a finding was not examined in full; empty if it was."""
        if past.check_id not in self._run.checks:
            return StaleReason.CHECK_NOT_ENABLED
        collectors = self._run.collectors.get(past.resource_type, ())
        gaps = [self._scope_gap(past.region, collector) for collector in collectors]
        # A type that no collector reads any more is not examined.
        if not gaps or any(gaps):
            return next(filter(None, gaps), StaleReason.CHECK_NOT_ENABLED)
        return self.unread_revisions(past)

    def unread_revisions(self, past: PastFinding) -> str:
        """Return a reason if the run does not judge all revisions that were judged when the finding failed."""
        covered = self._run.revisions in {_ALL_REVISIONS, past.revisions} or not past.revisions
        return "" if covered else StaleReason.REVISIONS_NOT_EXAMINED

    def _scope_gap(self, region: str, collector: str) -> str:
        record = self._records.get((region, collector)) or self._records.get((EVERY_REGION, collector))
        if record is None:
            return StaleReason.REGION_NOT_IN_RUN
        return "" if record.status is CoverageStatus.EXAMINED else _reason(record)


def _fails(finding: Finding, before: PastFinding | None, run: Examination, *, compared: bool) -> _Step:
    state = None
    if before is not None:
        state = LifecycleState.OPEN if before.is_open else LifecycleState.REOPENED
    elif compared:
        state = LifecycleState.NEW
    resource, observed_at = finding.resource, finding.observed_at
    now = PastFinding(
        finding_id=finding.finding_id,
        check_id=finding.check_id,
        problem=finding.problem,
        severity=finding.severity,
        owner=finding.effective_owner,
        environment=finding.effective_environment,
        region=finding.region,
        resource_arn=resource.unversioned_arn,
        resource_type=resource.type,
        resource_name=resource.name,
        revisions=run.revisions if resource.revision is not None else "",
        state=state,
        # The system time may have been set back since.
        first_seen=min(before.first_seen, observed_at) if before else observed_at,
        last_seen=observed_at,
    )
    return _Step(before, now)


def _does_not_fail(finding: Finding, before: PastFinding, coverage: _CoverageIndex, run: Examination) -> _Step:
    """Return the step of a finding that was open, and is now PASS, NOT_APPLICABLE or UNKNOWN."""
    if finding.status is Status.UNKNOWN:
        return _stale(before, next(iter(finding.reasons), ""))
    return _judged(before, coverage, run)


def _has_no_finding(before: PastFinding, coverage: _CoverageIndex, run: Examination) -> _Step:
    if not before.is_open:
        return _Step(before, before)
    if coverage.applies_not(before):
        return _judged(before, coverage, run)
    if gap := coverage.gap(before):
        return _stale(before, gap)
    return _closed(before, LifecycleState.GONE, run.started_at, GoneReason.NOT_LISTED)


def _judged(before: PastFinding, coverage: _CoverageIndex, run: Examination) -> _Step:
    """Return the step of a finding whose resource was judged and does not fail.

    A revision that could not be read might still fail. So a resource with revisions must have been examined in full.
    """
    if before.revisions and (gap := coverage.gap(before)):
        return _stale(before, gap)
    return _closed(before, LifecycleState.RESOLVED, run.started_at)


def _stale(before: PastFinding, reason: str) -> _Step:
    return _Step(before, replace(before, state=LifecycleState.STALE), str(reason))


def _closed(before: PastFinding, state: LifecycleState, closed_at: datetime, reason: str = "") -> _Step:
    return _Step(before, replace(before, state=state, closed_at=closed_at), str(reason))


def _is_forgotten(past: PastFinding, now: datetime) -> bool:
    return past.closed_at is not None and now - past.closed_at >= MEMORY


def _reason(record: Coverage) -> str:
    return record.reason.value if record.reason else record.status.value.lower()


def _compared(
    findings: Sequence[Finding], steps: Sequence[_Step], account: Account, changed_at: datetime
) -> ComparedAccount:
    ordered = sorted(steps, key=lambda step: step.now.key)
    return ComparedAccount(
        findings=tuple(findings),
        changes=tuple(_changes(ordered, account, changed_at)),
        past_findings=tuple(step.now for step in ordered),
    )


def _changes(steps: Iterable[_Step], account: Account, changed_at: datetime) -> Iterator[Change]:
    for step in steps:
        now = step.now
        if step.is_change and now.state is not None:
            yield Change(
                finding_id=now.finding_id,
                state=now.state,
                previous_state=step.before.state if step.before else None,
                check_id=now.check_id,
                problem=now.problem,
                severity=now.severity,
                account=account,
                owner=now.owner,
                environment=now.environment,
                region=now.region,
                resource_arn=now.resource_arn,
                resource_type=now.resource_type,
                resource_name=now.resource_name,
                changed_at=changed_at,
                first_seen=now.first_seen,
                last_seen=now.last_seen,
                reason=step.reason,
            )
