"""What changed between two runs, as text."""

from collections.abc import Sequence

from auditor.contracts.diff import DiffDocument
from auditor.domain.coverage import CoverageStatus
from auditor.domain.lifecycle import LifecycleState
from auditor.query import Record
from auditor.reports.comparison import STATES
from auditor.reports.labels import join_words, pluralize
from auditor.reports.search import change_record, table, urgency

_TITLES = {
    LifecycleState.NEW: "New",
    LifecycleState.REOPENED: "Reopened",
    LifecycleState.OPEN: "Seen again",
    LifecycleState.RESOLVED: "Resolved",
    LifecycleState.GONE: "Gone with their resource",
    LifecycleState.STALE: "Not examined",
}


def diff_text(document: DiffDocument, width: int | None) -> str:
    """Return the counts, and a table of each state; with a `width`, no line of a table is longer."""
    counts = join_words([f"{document.counts[state]:,} {state.value}" for state in STATES])
    lines = [f"Run {document.newer} compared with {document.older}: {counts}."]
    if gaps := sum(document.scopes[status] for status in (CoverageStatus.PARTIAL, CoverageStatus.NOT_EXAMINED)):
        lines.append(f"{pluralize(gaps, 'scope')} of run {document.newer} could not be examined in full.")
    for state, title in _TITLES.items():
        lines += _section(title, [change_record(row) for row in document.changes if row.state is state], width)
    return "\n".join(lines)


def _section(title: str, records: Sequence[Record], width: int | None) -> list[str]:
    if not records:
        return []
    return ["", f"{title} ({len(records):,})", table(sorted(records, key=urgency), width)]
