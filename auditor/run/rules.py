"""What a run adds to findings by configuration: owners, exceptions and due dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from auditor.domain.events import Level, Notice
from auditor.domain.exception_review import ExceptionProblem, ExceptionReview, ReviewedException
from auditor.domain.ownership import NameRule, OwnershipRules
from auditor.domain.result import AccountSource
from auditor.engine.ports import Assignment
from auditor.exceptions import ExceptionsFileContent, Policy, Register, Tally, review
from auditor.settings import Settings

#: Items that a log line names. All of them are in the summary.
_MOST_ITEMS = 20


@dataclass(frozen=True, slots=True)
class FindingRules:
    """The rules of one run, which its processes share. `today` is the day in UTC on which the run started."""

    ownership: OwnershipRules
    register: Register
    today: date


def ownership_rules(settings: Settings) -> OwnershipRules:
    """Return how the settings find owners, environments and due dates."""
    owner, environment = settings.ownership.owner, settings.ownership.environment
    return OwnershipRules(
        owner=NameRule(owner.tags, owner.ous),
        environment=NameRule(environment.tags, environment.ous),
        due_days=settings.due_days,
    )


def policy(settings: Settings) -> Policy:
    """Return what the settings allow in the exceptions file."""
    rules = settings.exceptions
    return Policy(rules.max_days, rules.warn_days, rules.max_findings)


def finding_rules(
    settings: Settings, exceptions: ExceptionsFileContent, assignments: Iterable[Assignment], today: date
) -> FindingRules:
    """Return the rules of a run that started on `today`."""
    collectors: dict[str, list[str]] = {}
    for assignment in assignments:
        for configured in assignment.checks:
            collectors.setdefault(configured.check.id, []).append(assignment.collector)
    return FindingRules(ownership_rules(settings), Register(exceptions.items, collectors, today), today)


def review_exceptions(
    exceptions: ExceptionsFileContent, tally: Tally, settings: Settings, source: AccountSource, today: date
) -> ExceptionReview | None:
    """Return which items of the exceptions file need attention; None if the run has no such file."""
    if not exceptions.source:
        return None
    return review(
        exceptions,
        tally,
        checks=[check.id for check in settings.checks],
        whole_organization=source is AccountSource.ORGANIZATION,
        today=today,
        policy=policy(settings),
    )


def exception_notices(reviewed: ExceptionReview | None) -> Iterator[Notice]:
    """Yield one line of the log for each problem that items of the exceptions file have."""
    for problem in ExceptionProblem if reviewed else ():
        items = reviewed.with_problem(problem) if reviewed else ()
        if items:
            names = ", ".join(map(_name, items[:_MOST_ITEMS]))
            more = f" and {len(items) - _MOST_ITEMS:,} more" if len(items) > _MOST_ITEMS else ""
            yield Notice(Level.WARNING, f"Exceptions {problem.headline}", f"{names}{more}")


def _name(item: ReviewedException) -> str:
    return f"{item.id} (line {item.line}, {item.owner}, {item.expires})"


def day(moment: datetime) -> date:
    """Return the day of a time in UTC."""
    return moment.astimezone(UTC).date()
