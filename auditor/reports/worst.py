"""The resources with the worst failures, across accounts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from auditor.domain.check import Severity
from auditor.domain.finding import Finding
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.scope import Account
from auditor.reports.totals import RunTotals


@dataclass(frozen=True, slots=True)
class ResourceFailures:
    """The failures of one resource. `finding` is the worst of them, and `others` counts the rest."""

    finding: Finding
    problem: str
    others: int

    @property
    def severity(self) -> Severity:
        """The severity of the worst failure."""
        return self.finding.severity

    @property
    def account(self) -> Account:
        """The account of the resource."""
        return self.finding.account

    @property
    def region(self) -> str:
        """The region of the resource."""
        return self.finding.region

    @property
    def resource(self) -> str:
        """The name of the resource. It comes from the account and is not sanitized."""
        return self.finding.resource.name


def worst_resources(totals: RunTotals, most: int) -> list[ResourceFailures]:
    """Return the resources with the worst listed failures, of as many accounts as possible.

    Failures with an exception do not count. A family that runs in several regions appears once per account.
    """
    by_resource: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in totals.result.failures:
        if finding.exception is None:
            by_resource[finding.account.id, finding.resource.family or finding.resource.arn].append(finding)
    groups = sorted((sorted(group, key=_urgency) for group in by_resource.values()), key=_rank)
    return [_failures(totals, group) for group in _spread(groups, most)]


def _failures(totals: RunTotals, group: list[Finding]) -> ResourceFailures:
    check = totals.check_of(group[0])
    return ResourceFailures(group[0], check.problem or check.title, len({finding.check_id for finding in group}) - 1)


def _urgency(finding: Finding) -> tuple[object, ...]:
    """Return the sort key of a failure: severe first, then public, running and new ones."""
    is_new = finding.lifecycle.state in {LifecycleState.NEW, LifecycleState.REOPENED}
    return (
        -finding.severity.rank,
        not finding.is_public,
        not finding.is_running,
        not is_new,
        finding.account.id,
        finding.region,
        finding.resource.arn,
        finding.check_id,
    )


def _rank(group: list[Finding]) -> tuple[object, ...]:
    severity, public, running, new, *rest = _urgency(group[0])
    return (severity, public, running, new, -len({finding.check_id for finding in group}), *rest)


def _spread(groups: Iterable[list[Finding]], most: int) -> list[list[Finding]]:
    """Return the first groups, at most one of an account before every account with the same severity has one."""
    chosen: list[list[Finding]] = []
    waiting: list[list[Finding]] = []
    accounts: set[str] = set()
    for group in groups:
        if waiting and group[0].severity is not waiting[0][0].severity:
            chosen, waiting = chosen + waiting, []
        if len(chosen) >= most:
            break
        account_id = group[0].account.id
        (waiting if account_id in accounts else chosen).append(group)
        accounts.add(account_id)
    return (chosen + waiting)[:most]
