"""Two nights of one account: every state, and why a finding is stale or gone."""
# ruff: noqa: ANN401 - `**fields` are fields of any type

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from auditor.domain.aws_resource import Resource
from auditor.domain.check import Status
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.past_finding import FindingKey, PastFinding
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.domain.scope import EVERY_REGION
from auditor.history.compare import MEMORY, Examination, absent_account, compare, watched
from tests.builders import CHECK, COLLECTOR, NOW, account, coverage, finding, unknown

NIGHT = timedelta(days=1)
TYPE = "AWS::ECS::TaskDefinition"
NEW, OPEN, REOPENED = LifecycleState.NEW, LifecycleState.OPEN, LifecycleState.REOPENED
RESOLVED, GONE, STALE = LifecycleState.RESOLVED, LifecycleState.GONE, LifecycleState.STALE
PARTIAL, NOT_EXAMINED, EXCLUDED = CoverageStatus.PARTIAL, CoverageStatus.NOT_EXAMINED, CoverageStatus.EXCLUDED


def run(**fields: Any) -> Examination:
    usual: dict[str, Any] = {
        "started_at": NOW,
        "checks": {CHECK},
        "collectors": {TYPE: (COLLECTOR,), "AWS::ECS::Cluster": ("ecs-clusters",)},
        "revisions": "latest+running",
    }
    return Examination(**(usual | fields))


def result(
    findings: Sequence[Finding] = (),
    records: Sequence[Coverage] | None = None,
    not_applicable: Sequence[FindingKey] = (),
) -> AccountResult:
    records = (coverage(),) if records is None else records
    return AccountResult(account(), tuple(findings), tuple(records), watched_not_applicable=frozenset(not_applicable))


def past(nights: int = 1, *, of: Finding | None = None, **fields: Any) -> PastFinding:
    """Return what a run left of a failure that it saw some nights ago."""
    seen = replace(of or finding(), observed_at=NOW - nights * NIGHT)
    (left,) = compare(None, result([seen]), run(started_at=seen.observed_at)).past_findings
    return replace(left, **fields)


A_GAP = coverage(NOT_EXAMINED, reason=Reason.PERMISSION_DENIED)
SITUATIONS = {
    "fails and was not known": ([], [finding()], [coverage()], NEW, ""),
    "fails and did before": ([past()], [finding()], [coverage()], OPEN, ""),
    "fails in a new revision": ([past()], [finding(revision=7)], [coverage()], OPEN, ""),
    "fails and was stale": ([past(state=STALE)], [finding()], [coverage()], OPEN, ""),
    "fails and was resolved": ([past(state=RESOLVED, closed_at=NOW - NIGHT)], [finding()], [coverage()], REOPENED, ""),
    "fails and was gone": ([past(state=GONE, closed_at=NOW - NIGHT)], [finding()], [coverage()], REOPENED, ""),
    "fails and was resolved long ago": (
        [past(state=RESOLVED, closed_at=NOW - MEMORY)],
        [finding()],
        [coverage()],
        NEW,
        "",
    ),
    "passes now": ([past()], [finding(status=Status.PASS)], [coverage()], RESOLVED, ""),
    "does not apply now, with a row": ([past()], [finding(status=Status.NOT_APPLICABLE)], [coverage()], RESOLVED, ""),
    "passes in a region that was read in part": (
        [past()],
        [finding(status=Status.PASS)],
        [coverage(PARTIAL, reason=Reason.THROTTLED)],
        STALE,
        "throttled",
    ),
    "is no longer listed": ([past()], [], [coverage()], GONE, "not-listed"),
    "could not be read": (
        [past()],
        [unknown("web")],
        [coverage(PARTIAL, reason=Reason.SERVICE_ERROR)],
        STALE,
        "service-error",
    ),
    "is not listed by a region that was read in part": (
        [past()],
        [],
        [coverage(PARTIAL, reason=Reason.TIMEOUT)],
        STALE,
        "timeout",
    ),
    "is in a denied region": ([past()], [], [A_GAP], STALE, "permission-denied"),
    "is in a refused account": (
        [past()],
        [],
        [coverage(NOT_EXAMINED, region=EVERY_REGION, reason=Reason.ROLE_DENIED)],
        STALE,
        "role-denied",
    ),
    "is in an excluded account": (
        [past()],
        [],
        [coverage(EXCLUDED, region=EVERY_REGION, reason=Reason.EXCLUDED_BY_CONFIG)],
        STALE,
        "excluded-by-config",
    ),
    "is in a region that is not expected any more": (
        [past()],
        [],
        [coverage(region="us-east-1")],
        STALE,
        "region-not-in-run",
    ),
    "is of a check that does not run": ([past(check_id="other")], [], [coverage()], STALE, "check-not-enabled"),
    "is of a type that no collector reads": (
        [past(resource_type="AWS::ECS::Task")],
        [],
        [coverage()],
        STALE,
        "check-not-enabled",
    ),
    "is not listed, and another collector failed": (
        [past()],
        [],
        [coverage(), coverage(NOT_EXAMINED, collector="ecs-clusters", reason=Reason.TIMEOUT)],
        GONE,
        "not-listed",
    ),
}


@pytest.mark.parametrize(
    ("before", "findings", "records", "state", "reason"), SITUATIONS.values(), ids=list(SITUATIONS)
)
def test_state(
    before: list[PastFinding],
    findings: list[Finding],
    records: list[Coverage],
    state: LifecycleState,
    reason: str,
) -> None:
    compared = compare(before, result(findings, records), run())

    (left,) = compared.past_findings
    assert left.state is state
    assert [one.lifecycle.state for one in compared.findings] == [state for _ in findings]
    assert [change.reason for change in compared.changes] == (
        [] if state is OPEN and not was_stale(before) else [reason]
    )
    assert [change.state for change in compared.changes] == [state for _ in compared.changes]


