"""Findings and changes as records that a query can search, and the table of `auditor show`."""

from collections.abc import Iterable, Sequence

from auditor.contracts.rows import ChangeRow, FindingRow
from auditor.domain.check import Severity, Status
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.result import RunResult
from auditor.query import Record
from auditor.reports.labels import pluralize
from auditor.reports.percentages import format_coverage
from auditor.reports.sanitize import display_width, sanitize, truncate

_COLUMNS = ("Severity", "Finding", "Problem", "Resource", "Account", "Region", "Owner", "")
#: The widest that a column gets, and the narrowest before the line is too long for the terminal.
_WIDEST = (8, 8, 48, 48, 32, 16, 20, 40)
_NARROWEST = (8, 8, 16, 12, 10, 9, 5, 9)
_SHORT_ID = 8


def finding_record(row: FindingRow) -> Record:
    """Return the searchable part of a finding."""
    resource = row.resource
    return Record(
        finding_id=row.finding_id,
        check_id=row.check_id,
        title=row.title,
        problem=row.problem or row.title,
        severity=row.severity,
        status=row.status,
        state=row.lifecycle.state or "",
        reasons=tuple(row.reasons),
        controls=tuple(row.frameworks),
        account_id=row.account_id,
        account_name=row.account_name,
        ou=row.ou,
        owner=row.owner,
        environment=row.environment,
        region=row.region,
        resource_type=resource.type,
        resource=tuple(filter(None, (resource.name, resource.family, resource.arn))),
        parts=tuple(evidence.part for evidence in row.evidence),
        is_running=row.is_running,
        is_public=row.is_public,
        overdue=row.overdue,
        excepted=row.exception is not None,
    )


def change_record(row: ChangeRow) -> Record:
    """Return the searchable part of a finding without a row in this run: one that is stale is UNKNOWN, not fixed."""
    return Record(
        finding_id=row.finding_id,
        check_id=row.check_id,
        title=row.problem,
        problem=row.problem,
        severity=row.severity,
        status=Status.UNKNOWN if row.state is LifecycleState.STALE else "",
        state=row.state,
        reasons=tuple(filter(None, (row.reason,))),
        controls=(),
        account_id=row.account_id,
        account_name=row.account_name,
        ou=row.ou,
        owner=row.owner,
        environment=row.environment,
        region=row.region,
        resource_type=row.resource_type,
        resource=(row.resource_name, row.resource_arn),
    )


def urgency(record: Record) -> tuple[object, ...]:
    """Return the sort key of a record: severe first, then public, running and new ones."""
    rank = Severity(record.severity).rank
    firsts = (record.is_public, record.is_running, record.state in {LifecycleState.NEW, LifecycleState.REOPENED})
    return (
        record.status != Status.FAIL,
        record.excepted,
        -rank,
        *(not first for first in firsts),
        record.account_id,
        record.region,
        record.resource,
        record.check_id,
    )


def table(records: Sequence[Record], width: int | None) -> str:
    """Return one line per record. With a `width`, no line is longer; names are cut."""
    rows = [_COLUMNS, *map(_cells, records)]
    widths = [max(display_width(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    widths = [min(actual, most) for actual, most in zip(widths, _WIDEST, strict=True)]
    if width is not None:
        widths = _fit(widths, width)
    return "\n".join(_line(row, widths) for row in rows)


def footer(result: RunResult, *, listed: int, matching: int, undecided: int) -> str:
    """Return how many findings match, and what may be missing from the list."""
    more = f", the first {listed:,} are listed (--limit 0 lists all)" if listed < matching else ""
    lines = [f"{pluralize(matching, 'finding')} of run {result.run_id} match{'es' if matching == 1 else ''}{more}."]
    if undecided:
        verb = "depends" if undecided == 1 else "depend"
        lines.append(f"{pluralize(undecided, 'more finding')} {verb} on something that was not examined.")
    if not result.complete:
        lines.append(f"INCOMPLETE: {format_coverage(result)} of the scope was examined; the rest is not in this list.")
    return "\n".join(lines)


def _fit(widths: Sequence[int], width: int) -> list[int]:
    """Return narrower columns, the widest cut first, until a line fits or nothing can be cut."""
    fitted = list(widths)
    while sum(fitted) + 2 * (len(fitted) - 1) > width:
        excess = [actual - least for actual, least in zip(fitted, _NARROWEST, strict=True)]
        if max(excess) <= 0:
            break
        fitted[excess.index(max(excess))] -= 1
    return fitted


def _line(row: Sequence[str], widths: Iterable[int]) -> str:
    cells = (truncate(cell, width) for cell, width in zip(row, widths, strict=True))
    return "  ".join(
        f"{cell}{' ' * (width - display_width(cell))}" for cell, width in zip(cells, widths, strict=True)
    ).rstrip()


def _cells(record: Record) -> tuple[str, ...]:
    account = record.account_name or record.account_id
    texts = (record.problem, record.resource[0], account, record.region, record.owner)
    return (record.severity, record.finding_id[:_SHORT_ID], *(sanitize(text, 100) for text in texts), _notes(record))


def _notes(record: Record) -> str:
    notes = (
        record.status if record.status not in {Status.FAIL, ""} else "",
        record.state if record.state != LifecycleState.OPEN else "",
        "public" if record.is_public else "",
        "running" if record.is_running else "",
        "overdue" if record.overdue else "",
        "excepted" if record.excepted else "",
    )
    return ", ".join(filter(None, notes))
