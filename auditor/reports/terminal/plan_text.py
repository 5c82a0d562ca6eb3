"""The result of a dry run as a table."""

from collections import Counter
from collections.abc import Iterator

from auditor.contracts.plan import PlanDocument, PlannedAccount, PlannedScope
from auditor.contracts.unlisted_accounts import UnlistedAccountsRecord
from auditor.domain.coverage import CoverageStatus
from auditor.domain.scope import EVERY_REGION, Account
from auditor.reports.labels import pluralize
from auditor.reports.sanitize import sanitize

_NAME_WIDTH = 40
_LONGEST_GAP = 200


def plan_text(plan: PlanDocument) -> str:
    """Return one line per account and its gaps, then the totals."""
    lines = [f"{'Account':<{_NAME_WIDTH}} {'Regions':>8} {'Resources':>10} {'API calls':>10}"]
    for account in plan.accounts:
        lines.append(_line(sanitize(str(Account(account.id, account.name)), _NAME_WIDTH), account))
        lines += [f"    {gap}" for gap in _gaps(account)]
    lines += [_line("Total", plan), *_unlisted(plan.unlisted)]
    return "\n".join((*lines, "Nothing was evaluated and nothing was written."))


def _unlisted(record: UnlistedAccountsRecord | None) -> Iterator[str]:
    """Say which active accounts of the organization the inventory leaves out."""
    if record is None:
        return
    if not record.consulted:
        yield f"AWS Organizations was not consulted for other accounts ({record.problem})."
    if record.total:
        at_least = "At least " if record.problem else ""
        yield f"{at_least}{pluralize(record.total, 'active account')} of the organization not in the inventory:"
        names = (str(Account(account.id, account.name)) for account in record.accounts)
        yield from (f"    {sanitize(name, _NAME_WIDTH)}" for name in names)
        if more := record.total - len(record.accounts):
            yield f"    {more:,} more"


def _line(name: str, row: PlannedAccount | PlanDocument) -> str:
    return f"{name:<{_NAME_WIDTH}} {row.regions:>8,} {row.resources:>10,} {row.calls:>10,}"


def _gaps(account: PlannedAccount) -> Iterator[str]:
    """Yield the gaps of an account. Collectors with the same gap share a line."""
    gaps = Counter(_gap(scope) for scope in account.scopes if scope.status is not CoverageStatus.EXAMINED)
    for gap, collectors in gaps.items():
        yield f"{gap} ({pluralize(collectors, 'collector')})" if collectors > 1 else gap


def _gap(scope: PlannedScope) -> str:
    status = scope.status.value.lower().replace("_", " ")
    region = "every region" if scope.region == EVERY_REGION else scope.region
    reason = scope.reason.value if scope.reason else ""
    return sanitize(f"{status}: {region}: {reason}: {scope.detail}", _LONGEST_GAP)
