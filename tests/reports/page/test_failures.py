"""How failures are grouped, and in which order they are read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.finding import Finding
from auditor.domain.reason import Reason
from auditor.reports.page.failures import by_check, contents, worst
from auditor.run.aggregate import MOST_FAILURES, AccountDigest, RunAggregator, RunMetadata
from tests.builders import CHECK, NOW, account, check_info, coverage, finding, run_result

NOWHERE, SOMEWHERE, UNREAD = EcsUsage(), EcsUsage(running_tasks=1), EcsUsage(complete=False)


def test_accounts_with_most_failures_come_first() -> None:
    few, many = account(1), account(2)
    findings = [finding("a", account=few), finding("b", account=many), finding("c", account=many)]
    (group,) = by_check(run_result([coverage(account=few), coverage(account=many)], findings))
    assert [each.account for each in group.accounts] == [many, few]


def test_accounts_whose_failures_run_nowhere_come_after_those_with_fewer_that_run() -> None:
    idle, busy = account(1), account(2)
    findings = [finding(name, account=idle, usage=NOWHERE) for name in "abc"] + [finding("d", account=busy)]
    (group,) = by_check(run_result([coverage(account=idle), coverage(account=busy)], findings))
    assert [each.account for each in group.accounts] == [busy, idle]
    assert group.nowhere == 3


def test_what_runs_nowhere_comes_last_within_its_severity_and_what_is_not_known_does_not() -> None:
    idle = finding("idle", usage=NOWHERE, evidence=(Evidence("app", reasons=("privileged", "root-user")),))
    findings = [
        finding("low", severity=Severity.LOW),
        idle,
        finding("busy", usage=SOMEWHERE),
        finding("unread", usage=UNREAD),
        finding("unasked"),
    ]
    assert [each.resource.family for each in worst(findings)] == ["busy", "unasked", "unread", "idle", "low"]


def test_the_run_keeps_the_rows_that_the_report_puts_first() -> None:
    idle = [finding(f"idle-{number}", usage=NOWHERE) for number in range(MOST_FAILURES)]
    last = replace(finding("busy", usage=SOMEWHERE), account=account(999))
    gathering = RunAggregator()
    summary = run_result([coverage()], [last]).accounts[0]
    gathering.add(AccountDigest(summary, (*idle, last), (), ()))
    kept = gathering.result(RunMetadata("run", NOW, NOW, "0", ())).failures
    assert len(kept) == MOST_FAILURES
    assert worst(kept)[0] is last


def test_the_total_counts_what_is_not_listed() -> None:
    (group,) = by_check(run_result([coverage()], [finding()], {account().id: {Status.FAIL: 40}}))
    assert (group.check.id, group.shown, group.total) == (CHECK, 1, 41)


def test_a_check_that_the_run_does_not_know_is_made_up_from_its_findings() -> None:
    (group,) = by_check(run_result([coverage()], [finding(check_id="gone", title="Something holds")]))
    assert (group.check.id, group.check.title, group.check.reason_texts) == ("gone", "Something holds", {})


def many(check_id: str, count: int, severity: Severity = Severity.HIGH) -> list[Finding]:
    return [finding(f"{check_id}-{number}", check_id=check_id, severity=severity) for number in range(count)]


@pytest.mark.parametrize(
    ("counts", "folded"),
    [
        pytest.param((3, 3), [(False, False), (False, False)], id="a few failures lie open"),
        pytest.param((30, 30, 1), [(False, False), (True, False), (True, False)], id="after a page the rest is folded"),
        pytest.param((500, 1), [(False, True), (True, False)], id="a long one is open down to its accounts"),
    ],
)
def test_what_is_long_is_folded(counts: tuple[int, ...], folded: list[tuple[bool, bool]]) -> None:
    findings = [each for place, count in enumerate(counts) for each in many(f"check-{place}", count)]
    groups = by_check(run_result([coverage()], findings))
    assert [(each.folded, each.owners_folded) for each in groups] == folded


def test_the_contents_name_what_failed_then_what_could_not_look_then_what_is_well() -> None:
    infos = (
        check_info(id="blind", collectors=("clusters",)),
        check_info(id="clean"),
        check_info(id="minor", severity=Severity.LOW),
        check_info(id="worse", severity=Severity.CRITICAL),
    )
    rows = [coverage(), coverage(CoverageStatus.NOT_EXAMINED, collector="clusters", reason=Reason.SCP_DENIED)]
    result = run_result(rows, many("minor", 2, Severity.LOW) + many("worse", 1, Severity.CRITICAL), checks=infos)
    entries = contents(result, by_check(result))
    assert [(each.check.id, each.failing, each.group, float(each.unexamined)) for each in entries] == [
        ("worse", 1, 1, 0.0),
        ("minor", 2, 2, 0.0),
        ("blind", 0, None, 1.0),
        ("clean", 0, None, 0.0),
    ]
    assert [each.telling for each in entries] == [True, True, True, False]
    assert entries[2].standing is CoverageStatus.NOT_EXAMINED
