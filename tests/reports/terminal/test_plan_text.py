"""The result of a dry run as a table."""

from __future__ import annotations

from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason
from auditor.domain.scope import EVERY_REGION
from auditor.reports.plan_json import plan_document
from auditor.reports.terminal.plan_text import plan_text
from tests.builders import COLLECTOR, account, coverage

OTHER = "ecs-services"
DENIED = [
    coverage(
        CoverageStatus.NOT_EXAMINED,
        account=account(2),
        region=EVERY_REGION,
        collector=collector,
        reason=Reason.ROLE_DENIED,
        detail="AccessDenied",
    )
    for collector in (COLLECTOR, OTHER)
]


def test_table_has_a_line_per_account_with_its_gaps_and_a_total() -> None:
    listed = coverage(account=account(1), region="us-east-1", calls=2, resources=3)
    plan = plan_document([listed, *DENIED], {COLLECTOR: lambda count: 1_000 * count})
    assert plan_text(plan).splitlines() == [
        "Account                                   Regions  Resources  API calls",
        "account-1 (000000000001)                        1          3      3,004",
        "account-2 (000000000002)                        0          0          0",
        "    not examined: every region: role-denied: AccessDenied (2 collectors)",
        "Total                                           1          3      3,004",
        "Nothing was evaluated and nothing was written.",
    ]
