"""The result of a dry run as a table."""

from __future__ import annotations

from auditor.contracts.plan import PlanDocument, PlannedAccount, PlannedScope
from auditor.domain.coverage import CoverageStatus
from auditor.domain.scope import EVERY_REGION, Account
from auditor.reports.sanitize import sanitize

_NAME_WIDTH = 40
_LONGEST_GAP = 200


def plan_text(plan: PlanDocument) -> str:
    """Return one line per account and its gaps, then the totals."""
    lines: list[str] = []
    for account in plan.accounts:
        lines.append(_line(sanitize(str(Account(account.id, account.name)), _NAME_WIDTH), account))
        lines += [f"    {_gap(scope)}" for scope in account.scopes if scope.status is not CoverageStatus.EXAMINED]
    return "\n".join((*lines, _line("total", plan), "Nothing was evaluated and nothing was written."))


def _line(name: str, row: PlannedAccount | PlanDocument) -> str:
    return f"{name:<{_NAME_WIDTH}} {row.regions:>4} regions {row.resources:>7} resources {row.calls:>8} calls"


def _gap(scope: PlannedScope) -> str:
    status = scope.status.value.lower().replace("_", " ")
    region = "every region" if scope.region == EVERY_REGION else scope.region
    reason = scope.reason.value if scope.reason else ""
    return sanitize(f"{status}: {region}: {reason}: {scope.detail}", _LONGEST_GAP)