def was_stale(before: Sequence[PastFinding]) -> bool:
    return any(one.state is STALE for one in before)


def test_every_state_is_reached() -> None:
    assert {situation[3] for situation in SITUATIONS.values()} == set(LifecycleState)


@pytest.mark.parametrize("status", CoverageStatus)
def test_a_resource_to_which_the_check_no_longer_applies_is_resolved_if_its_region_was_examined(
    status: CoverageStatus,
) -> None:
    before = past()

    (change,) = compare([before], result([], [coverage(status)], [before.key]), run()).changes

    assert change.state is (RESOLVED if status is CoverageStatus.EXAMINED else STALE)


def test_a_resource_without_revisions_is_resolved_even_if_its_region_was_read_in_part() -> None:
    cluster = Resource("arn:aws:ecs:eu-west-1:000000000001:cluster/main", "AWS::ECS::Cluster", "main")
    before = past(of=finding(resource=cluster))
    passes = finding(resource=cluster, status=Status.PASS)
    records = [coverage(PARTIAL, collector="ecs-clusters", reason=Reason.THROTTLED)]

    (change,) = compare([before], result([passes], records), run()).changes

    assert change.state is RESOLVED


@pytest.mark.parametrize(
    ("then", "now", "state"),
    [
        ("latest+running", "latest", STALE),
        ("latest+running", "running", STALE),
        ("running", "latest", STALE),
        ("latest", "latest", RESOLVED),
        ("latest", "latest+running", RESOLVED),
    ],
)
def test_a_pass_resolves_only_if_the_revisions_that_failed_were_judged_again(
    then: str, now: str, state: LifecycleState
) -> None:
    (before,) = compare(None, result([finding()]), run(revisions=then)).past_findings

    compared = compare([before], result([finding(status=Status.PASS)]), run(revisions=now))
    absent = compare([before], result([]), run(revisions=now))

    assert [change.state for change in compared.changes] == [state]
    assert [change.state for change in absent.changes] == [STALE if state is STALE else GONE]


def test_nothing_has_a_state_if_there_is_nothing_to_compare_with() -> None:
    compared = compare(None, result([finding(), finding("api", status=Status.PASS)]), run())

    first, second = (one.lifecycle for one in compared.findings)
    assert (first.state, first.first_seen, first.last_seen) == (None, NOW, NOW)
    assert (second.state, second.first_seen) == (None, None)
    assert compared.changes == ()
    assert [left.state for left in compared.past_findings] == [None]


def test_the_age_survives_revisions_and_nights_without_a_look() -> None:
    (first,) = compare(None, result([finding(observed_at=NOW)]), run()).past_findings
    (lost,) = compare([first], result([], [A_GAP]), run(started_at=NOW + NIGHT)).past_findings
    again = finding(revision=9, observed_at=NOW + 2 * NIGHT)

    (seen,) = compare([lost], result([again]), run(started_at=NOW + 2 * NIGHT)).findings

    assert (lost.state, lost.first_seen, lost.last_seen) == (STALE, NOW, NOW)
    assert (seen.lifecycle.first_seen, seen.lifecycle.last_seen) == (NOW, NOW + 2 * NIGHT)


def test_a_clock_that_was_set_back_makes_nothing_younger() -> None:
    earlier = NOW - 3 * NIGHT

    (seen,) = compare([past()], result([finding(observed_at=earlier)]), run(started_at=earlier)).findings

    assert (seen.lifecycle.first_seen, seen.lifecycle.last_seen) == (earlier, earlier)


def test_a_closed_finding_is_kept_for_ninety_days_and_is_no_change() -> None:
    closed = past(state=RESOLVED, closed_at=NOW)

    def left_after(days: int, findings: Sequence[Finding] = ()) -> tuple[PastFinding, ...]:
        compared = compare([closed], result(findings), run(started_at=NOW + days * NIGHT))
        assert compared.changes == ()
        return compared.past_findings

    assert left_after(89) == (closed,)
    assert left_after(89, [finding(status=Status.PASS)]) == (closed,)
    assert left_after(90) == ()


def test_a_stale_finding_stays_in_the_changes_until_it_is_seen_again() -> None:
    (change,) = compare([past(state=STALE)], result([], [A_GAP]), run()).changes

    assert (change.previous_state, change.state, change.reason) == (STALE, STALE, "permission-denied")


def test_an_account_that_left_the_organization_takes_its_findings_along() -> None:
    closed = past(of=finding("api"), state=RESOLVED, closed_at=NOW - NIGHT)

    compared = absent_account([past(), closed], account(), NOW, left=True)

    assert [(change.state, change.reason) for change in compared.changes] == [(GONE, "left-organization")]
    assert {left.state for left in compared.past_findings} == {GONE, RESOLVED}


def test_an_account_that_the_run_does_not_have_is_stale() -> None:
    compared = absent_account([past()], account(), NOW, left=False)

    assert [(change.state, change.reason) for change in compared.changes] == [(STALE, "account-not-in-run")]


def test_only_open_findings_are_watched() -> None:
    before = past()

    assert watched([before, past(state=RESOLVED)]) == {"eu-west-1": {before.key}}
    assert watched([past(state=GONE)]) == {}
