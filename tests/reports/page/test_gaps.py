"""What was not examined, grouped by reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from auditor.domain.check import Evidence
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.reason import Reason
from auditor.domain.result import RunResult
from auditor.domain.scope import Account
from auditor.reports.page.gaps import exclusions_by_reason, gaps_by_reason
from auditor.reports.totals import RunTotals
from tests.builders import account, check_info, coverage, run_result, unknown


def denied(number: int = 1, region: str = "eu-west-1", **fields: Any) -> Coverage:  # noqa: ANN401 - fields of a record
    usual: dict[str, Any] = {
        "account": account(number),
        "region": region,
        "reason": Reason.SCP_DENIED,
        "detail": f"{account(number).id} must not call {region}",
    }
    return coverage(CoverageStatus.NOT_EXAMINED, **(usual | fields))


def gaps(result: RunResult) -> list[tuple[str, list[Account], int]]:
    return [(group.name, list(group.accounts), group.scopes) for group in gaps_by_reason(RunTotals(result))]


def test_reasons_that_affect_most_accounts_come_first() -> None:
    records = [denied(1, reason=Reason.TIMEOUT), denied(2), denied(3)]
    assert gaps(run_result(records)) == [
        ("scp-denied", [account(2), account(3)], 2),
        ("timeout", [account(1)], 1),
    ]


def test_details_that_differ_in_ids_and_regions_are_one_statement() -> None:
    records = [denied(1), denied(1, "us-east-1"), denied(2)]
    (group,) = gaps_by_reason(RunTotals(run_result(records)))
    (statement,) = group.statements
    assert statement.detail == "000000000001 must not call eu-west-1"
    assert [(affected.account, affected.regions) for affected in statement.accounts] == [
        (account(1), ("eu-west-1", "us-east-1")),
        (account(2), ("eu-west-1",)),
    ]
    assert statement.scopes == 3


def test_collectors_with_the_same_gap_share_a_statement() -> None:
    (group,) = gaps_by_reason(RunTotals(run_result([denied(collector="tasks"), denied(collector="services")])))
    (statement,) = group.statements
    assert (statement.collectors, statement.scopes) == (("services", "tasks"), 2)


def test_collectors_with_different_regions_are_counted_exactly() -> None:
    records = [denied(collector="tasks"), denied(collector="services"), denied(region="us-east-1", collector="tasks")]
    (group,) = gaps_by_reason(RunTotals(run_result(records)))
    (statement,) = group.statements
    assert (statement.collectors, statement.scopes, group.scopes) == (("services", "tasks"), 3, 3)
    assert statement.accounts[0].regions == ("eu-west-1", "us-east-1")


def test_regions_that_all_accounts_share_are_common() -> None:
    regions = [f"us-west-{number}" for number in range(5)]
    records = [denied(number, region) for number in (1, 2) for region in regions]
    (statement,) = gaps_by_reason(RunTotals(run_result(records)))[0].statements
    assert statement.common_regions == tuple(regions)
    (statement,) = gaps_by_reason(RunTotals(run_result(records[1:])))[0].statements
    assert statement.common_regions == ()
    (statement,) = gaps_by_reason(RunTotals(run_result(records[:5])))[0].statements
    assert statement.common_regions == ()


def test_a_gap_without_a_reason_is_reported_as_a_bug() -> None:
    (group,) = gaps_by_reason(RunTotals(run_result([denied(reason=None)])))
    assert (group.name, group.title) == ("none", "No reason was recorded")
    assert "bug in auditor" in group.advice


def test_unknown_findings_of_a_resource_are_one_entry_with_its_checks_and_notes() -> None:
    lost = unknown("lost", Reason.TIMEOUT)
    findings = [lost, replace(lost, check_id="other", reasons=("timeout", "ReadTimeout\n"))]
    (group,) = gaps_by_reason(RunTotals(run_result([coverage()], findings)))
    (resource,) = group.resources
    assert group.checks == resource.checks == tuple(sorted((lost.check_id, "other")))
    assert resource.notes == ("ReadTimeout\\n",)


def test_a_reason_of_a_check_has_the_text_and_the_manual_step_of_the_check() -> None:
    finding = unknown(reasons=("user-unset",), evidence=(Evidence("app", "container", ("user-unset",)),))
    (group,) = gaps_by_reason(RunTotals(run_result([coverage()], [finding])))
    info = check_info()
    assert group.title == f"A resource {info.reason_texts['user-unset']}"
    assert group.advice == info.repairs["user-unset"].manual


def test_exclusions_are_not_gaps() -> None:
    record = replace(denied(reason=Reason.EXCLUDED_BY_CONFIG), status=CoverageStatus.EXCLUDED)
    totals = RunTotals(run_result([record]))
    assert gaps_by_reason(totals) == ()
    assert [group.name for group in exclusions_by_reason(totals)] == ["excluded-by-config"]
