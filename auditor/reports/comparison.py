"""What changed since the earlier run, or why that is not known, in one sentence."""

from auditor.domain.lifecycle import LifecycleState
from auditor.domain.result import RunResult
from auditor.reports.labels import join_words, pluralize

#: States of changes, in the order of texts.
STATES = (
    LifecycleState.NEW,
    LifecycleState.REOPENED,
    LifecycleState.RESOLVED,
    LifecycleState.GONE,
    LifecycleState.STALE,
)


def not_compared(result: RunResult) -> str:
    """Return why some or all accounts were not compared, without a period; empty if all of them were."""
    comparison = result.comparison
    if comparison.problem:
        return f"Compared with nothing: {comparison.problem}"
    if comparison.run_id is None:
        return "Compared with nothing: there is no earlier run"
    if not comparison.unread:
        return ""
    first, others = comparison.unread[0], len(comparison.unread) - 1
    more = f" (and {pluralize(others, 'more account')})" if others else ""
    return f"Compared with nothing in account {first.account_id}{more}: {first.problem}"


def changes(result: RunResult) -> str:
    """Return the number of changes by state, without a period; empty if the run was compared with nothing."""
    if not result.comparison.run_id or result.comparison.problem:
        return ""
    counts = [f"{result.changed(state):,} {state.value}" for state in STATES]
    return f"{join_words(counts)}, since run {result.comparison.run_id}"
