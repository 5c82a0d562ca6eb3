"""How failures are grouped, and what they say to change."""

from __future__ import annotations

import json

import pytest

from auditor.domain.check import Evidence, Status
from auditor.reports.failures import by_check, repair
from tests.builders import CHECK, account, coverage, finding, run_result


def container(name: str, *reasons: str) -> Evidence:
    return Evidence(name, None, privileged="privileged" in reasons, reasons=reasons)


@pytest.mark.parametrize(
    ("evidence", "changes"),
    [
        pytest.param(
            (container("a", "privileged"),), [{"name": "a", "privileged": False}], id="privilege is taken away"
        ),
        pytest.param((container("a", "root-user"),), [{"name": "a", "user": "1000:1000"}], id="root is replaced"),
        pytest.param(
            (container("a", "privileged", "root-user"), container("b", "user-unset")),
            [{"name": "a", "privileged": False, "user": "1000:1000"}],
            id="a note beside a fault asks for no change",
        ),
        pytest.param(
            (container("b", "user-unset"),), [{"name": "b", "user": "1000:1000"}], id="a note that is the fault does"
        ),
    ],
)
def test_what_to_change_can_be_pasted(evidence: tuple[Evidence, ...], changes: list[dict[str, object]]) -> None:
    assert json.loads(repair(finding(evidence=evidence))) == {"containerDefinitions": changes}


def test_where_no_fixed_value_repairs_it_nothing_is_suggested() -> None:
    assert repair(finding(evidence=(container("a", "image-untrusted"),))) == ""
    assert repair(finding(evidence=())) == ""


def test_accounts_with_most_failures_come_first() -> None:
    few, many = account(1), account(2)
    findings = [finding("a", account=few), finding("b", account=many), finding("c", account=many)]
    (group,) = by_check(run_result([coverage(account=few), coverage(account=many)], findings))
    assert [each.account for each in group.accounts] == [many, few]


def test_the_total_counts_what_is_not_listed() -> None:
    (group,) = by_check(run_result([coverage()], [finding()], {account().id: {Status.FAIL: 40}}))
    assert (group.check_id, group.shown, group.total) == (CHECK, 1, 41)
