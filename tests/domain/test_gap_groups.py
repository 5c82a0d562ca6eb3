"""Gaps by account, status, reason and cause."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.gap_groups import MOST_CAUSES, OTHER_CAUSES, cause_of, group_gaps
from auditor.domain.reason import Reason
from tests.builders import account, coverage

REGION = "eu-west-1"


def gap(number: int = 1, **fields: object) -> Coverage:
    usual: dict[str, object] = {"account": account(number), "reason": Reason.TIMEOUT, "detail": "no answer"}
    return coverage(CoverageStatus.NOT_EXAMINED, **(usual | fields))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("000000000001 denied", "000000000002 denied", id="account IDs"),
        pytest.param(
            "request 6f1c1b1e-0000-4000-8000-000000000001",
            "request 6F1C1B1E-0000-4000-8000-000000000002",
            id="request IDs",
        ),
        pytest.param(f"no endpoint in {REGION}", "no endpoint in #", id="the region"),
        pytest.param("perform: ecs:ListClusters on", "perform: ecs:ListTasks on", id="actions"),
        pytest.param(
            "on resource: arn:aws:ecs:eu-west-1:000000000001:cluster/a because",
            "on resource: arn:aws:ecs:us-east-1:000000000002:task-definition/b:7 because",
            id="ARNs of resources",
        ),
        pytest.param(
            "User: arn:aws:sts::000000000001:assumed-role/A/s", "User: arn:aws:sts::000000000002:assumed-role/A/s",
            id="accounts of roles",
        ),
        pytest.param(
            f"Encoded authorization failure message: {'aB3_-' * 40}",
            f"Encoded authorization failure message: {'x9-Zz' * 50}",
            id="encoded authorization messages",
        ),
        pytest.param(
            "3 of 17 could not be read, web-1 among them: no answer",
            "12 of 40 could not be read, db among them: no answer",
            id="numbers and names of unread resources",
        ),
    ],
)  # fmt: skip # a table, in columns
def test_particulars_are_not_part_of_the_cause(one: str, other: str) -> None:
    assert cause_of(one, REGION) == cause_of(other, REGION)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("AccessDenied: 1", "Throttling: 1", id="error codes"),
        pytest.param(
            "deny in arn:aws:organizations::000000000001:policy/o-1/service_control_policy/p-1",
            "deny in arn:aws:organizations::000000000001:policy/o-1/service_control_policy/p-2",
            id="service control policies",
        ),
        pytest.param("arn:aws:iam::000000000001:role/A", "arn:aws:iam::000000000001:role/B", id="roles"),
        pytest.param("HTTP 500", "HTTP 503", id="status codes"),
    ],
)
def test_different_problems_are_different_causes(one: str, other: str) -> None:
    assert cause_of(one, REGION) != cause_of(other, REGION)


def test_a_star_in_a_message_is_not_the_region() -> None:
    assert cause_of("on resource: *", "*") == "on resource: *"


def test_examined_records_are_not_gaps() -> None:
    assert group_gaps([coverage()]) == ()


def test_a_cause_is_one_group_with_regions_collectors_and_actions() -> None:
    records = [
        gap(region=region, collector=collector, detail=f"{action} failed in {region}")
        for region in ("us-east-1", "eu-west-1")
        for collector, action in (("tasks", "ecs:ListTasks"), ("clusters", "ecs:ListClusters"))
    ]
    (group,) = group_gaps(records[1:])
    assert group.detail == "ecs:ListClusters failed in eu-west-1"
    assert group.regions == ("eu-west-1", "us-east-1")
    assert group.collectors == ("clusters", "tasks")
    assert group.actions == ("ecs:ListClusters", "ecs:ListTasks")
    assert group.scopes == 3


def test_accounts_statuses_and_reasons_have_groups_of_their_own() -> None:
    partial = coverage(CoverageStatus.PARTIAL, reason=Reason.TIMEOUT, detail="no answer")
    records = [gap(), gap(2), gap(reason=Reason.THROTTLED), gap(reason=None), partial]
    assert [(group.account.id, group.scopes) for group in group_gaps(records)] == [
        *[(account(1).id, 1)] * 4,
        (account(2).id, 1),
    ]


def test_many_causes_are_limited_and_no_record_is_lost() -> None:
    frequent = [gap(region=f"us-west-{number}", detail="frequent") for number in range(3)]
    rare = [gap(region=f"eu-west-{number}", detail=f"problem {number}") for number in range(50)]
    groups = group_gaps([*rare, *frequent])
    assert len(groups) == MOST_CAUSES
    assert (groups[0].cause, groups[0].scopes) == ("frequent", 3)
    assert (groups[-1].cause, groups[-1].detail) == (OTHER_CAUSES, OTHER_CAUSES)
    assert sum(group.scopes for group in groups) == 53


@given(st.permutations(range(24)))
def test_the_order_of_the_records_does_not_matter(order: list[int]) -> None:
    def record(number: int) -> Coverage:
        return gap(number % 2, region=f"us-west-{number % 4}", collector=f"c{number % 3}", detail=f"d{number % 12}")

    assert group_gaps(map(record, order)) == group_gaps(map(record, range(24)))
