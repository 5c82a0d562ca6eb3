"""Grouping and order of failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.finding import Finding
from auditor.domain.reason import Reason
from auditor.reports.page.failures import contents, failures_by_check
from auditor.reports.totals import RunTotals
from auditor.run.aggregate import MOST_FAILURES, AccountDigest, RunAggregator, RunMetadata
from tests.builders import CHECK, NOW, PROBLEM, TITLE, account, check_info, coverage, finding, run_result

UNUSED, USED, PARTLY_READ = EcsUsage(), EcsUsage(running_tasks=1), EcsUsage(complete=False)


def totals(*arguments: Any, **fields: Any) -> RunTotals:  # noqa: ANN401 - the arguments of `run_result`
    return RunTotals(run_result(*arguments, **fields))


def listed(findings: Sequence[Finding]) -> list[Finding]:
    """Return failures in the order of the page."""
    records = [coverage(account=owner) for owner in {failure.account for failure in findings}]
    groups = failures_by_check(totals(records, findings))
    return [failure for group in groups for failures in group.accounts for failure in failures.findings]


def test_accounts_with_most_failures_come_first() -> None:
    few, many = account(1), account(2)
    findings = [finding("a", account=few), finding("b", account=many), finding("c", account=many)]
    (group,) = failures_by_check(totals([coverage(account=few), coverage(account=many)], findings))
    assert [failures.account for failures in group.accounts] == [many, few]


def test_accounts_with_unused_failures_come_after_those_with_fewer_failures_in_use() -> None:
    idle, busy = account(1), account(2)
    findings = [finding(name, account=idle, usage=UNUSED) for name in "abc"] + [finding("d", account=busy)]
    (group,) = failures_by_check(totals([coverage(account=idle), coverage(account=busy)], findings))
    assert [failures.account for failures in group.accounts] == [busy, idle]
    assert group.unused == 3


def test_unused_resources_come_last_within_their_severity_unless_usage_is_unknown() -> None:
    idle = finding("idle", usage=UNUSED, evidence=(Evidence("app", reasons=("privileged", "root-user")),))
    findings = [
        finding("low", severity=Severity.LOW),
        idle,
        finding("busy", usage=USED),
        finding("partly-read", usage=PARTLY_READ),
        finding("not-examined"),
    ]
    assert [failure.resource.family for failure in listed(findings)] == [
        "busy",
        "not-examined",
        "partly-read",
        "idle",
        "low",
    ]


def test_the_result_keeps_the_failures_that_the_report_lists_first() -> None:
    idle = [finding(f"idle-{number}", usage=UNUSED) for number in range(MOST_FAILURES)]
    last = replace(finding("busy", usage=USED), account=account(999))
    aggregator = RunAggregator()
    summary = run_result([coverage()], [last]).accounts[0]
    aggregator.add(AccountDigest(summary, (*idle, last), (), ()))
    kept = aggregator.result(RunMetadata("run", NOW, NOW, "0", ())).failures
    assert len(kept) == MOST_FAILURES
    assert listed(kept)[0] is last


def test_the_total_includes_failures_that_are_not_listed() -> None:
    (group,) = failures_by_check(totals([coverage()], [finding()], {account().id: {Status.FAIL: 40}}))
    assert (group.check.id, group.listed, group.total) == (CHECK, 1, 41)


def test_a_check_that_the_run_does_not_know_is_described_by_its_findings() -> None:
    (group,) = failures_by_check(totals([coverage()], [finding(check_id="gone", title="Something holds")]))
    assert (group.check.id, group.check.title, group.check.reason_texts) == ("gone", "Something holds", {})


def many(check_id: str, count: int, severity: Severity = Severity.HIGH) -> list[Finding]:
    return [finding(f"{check_id}-{number}", check_id=check_id, severity=severity) for number in range(count)]


@pytest.mark.parametrize(
    ("counts", "folded"),
    [
        pytest.param((3, 3), [(False, False), (False, False)], id="a few failures are unfolded"),
        pytest.param((30, 30, 1), [(False, False), (True, False), (True, False)], id="further checks are folded"),
        pytest.param((500, 1), [(False, True), (True, False)], id="accounts of a long group are folded"),
    ],
)
def test_long_groups_are_folded(counts: tuple[int, ...], folded: list[tuple[bool, bool]]) -> None:
    findings = [failure for number, count in enumerate(counts) for failure in many(f"check-{number}", count)]
    groups = failures_by_check(totals([coverage()], findings))
    assert [(group.folded, group.accounts_folded) for group in groups] == folded


def test_contents_list_failing_checks_then_checks_with_gaps_then_clean_checks() -> None:
    infos = (
        check_info(id="not-examined", collectors=("clusters",)),
        check_info(id="clean"),
        check_info(id="minor", severity=Severity.LOW),
        check_info(id="worse", severity=Severity.CRITICAL),
    )
    rows = [coverage(), coverage(CoverageStatus.NOT_EXAMINED, collector="clusters", reason=Reason.SCP_DENIED)]
    findings = many("minor", 2, Severity.LOW) + many("worse", 1, Severity.CRITICAL)
    run = totals(rows, findings, checks=infos)
    entries = contents(run, failures_by_check(run))
    assert [(entry.check.id, entry.failing, entry.group, float(entry.unexamined)) for entry in entries] == [
        ("worse", 1, 1, 0.0),
        ("minor", 2, 2, 0.0),
        ("not-examined", 0, None, 1.0),
        ("clean", 0, None, 0.0),
    ]
    assert [entry.is_complete_and_clean for entry in entries] == [False, False, False, True]
    assert entries[2].coverage_status is CoverageStatus.NOT_EXAMINED


def test_accounts_show_how_many_of_their_failures_are_listed() -> None:
    few, none = account(1), account(2)
    rows = [coverage(account=few), coverage(account=none)]
    extra = {few.id: {Status.FAIL: 31}, none.id: {Status.FAIL: 5}}
    (group,) = failures_by_check(totals(rows, [finding(account=few)], extra))
    assert [(failures.account, len(failures.findings), failures.total) for failures in group.accounts] == [(few, 1, 32)]
    assert group.other_accounts == 1


def test_other_rule_sets_are_counted_by_status() -> None:
    statuses = (Status.FAIL, Status.NOT_APPLICABLE, Status.FAIL)
    findings = [finding(f"f{number}", standards={"kics": status}) for number, status in enumerate(statuses)]
    (group,) = failures_by_check(totals([coverage()], findings))
    assert [(rating.name, rating.counts) for rating in group.ratings] == [
        ("kics", ((Status.FAIL, 2), (Status.NOT_APPLICABLE, 1)))
    ]


def test_heading_states_the_problem_or_else_the_requirement_that_is_not_met() -> None:
    (described,) = failures_by_check(totals([coverage()], [finding()]))
    (undescribed,) = failures_by_check(totals([coverage()], [finding()], checks=(check_info(problem=""),)))
    assert (described.heading, undescribed.heading) == (PROBLEM, f"Not met: {TITLE}")
