"""The result of a dry run as a document."""

from __future__ import annotations

from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason
from auditor.domain.scope import EVERY_REGION
from auditor.reports.plan_json import plan_document
from tests.builders import COLLECTOR, account, coverage

OTHER = "ecs-services"
RECORDS = (
    coverage(account=account(1), collector=COLLECTOR, region="us-east-1", calls=2, resources=3),
    coverage(account=account(1), collector=OTHER, region="us-east-1", calls=1, resources=10),
    coverage(account=account(1), collector=OTHER, region="eu-west-1", calls=1, resources=0),
    coverage(
        CoverageStatus.NOT_EXAMINED,
        account=account(2),
        region=EVERY_REGION,
        reason=Reason.ROLE_DENIED,
        detail="AccessDenied",
        calls=1,
    ),
)
#: One call per resource, and one call per ten resources.
DESCRIBE_CALLS = {COLLECTOR: lambda count: count, OTHER: lambda count: -(-count // 10)}


def test_the_calls_of_an_account_include_those_that_list_describe_and_open_it() -> None:
    plan = plan_document(RECORDS, DESCRIBE_CALLS)

    first, second = plan.accounts
    assert (first.regions, first.resources) == (2, 13)
    assert first.calls == (2 + 3) + (1 + 1) + 1 + 2
    assert (second.regions, second.resources, second.calls) == (0, 0, 0)
    assert (plan.regions, plan.resources, plan.calls) == (2, 13, 10)


def test_scopes_are_sorted_and_gaps_keep_their_reason() -> None:
    first, second = plan_document(RECORDS, DESCRIBE_CALLS).accounts

    assert [(scope.region, scope.collector) for scope in first.scopes] == [
        ("eu-west-1", OTHER),
        ("us-east-1", OTHER),
        ("us-east-1", COLLECTOR),
    ]
    (gap,) = second.scopes
    assert (gap.status, gap.reason, gap.detail) == (CoverageStatus.NOT_EXAMINED, Reason.ROLE_DENIED, "AccessDenied")
