"""One scope, read with one collector: what is judged, and what the ledger says of it."""

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
from tests.builders import COLLECTOR, NOW, account, coverage, finding, gap, rule, scope, task_definition, work
from tests.engine.stubs import StillClock, StubReader

Item = Fact | Gap | BaseException
Ledger = tuple[CoverageStatus, Reason | None, str]

WEB, API = task_definition("web"), task_definition("api")
DENIED = ReadError("list", Reason.SCP_DENIED, "an explicit deny in a service control policy")
CUT = "The run ended before this was read in full."
LOST = "ecs:DescribeTaskDefinition: ServerException"


def looking(*items: Item, rules: Iterable[ConfiguredCheck] = (), **options: Any) -> ScopeResult:  # noqa: ANN401
    """Examine a scope whose collector yields these items and raises these errors, in turn."""

    def look(_scope: Scope, _collector: str, meter: CallStats) -> Iterable[Fact | Gap]:
        for item in items:
            meter.calls += 1
            if isinstance(item, BaseException):
                raise item
            yield item

    return scan_scope(scope(), work(*rules), StubReader(look=look), options.pop("clock", StillClock()), **options)


def ledger(examined: ScopeResult) -> Ledger:
    row = examined.coverage
    return row.status, row.reason, row.detail


def judging_web_only(task: TaskDefinition, _parameters: object) -> Verdict:
    if task.family != "web":
        raise LookupError(task.family)
    return Verdict(Status.PASS)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param([], (CoverageStatus.EXAMINED, None, ""), id="an empty region is examined"),
        pytest.param([WEB, API], (CoverageStatus.EXAMINED, None, ""), id="all was read"),
        pytest.param([DENIED], (CoverageStatus.NOT_EXAMINED, DENIED.reason, DENIED.detail), id="the list is refused"),
        pytest.param([WEB, DENIED], (CoverageStatus.PARTIAL, DENIED.reason, DENIED.detail), id="the list breaks off"),
        pytest.param(
            [WEB, gap("lost"), gap("gone", Reason.TIMEOUT)],
            (CoverageStatus.PARTIAL, Reason.SERVICE_ERROR, f"2 of 3 could not be read, lost:1 among them: {LOST}"),
            id="some could not be read",
        ),
        pytest.param(
            [gap("lost")],
            (CoverageStatus.PARTIAL, Reason.SERVICE_ERROR, f"1 of 1 could not be read, lost:1 among them: {LOST}"),
            id="what was listed and not read is known to be there",
        ),
        pytest.param(
            [gap(None, detail="A page is missing.")],
            (CoverageStatus.NOT_EXAMINED, Reason.SERVICE_ERROR, "A page is missing."),
            id="a gap in the list is no resource",
        ),
        pytest.param(
            [WEB, gap("lost"), gap(None, Reason.THROTTLED, detail="A page is missing.")],
            (CoverageStatus.PARTIAL, Reason.THROTTLED, "A page is missing."),
            id="a gap in the list weighs more than a resource",
        ),
        pytest.param(
            [gap("lost"), DENIED],
            (CoverageStatus.PARTIAL, DENIED.reason, DENIED.detail),
            id="the end of the list weighs more than a resource",
        ),
        pytest.param(
            [Stopped(Reason.DEADLINE)], (CoverageStatus.NOT_EXAMINED, Reason.DEADLINE, CUT), id="stopped at once"
        ),
        pytest.param(
            [WEB, Stopped(Reason.INTERRUPTED)],
            (CoverageStatus.PARTIAL, Reason.INTERRUPTED, CUT),
            id="stopped on the way",
        ),
    ],
)
def test_the_ledger_says_how_much_was_seen(items: list[Item], expected: Ledger) -> None:
    assert ledger(looking(*items)) == expected


@pytest.mark.parametrize("end", [DENIED, Stopped(Reason.DEADLINE), KeyError("x")], ids=lambda end: type(end).__name__)
def test_what_was_judged_before_the_end_is_kept(end: BaseException) -> None:
    examined = looking(WEB, gap("lost"), end)

    assert [(each.resource.family, each.status) for each in examined.findings] == [
        ("web", Status.FAIL),
        ("lost", Status.UNKNOWN),
    ]
    assert (examined.coverage.resources, examined.coverage.calls) == (2, 3)


def test_a_collector_that_crashes_is_a_gap_that_names_where_and_not_what() -> None:
    status, reason, detail = ledger(looking(KeyError("hunter2")))

    assert (status, reason) == (CoverageStatus.NOT_EXAMINED, Reason.INTERNAL_ERROR)
    assert detail.startswith(f"The collector {COLLECTOR} raised KeyError in look (test_scan_scope.py:")
    assert "hunter2" not in detail


