"""No sequence of nights ever closes a finding that was not looked at.

A small world changes at random. Each night sees a random part of it, and is compared with any night that was published
before, as a resumed, repeated or reordered run is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.domain.aws_resource import Resource
from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.past_finding import FindingKey, PastFinding
from auditor.domain.result import AccountResult
from auditor.domain.scope import EVERY_REGION
from auditor.history.compare import ComparedAccount, Examination, absent_account, compare, watched
from tests.builders import NOW, account, coverage, finding

REGIONS = ("eu-west-1", "us-east-1")
CHECKS = ("check-a", "check-b")
#: Types of resources with their collectors. The first one has revisions, the latest one and one that is running.
COLLECTORS = {"Definition": "definitions", "Cluster": "clusters"}
REVISIONS = ("latest", "running", "latest+running")
CLOSED = {LifecycleState.RESOLVED, LifecycleState.GONE}

#: What is true of a resource: whether its latest and its running revision exist, and the status of each.
Truth = dict[FindingKey, tuple[Status | None, Status | None]]

status = st.sampled_from([Status.FAIL, Status.FAIL, Status.PASS, Status.NOT_APPLICABLE, None])
KEYS = [
    (region, check, kind, f"arn:{kind}:{region}:{number}")
    for region in REGIONS
    for check in CHECKS
    for kind in COLLECTORS
    for number in range(2)
]


@dataclass(frozen=True)
class Night:
    """One run: what is true, what it looks at, and which earlier run it is compared with (0 is the latest one)."""

    truth: Truth
    scopes: dict[tuple[str, str], CoverageStatus | None]
    unread: frozenset[FindingKey]
    checks: frozenset[str]
    revisions: str
    expected: bool
    listed: bool
    narrowed: bool
    base: int
    days: int


scope_status = st.sampled_from([CoverageStatus.EXAMINED] * 4 + [*CoverageStatus, None])
nights = st.builds(
    Night,
    truth=st.fixed_dictionaries({key: st.tuples(status, status) for key in KEYS}),
    scopes=st.fixed_dictionaries(
        {(region, collector): scope_status for region in REGIONS for collector in COLLECTORS.values()}
    ),
    unread=st.frozensets(st.sampled_from(KEYS), max_size=3),
    checks=st.sampled_from([frozenset(CHECKS), frozenset(CHECKS), frozenset(CHECKS[:1])]),
    revisions=st.sampled_from([*REVISIONS, "latest+running", "latest+running"]),
    expected=st.sampled_from([True, True, True, False]),
    listed=st.booleans(),
    narrowed=st.booleans(),
    base=st.sampled_from([0, 0, 0, 1, 2]),
    days=st.integers(-2, 40),
)


def statuses(key: FindingKey, truth: Truth, revisions: str) -> list[Status]:
    """Return the statuses of the revisions that a run with this setting judges; all of them for `latest+running`."""
    latest, running = truth[key]
    if key[2] != "Definition":
        return [] if latest is None else [latest]
    seen = {"latest": [latest], "running": [running], "latest+running": [latest, running]}[revisions]
    return [status for status in seen if status is not None]


def worst(found: list[Status]) -> Status:
    return min(found, key=[Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE].index)


def scan(night: Night, keys: set[FindingKey], at: datetime) -> AccountResult:
    """Return what a scan of the night's part of the world finds, as the engine does."""
    findings, not_applicable = [], set()
    records = [
        coverage(examined, region=region, collector=collector)
        for (region, collector), examined in night.scopes.items()
        if examined is not None
    ]
    for key in KEYS:
        region, check, kind, _ = key
        examined = night.scopes[region, COLLECTORS[kind]]
        if check not in night.checks or examined not in {CoverageStatus.EXAMINED, CoverageStatus.PARTIAL}:
            continue
        found = statuses(key, night.truth, night.revisions)
        if examined is CoverageStatus.PARTIAL:
            # The list broke off: of some resources only the first revision is known, others are not known at all.
            found = found[:1] if key[3].endswith("1") else []
        if not found:
            continue
        partly_read = key in night.unread and examined is CoverageStatus.PARTIAL
        verdict = worst([*found, Status.UNKNOWN] if partly_read else found)
        if verdict is Status.NOT_APPLICABLE:
            not_applicable |= {key} & keys
        else:
            findings.append(a_finding(key, verdict, at))
    return AccountResult(account(), tuple(findings), tuple(records), watched_not_applicable=frozenset(not_applicable))


def a_finding(key: FindingKey, verdict: Status, at: datetime) -> Finding:
    region, check, kind, arn = key
    revision = 3 if kind == "Definition" else None
    resource = Resource(f"{arn}:{revision}" if revision else arn, kind, arn, revision=revision)
    return finding(check_id=check, region=region, resource=resource, status=verdict, observed_at=at)


def take(night: Night, base: tuple[PastFinding, ...] | None, at: datetime) -> ComparedAccount:
    if not night.expected:
        return absent_account(base or (), account(), at, left=night.listed)
    keys = {key for region in watched(base or ()).values() for key in region}
    collectors = {kind: (collector,) for kind, collector in COLLECTORS.items()}
    return compare(base, scan(night, keys, at), Examination(at, night.checks, collectors, night.revisions))


def was_looked_at(past: PastFinding, night: Night) -> bool:
    if not night.expected:
        return night.listed
    region, _, kind, _ = past.key
    covers = not past.revisions or night.revisions in {"latest+running", past.revisions}
    examined = night.scopes[region, COLLECTORS[kind]]
    return past.check_id in night.checks and covers and examined in {CoverageStatus.EXAMINED, CoverageStatus.PARTIAL}


@settings(max_examples=150, deadline=None)
@given(st.lists(nights, min_size=2, max_size=6))
def test_a_finding_is_closed_only_if_it_was_looked_at_and_does_not_fail(sequence: list[Night]) -> None:
    published: list[tuple[PastFinding, ...]] = []
    at = NOW
    for night in sequence:
        at += timedelta(days=night.days)
        base = published[-1 - min(night.base, len(published) - 1)] if published else None
        compared = take(night, base, at)
        before = {past.key: past for past in base or ()}

        for change in compared.changes:
            key = change.region, change.check_id, change.resource_type, change.resource_arn
            if change.state in CLOSED:
                assert before[key].is_open
                assert was_looked_at(before[key], night)
                if night.expected:
                    found = statuses(key, night.truth, night.revisions)
                    assert Status.FAIL not in found
                    assert bool(found) is (change.state is LifecycleState.RESOLVED)
        assert_nothing_is_lost(before, compared, at)
        if not night.narrowed:
            published.append(compared.past_findings)


def assert_nothing_is_lost(before: dict[FindingKey, PastFinding], compared: ComparedAccount, at: datetime) -> None:
    """Every open finding is handed on, is never younger than before, and has one state."""
    after = {past.key: past for past in compared.past_findings}
    assert len(after) == len(compared.past_findings)
    assert {key for key, past in before.items() if past.is_open} <= after.keys()
    for key, past in before.items():
        left = after.get(key, past)
        # A finding that was closed too long ago to be remembered is new.
        assert left.state is not LifecycleState.NEW or not past.is_open
        assert left.state is LifecycleState.NEW or left.first_seen <= past.first_seen
        assert left.state is not LifecycleState.STALE or left.last_seen == past.last_seen
    failing = [one for one in compared.findings if one.status is Status.FAIL]
    assert all(after[one.key].last_seen == at for one in failing)
    assert EVERY_REGION not in {past.region for past in after.values()}
