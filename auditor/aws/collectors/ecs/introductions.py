"""Find the revision that first had the problem of a finding.

That is the first revision that fails the check without a break up to the revision that was examined. The fact cache
often tells, at no cost. If it does not, a search reads revisions in between by bisection: it finds a failing revision
whose predecessor passes, in a number of calls that grows with the logarithm of the revisions.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from auditor.aws.collectors.collector import CollectContext, JudgeFact
from auditor.aws.collectors.ecs.account_settings import with_default_log_mode
from auditor.aws.collectors.ecs.revisions import CODEC, decode_revision, describe, split_revision_arn
from auditor.aws.errors import ApiCallError
from auditor.domain.aws_resource import Introduction
from auditor.domain.check import Status
from auditor.domain.clock import Stopped
from auditor.domain.coverage import Gap
from auditor.domain.ecs.task_definitions import Definition, TaskDefinition
from auditor.domain.finding import Finding

#: Returns a revision by its number, None if there is no such revision.
FetchRevision = Callable[[int], Definition | None]

#: After this many missing revisions the bisection gives up.
_MAX_MISSING = 8


class _UnreadableError(Exception):
    """A revision could not be read, so the search ends without a result."""


def add_introductions(
    context: CollectContext, findings: Iterable[Finding], judge: JudgeFact, *, search: bool
) -> Iterator[Finding]:
    """Yield the findings; failing ones with `introduced_in` if it can be told.

    Calls AWS only with `search`, and stores the revisions that it reads in the fact cache.
    """
    cached: dict[str, Definition | None] = {}  # checks that fail on one family ask for the same revisions

    def from_cache(arn: str) -> Definition | None:
        if arn not in cached:
            cached[arn] = decode_revision(arn, context.cache.find(arn))
        return cached[arn]

    for finding in findings:
        if finding.status is Status.FAIL and finding.resource.revision is not None:
            yield replace(finding, introduced_in=_introduction(context, finding, judge, from_cache, search=search))
        else:
            yield finding


def _introduction(
    context: CollectContext,
    finding: Finding,
    judge: JudgeFact,
    from_cache: Callable[[str], Definition | None],
    *,
    search: bool,
) -> Introduction | None:
    family, revision = finding.resource.unversioned_arn, finding.resource.revision or 0

    def cached_revision(number: int) -> Definition | None:
        return from_cache(f"{family}:{number}")

    def fetch_revision(number: int) -> Definition | None:
        return cached_revision(number) or _read(context, f"{family}:{number}")

    def status_of(definition: Definition) -> Status:
        return judge(finding.check_id, with_default_log_mode(context, definition))

    introduction = introduction_from_cache(revision, cached_revision, status_of)
    if introduction is not None or not search:
        return introduction
    try:
        return bisect_introduction(revision, fetch_revision, status_of)
    except (Stopped, ApiCallError, _UnreadableError):
        return None  # the finding stands without it


def _read(context: CollectContext, arn: str) -> TaskDefinition | None:
    """Read one more revision; None if ECS says that it does not exist. Raises _UnreadableError and ApiCallError."""
    family, _ = split_revision_arn(context.scope, arn)
    item = describe(context, arn, family)
    if isinstance(item, TaskDefinition):
        context.cache.store_older(arn, CODEC.encode(item))
        return item
    if isinstance(item, Gap) and not item.detail.startswith("ClientException:"):
        raise _UnreadableError(item.detail)
    return None


def introduction_from_cache(
    revision: int, fetch: FetchRevision, judge: Callable[[Definition], Status]
) -> Introduction | None:
    """Return the introduction by going back from `revision` one by one; None if a revision is missing on the way."""
    current = fetch(revision)
    if current is None or judge(current) is not Status.FAIL:
        return None  # not the revision itself makes it fail, but its usage or status
    while current.revision > 1:
        previous = fetch(current.revision - 1)
        if previous is None:
            return None
        if judge(previous) is not Status.FAIL:
            break
        current = previous
    return _of(current)


def bisect_introduction(
    revision: int, fetch: FetchRevision, judge: Callable[[Definition], Status]
) -> Introduction | None:
    """Return the introduction by bisection. `fetch` may call AWS; what it raises ends the search.

    None if the revision does not fail by its content, or if too many of its predecessors are missing.
    """
    first = fetch(revision)
    if first is None or judge(first) is not Status.FAIL:
        return None
    failing, passing, missing = first, 0, set[int]()
    while failing.revision - passing > 1:
        candidates = [number for number in _from_the_middle(passing, failing.revision) if number not in missing]
        if not candidates:
            break
        definition = fetch(candidates[0])
        if definition is None:
            missing.add(candidates[0])
            if len(missing) > _MAX_MISSING:
                return None
        elif judge(definition) is Status.FAIL:
            failing = definition
        else:
            passing = definition.revision
    return _of(failing)


def _from_the_middle(low: int, high: int) -> list[int]:
    middle = (low + high) // 2
    nearest = range(max(low + 1, middle - _MAX_MISSING), min(high, middle + _MAX_MISSING + 1))
    return sorted(nearest, key=lambda number: (abs(number - middle), number))


def _of(definition: Definition) -> Introduction:
    return Introduction(definition.revision, definition.registered_at, definition.registered_by)