def test_a_check_that_crashes_on_one_fact_loses_nothing_else() -> None:
    examined = looking(WEB, API, rules=[rule(judging_web_only, id="fragile"), rule(id="sturdy")])

    assert {(each.check_id, each.resource.family, each.status) for each in examined.findings} == {
        ("fragile", "web", Status.PASS),
        ("fragile", "api", Status.UNKNOWN),
        ("sturdy", "web", Status.FAIL),
        ("sturdy", "api", Status.FAIL),
    }
    detail = "1 of 2 could not be judged, api:1 among them."
    assert ledger(examined) == (CoverageStatus.PARTIAL, Reason.INTERNAL_ERROR, detail)


def test_a_check_that_cannot_tell_is_no_crash_and_everything_was_examined() -> None:
    def undecided(_task: TaskDefinition, _parameters: object) -> Verdict:
        return Verdict(Status.UNKNOWN, ("tags-not-read",))

    examined = looking(WEB, rules=[rule(undecided)])

    assert ledger(examined) == (CoverageStatus.EXAMINED, None, "")
    assert [(each.status, each.reasons) for each in examined.findings] == [(Status.UNKNOWN, ("tags-not-read",))]


def test_what_a_check_does_not_apply_to_is_counted_and_not_kept() -> None:
    examined = looking(WEB, API, rules=[rule(Status.NOT_APPLICABLE, id="a"), rule(Status.PASS, id="b")])

    assert examined.not_applicable == {"a": 2}
    assert {each.check_id for each in examined.findings} == {"b"}


def test_what_a_check_does_not_apply_to_is_kept_where_it_is_asked_for() -> None:
    examined = looking(WEB, rules=[rule(Status.NOT_APPLICABLE)], options=ScanOptions(keep_not_applicable=True))

    assert [each.status for each in examined.findings] == [Status.NOT_APPLICABLE]
    assert sum(examined.not_applicable.values()) == 1


def test_once_the_run_is_to_end_nothing_is_read_any_more() -> None:
    cloud = StubReader()

    examined = scan_scope(scope(), work(), cloud, StillClock(stop=Reason.INTERRUPTED))

    assert cloud.collected == []
    assert ledger(examined) == (CoverageStatus.NOT_EXAMINED, Reason.INTERRUPTED, CUT)


def test_the_row_says_where_what_it_cost_and_how_long_it_took() -> None:
    row = looking(WEB, API).coverage

    assert (row.account, row.region, row.collector) == (scope().account, "eu-west-1", COLLECTOR)
    assert (row.calls, row.throttled, row.retried, row.resources, row.duration_s) == (2, 0, 0, 2, 0.25)


def test_the_meter_is_read_also_when_the_collector_crashes() -> None:
    def look(_scope: Scope, _collector: str, meter: CallStats) -> Iterable[Fact | Gap]:
        meter.calls, meter.throttled, meter.retried = 9, 3, 4
        raise RuntimeError

    row = scan_scope(scope(), work(), StubReader(look=look), StillClock()).coverage

    assert (row.calls, row.throttled, row.retried) == (9, 3, 4)


def test_findings_carry_the_time_at_which_the_scope_was_read() -> None:
    assert {each.observed_at for each in looking(WEB).findings} == {NOW}


@pytest.mark.usefixtures("small_heap")
def test_a_fact_is_dropped_as_soon_as_it_is_judged() -> None:
    alive: weakref.WeakSet[Watched] = weakref.WeakSet()
    most = 0

    class Watched(TaskDefinition):
        __slots__ = ("__weakref__",)

    def look(_scope: Scope, _collector: str, _meter: CallStats) -> Iterable[Fact | Gap]:
        nonlocal most
        for number in range(50):
            fact = Watched(f"arn:{number}:1", "web", 1, "ACTIVE", "host", ())
            alive.add(fact)
            yield fact
            del fact
            gc.collect()
            most = max(most, len(alive))

    examined = scan_scope(scope(), work(), StubReader(look=look), StillClock())

    assert examined.coverage.resources == 50
    assert most <= 1


def test_what_was_settled_is_told_apart_by_what_was_read_where_two_collectors_share_a_check() -> None:
    tasks = Assignment("ecs-task-definitions", (rule(),), "AWS::ECS::TaskDefinition")
    daemons = Assignment("ecs-daemon-task-definitions", (rule(),), "AWS::ECS::DaemonTaskDefinition")
    of_a_task = finding("web")
    of_a_daemon = finding("agent", resource=replace(of_a_task.resource, type=daemons.resource_type))
    rows = tuple(coverage(collector=each.collector, resources=1) for each in (tasks, daemons))

    settled = split_by_scope(AccountResult(account(), (of_a_task, of_a_daemon), rows), (tasks, daemons), frozenset())

    assert {collector: each.findings for (_, collector), each in settled.items()} == {
        tasks.collector: (of_a_task,),
        daemons.collector: (of_a_daemon,),
    }
