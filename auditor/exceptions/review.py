"""Which items of the exceptions file need attention, before a run and after it. Pure."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta

from auditor.domain.exception_review import ExceptionProblem, ExceptionReview, ReviewedException
from auditor.domain.patterns import is_glob, matches
from auditor.exceptions.model import ExceptionItem, ExceptionsFileContent, Policy
from auditor.exceptions.tally import Tally


def review(  # noqa: PLR0913 - what a run knows about the items
    content: ExceptionsFileContent,
    tally: Tally,
    *,
    checks: Collection[str],
    whole_organization: bool,
    today: date,
    policy: Policy,
) -> ExceptionReview:
    """Return the items with their problems after a run.

    `checks` are the IDs of the enabled checks. Without `whole_organization`, there may be accounts that the run does
    not know, so that an item for another account could not be checked.
    """

    def reviewed(item: ExceptionItem) -> ReviewedException:
        return _reviewed(item, [*_of_the_run(item), *lint(item, today, policy)], tally)

    def _of_the_run(item: ExceptionItem) -> Iterator[ExceptionProblem]:
        findings = tally.findings[item.id]
        if tally.reopened[item.id]:
            yield ExceptionProblem.REOPENED
        if findings > policy.max_findings:
            yield ExceptionProblem.TOO_BROAD
        if not findings:
            unseen = item.id not in tally.met and (not whole_organization or item.region is not None)
            disabled = not any(matches(item.check, check_id) for check_id in checks)
            checked = not (disabled or unseen or item.id in tally.unchecked)
            yield ExceptionProblem.MATCHES_NOTHING if checked else ExceptionProblem.NOT_CHECKED

    return ExceptionReview(content.source, tuple(map(reviewed, content.items)))


def lint(item: ExceptionItem, today: date, policy: Policy) -> Iterator[ExceptionProblem]:
    """Yield the problems of an item that can be told without a run."""
    if item.expires < today:
        yield ExceptionProblem.EXPIRED
    elif item.expires <= today + timedelta(days=policy.warn_days):
        yield ExceptionProblem.EXPIRING
    if is_glob(item.check) and item.resource is None and not item.limits_accounts:
        yield ExceptionProblem.TOO_BROAD


def lint_all(content: ExceptionsFileContent, today: date, policy: Policy) -> ExceptionReview:
    """Return the items with the problems that can be told without a run."""
    nothing = Tally()
    items = tuple(_reviewed(item, lint(item, today, policy), nothing) for item in content.items)
    return ExceptionReview(content.source, items)


def _reviewed(item: ExceptionItem, problems: Iterable[ExceptionProblem], tally: Tally) -> ReviewedException:
    found = set(problems)
    return ReviewedException(
        id=item.id,
        line=item.line,
        check=item.check,
        owner=item.owner,
        ticket=item.ticket,
        expires=item.expires,
        problems=tuple(problem for problem in ExceptionProblem if problem in found),
        findings=tally.findings[item.id],
        reopened=tally.reopened[item.id],
    )
