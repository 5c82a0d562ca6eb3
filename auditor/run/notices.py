"""Log lines about what a run is compared with, and about stored state that is not what an earlier run wrote."""

from collections.abc import Iterator, Sequence

from auditor.domain.comparison import Baseline, Comparison
from auditor.domain.events import Level, Notice
from auditor.domain.integrity import IntegrityProblem
from auditor.domain.result import RunResult

#: Lines of one kind: each one matters, and there may be one per account.
_MOST_NOTICES = 20


def comparison_notice(baseline: Baseline) -> Notice:
    """Say which run this one is compared with, before the first account is read."""
    if baseline.usable:
        return Notice(Level.INFO, "Comparing with run", baseline.run_id or "")
    level = Level.WARNING if baseline.problem else Level.INFO
    return Notice(level, "Compared with nothing", baseline.problem or "there is no earlier run")


def notices_at_the_end(result: RunResult) -> Iterator[Notice]:
    """Say which accounts could not be compared, and which stored state another writer changed."""
    yield from _history_notices(result.comparison)
    yield from _integrity_notices(result.integrity)


def _history_notices(comparison: Comparison) -> Iterator[Notice]:
    for unread in comparison.unread[:_MOST_NOTICES]:
        yield Notice(Level.WARNING, "Account compared with nothing", f"{unread.account_id}: {unread.problem}")
    if (more := len(comparison.unread) - _MOST_NOTICES) > 0:
        yield Notice(Level.WARNING, "More accounts compared with nothing", f"{more:,} more in summary.json")


def _integrity_notices(problems: Sequence[IntegrityProblem]) -> Iterator[Notice]:
    for problem in problems[:_MOST_NOTICES]:
        about = " ".join(filter(None, (problem.account, problem.region, problem.arn)))
        detail = f"{problem.kind.value}: {about}: {problem.detail} {problem.kind.advice}"
        yield Notice(Level.ERROR, problem.kind.headline, detail)
    if (more := len(problems) - _MOST_NOTICES) > 0:
        yield Notice(Level.ERROR, "More stored state was changed by another writer", f"{more:,} more in summary.json")


def mac_notices(unauthenticated: str, earlier: Sequence[Notice]) -> Iterator[Notice]:
    """Say why the run has no MAC, unless that failure of the key is among the `earlier` lines."""
    if unauthenticated and not any(unauthenticated in notice.detail for notice in earlier):
        yield Notice(Level.WARNING, "The next run will not use the fact cache", unauthenticated)
