"""One scope that is read with one collector: its findings and its coverage record."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from auditor.domain.check import Status, Verdict
from auditor.domain.clock import ReadError, Stopped
from auditor.domain.coverage import CallStats, CoverageStatus, Gap
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.fact import Fact
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.domain.scope import Scope
from auditor.engine.ports import Assignment, ConfiguredCheck
from auditor.engine.scan_scope import ScanOptions, ScopeResult, scan_scope, split_by_scope
from tests.builders import (
    COLLECTOR,
    NOW,
    account,
    assignment,
    configured_check,
    coverage,
    finding,
    gap,
    scope,
    task_definition,
)
from tests.engine.stubs import StillClock, StubReader

Item = Fact | Gap | BaseException
CoverageKey = tuple[CoverageStatus, Reason | None, str]

WEB, API = task_definition("web"), task_definition("api")
DENIED = ReadError("list", Reason.SCP_DENIED, "an explicit deny in a service control policy")
CUT = "The run ended before this was read in full."
LOST = "ecs:DescribeTaskDefinition: ServerException"


def scan(*items: Item, checks: Iterable[ConfiguredCheck] = (), **options: Any) -> ScopeResult:  # noqa: ANN401 - any scan option
    """Scan a scope whose collector yields these items and raises these errors, in this order."""

    def read_scope(_scope: Scope, _collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
        for item in items:
            stats.calls += 1
            if isinstance(item, BaseException):
                raise item
            yield item

    return scan_scope(
        scope(), assignment(*checks), StubReader(read_scope=read_scope), options.pop("clock", StillClock()), **options
    )


def coverage_of(result: ScopeResult) -> CoverageKey:
    row = result.coverage
    return row.status, row.reason, row.detail


def judge_web_only(task: TaskDefinition, _parameters: object) -> Verdict:
    if task.family != "web":
        raise LookupError(task.family)
    return Verdict(Status.PASS)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param([], (CoverageStatus.EXAMINED, None, ""), id="an empty region is examined"),
        pytest.param([WEB, API], (CoverageStatus.EXAMINED, None, ""), id="everything was read"),
        pytest.param([DENIED], (CoverageStatus.NOT_EXAMINED, DENIED.reason, DENIED.detail), id="listing is denied"),
        pytest.param(
            [WEB, DENIED],
            (CoverageStatus.PARTIAL, DENIED.reason, DENIED.detail),
            id="listing fails later",
        ),
        pytest.param(
            [WEB, gap("lost"), gap("gone", Reason.TIMEOUT)],
            (CoverageStatus.PARTIAL, Reason.SERVICE_ERROR, f"2 of 3 could not be read, lost:1 among them: {LOST}"),
            id="some resources could not be read",
        ),
        pytest.param(
            [gap("lost")],
            (CoverageStatus.PARTIAL, Reason.SERVICE_ERROR, f"1 of 1 could not be read, lost:1 among them: {LOST}"),
            id="a listed resource that could not be read counts as known",
        ),
        pytest.param(
            [gap(None, detail="A page is missing.")],
            (CoverageStatus.NOT_EXAMINED, Reason.SERVICE_ERROR, "A page is missing."),
            id="a gap in the list is not a resource",
        ),
        pytest.param(
            [WEB, gap("lost"), gap(None, Reason.THROTTLED, detail="A page is missing.")],
            (CoverageStatus.PARTIAL, Reason.THROTTLED, "A page is missing."),
            id="a gap in the list takes precedence over an unread resource",
        ),
        pytest.param(
            [gap("lost"), DENIED],
            (CoverageStatus.PARTIAL, DENIED.reason, DENIED.detail),
            id="a failed list takes precedence over an unread resource",
        ),
        pytest.param(
            [Stopped(Reason.DEADLINE)], (CoverageStatus.NOT_EXAMINED, Reason.DEADLINE, CUT), id="stopped at once"
        ),
        pytest.param(
            [WEB, Stopped(Reason.INTERRUPTED)],
            (CoverageStatus.PARTIAL, Reason.INTERRUPTED, CUT),
            id="stopped after the first resource",
        ),
    ],
)
def test_the_coverage_record_says_how_much_was_examined(items: list[Item], expected: CoverageKey) -> None:
    assert coverage_of(scan(*items)) == expected


@pytest.mark.parametrize("end", [DENIED, Stopped(Reason.DEADLINE), KeyError("x")], ids=lambda end: type(end).__name__)
def test_findings_from_before_an_error_are_kept(end: BaseException) -> None:
    result = scan(WEB, gap("lost"), end)

    assert [(finding.resource.family, finding.status) for finding in result.findings] == [
        ("web", Status.FAIL),
        ("lost", Status.UNKNOWN),
    ]
    assert (result.coverage.resources, result.coverage.calls) == (2, 3)


def test_a_collector_that_crashes_is_a_gap_with_the_crash_site_but_not_the_message() -> None:
    status, reason, detail = coverage_of(scan(KeyError("hunter2")))

    assert (status, reason) == (CoverageStatus.NOT_EXAMINED, Reason.INTERNAL_ERROR)
    assert detail.startswith(f"The collector {COLLECTOR} raised KeyError in read_scope (test_scan_scope.py:")
    assert "hunter2" not in detail


def test_a_check_that_crashes_on_one_fact_affects_no_other_finding() -> None:
    result = scan(WEB, API, checks=[configured_check(judge_web_only, id="fragile"), configured_check(id="sturdy")])

    assert {(finding.check_id, finding.resource.family, finding.status) for finding in result.findings} == {
        ("fragile", "web", Status.PASS),
        ("fragile", "api", Status.UNKNOWN),
        ("sturdy", "web", Status.FAIL),
        ("sturdy", "api", Status.FAIL),
    }
    detail = "1 of 2 could not be judged, api:1 among them."
    assert coverage_of(result) == (CoverageStatus.PARTIAL, Reason.INTERNAL_ERROR, detail)


def test_an_unknown_verdict_is_not_a_crash_and_the_scope_is_examined() -> None:
    def undecided(_task: TaskDefinition, _parameters: object) -> Verdict:
        return Verdict(Status.UNKNOWN, ("tags-not-read",))

    result = scan(WEB, checks=[configured_check(undecided)])

    assert coverage_of(result) == (CoverageStatus.EXAMINED, None, "")
    assert [(finding.status, finding.reasons) for finding in result.findings] == [(Status.UNKNOWN, ("tags-not-read",))]


def test_not_applicable_resources_are_counted_but_not_kept() -> None:
    result = scan(
        WEB, API, checks=[configured_check(Status.NOT_APPLICABLE, id="a"), configured_check(Status.PASS, id="b")]
    )

    assert result.not_applicable == {"a": 2}
    assert {finding.check_id for finding in result.findings} == {"b"}


def test_not_applicable_findings_are_kept_if_the_options_say_so() -> None:
    result = scan(WEB, checks=[configured_check(Status.NOT_APPLICABLE)], options=ScanOptions(keep_not_applicable=True))

    assert [finding.status for finding in result.findings] == [Status.NOT_APPLICABLE]
    assert sum(result.not_applicable.values()) == 1


def test_watched_findings_that_are_not_applicable_are_named() -> None:
    def not_applicable_to_old_revisions(task: TaskDefinition, _parameters: object) -> Verdict:
        return Verdict(Status.PASS if task.revision == 2 else Status.NOT_APPLICABLE)

    web_key, api_key, lost_key = (finding(family, check_id="a").key for family in ("web", "api", "lost"))
    other_type = (api_key[0], api_key[1], "AWS::ECS::Service", api_key[3])
    checks = [configured_check(not_applicable_to_old_revisions, id="a")]

    result = scan(WEB, task_definition("web", 2), API, checks=checks, watched={web_key, api_key, lost_key, other_type})

    assert result.watched_not_applicable == {api_key}


def test_nothing_is_read_after_the_run_was_stopped() -> None:
    reader = StubReader()

    result = scan_scope(scope(), assignment(), reader, StillClock(stop=Reason.INTERRUPTED))

    assert reader.collected == []
    assert coverage_of(result) == (CoverageStatus.NOT_EXAMINED, Reason.INTERRUPTED, CUT)


def test_the_coverage_record_has_the_scope_the_calls_and_the_duration() -> None:
    row = scan(WEB, API).coverage

    assert (row.account, row.region, row.collector) == (scope().account, "eu-west-1", COLLECTOR)
    assert (row.calls, row.throttled, row.retried, row.resources, row.duration_s) == (2, 0, 0, 2, 0.25)


def test_calls_are_counted_even_if_the_collector_crashes() -> None:
    def read_scope(_scope: Scope, _collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
        stats.calls, stats.throttled, stats.retried = 9, 3, 4
        raise RuntimeError

    row = scan_scope(scope(), assignment(), StubReader(read_scope=read_scope), StillClock()).coverage

    assert (row.calls, row.throttled, row.retried) == (9, 3, 4)


def test_findings_have_the_time_at_which_the_scope_was_read() -> None:
    assert {finding.observed_at for finding in scan(WEB).findings} == {NOW}


@pytest.mark.usefixtures("small_heap")
def test_a_fact_is_dropped_after_it_is_judged() -> None:
    alive: weakref.WeakSet[CountedFact] = weakref.WeakSet()
    most = 0

    class CountedFact(TaskDefinition):
        __slots__ = ("__weakref__",)

    def read_scope(_scope: Scope, _collector: str, _stats: CallStats) -> Iterable[Fact | Gap]:
        nonlocal most
        for number in range(50):
            fact = CountedFact(f"arn:{number}:1", "web", 1, "ACTIVE", "host", ())
            alive.add(fact)
            yield fact
            del fact
            gc.collect()
            most = max(most, len(alive))

    result = scan_scope(scope(), assignment(), StubReader(read_scope=read_scope), StillClock())

    assert result.coverage.resources == 50
    assert most <= 1


def test_findings_are_split_by_resource_type_if_two_collectors_share_a_check() -> None:
    tasks = Assignment("ecs-task-definitions", (configured_check(),), "AWS::ECS::TaskDefinition")
    daemons = Assignment("ecs-daemon-task-definitions", (configured_check(),), "AWS::ECS::DaemonTaskDefinition")
    task_finding = finding("web")
    daemon_finding = finding("agent", resource=replace(task_finding.resource, type=daemons.resource_type))
    rows = tuple(coverage(collector=assignment.collector, resources=1) for assignment in (tasks, daemons))

    scopes = split_by_scope(
        AccountResult(account(), (task_finding, daemon_finding), rows), (tasks, daemons), frozenset()
    )

    assert {collector: scope_result.findings for (_, collector), scope_result in scopes.items()} == {
        tasks.collector: (task_finding,),
        daemons.collector: (daemon_finding,),
    }
