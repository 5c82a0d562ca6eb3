"""The list of the checks, as `auditor checks` prints it: all of them by id, or by framework and control."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.contracts.check_list import CheckListDocument
from auditor.contracts.document import SCHEMA_VERSION, to_json
from auditor.reports.catalogue.manual import Described, cell, columns, frameworks, metadata, origin
from auditor.reports.labels import framework_name, framework_order
from auditor.reports.page.frameworks import numbered
from auditor.reports.sanitize import sanitize

_NONE = "No check is selected."
_HEADINGS = ("ID", "Severity", "Judges", "From", "Title", "Frameworks")
_OF_A_FRAMEWORK = ("Control", "ID", "Severity", "Judges", "From", "Title")
_COSTS = "API calls in a region; checks over the same kind share them"

Row = tuple[str, ...]


def listing(checks: Sequence[Described], grouped_by: Iterable[str] = ()) -> str:
    """Return a table of `checks` in their order, or one for each framework of `grouped_by`, and what they cost."""
    if not checks:
        return _NONE
    tables = ("\n".join([*([title] if title else []), *_text(rows)]) for title, rows in _tables(checks, grouped_by))
    return "\n\n".join([*tables, "\n".join([_COSTS, *columns(_costs(checks))])])


def listing_markdown(checks: Sequence[Described], grouped_by: Iterable[str] = ()) -> str:
    """Return the same as Markdown."""
    if not checks:
        return _NONE
    tables = [*_tables(checks, grouped_by), (_COSTS, [("Kind", "Collector", "API calls"), *_costs(checks)])]
    return "\n\n".join((f"## {title}\n\n" if title else "") + _markdown(rows) for title, rows in tables)


def listing_json(checks: Sequence[Described], _: Iterable[str] = ()) -> str:
    """Return the list for programs: each check once, with all its frameworks."""
    return to_json(CheckListDocument(schema_version=SCHEMA_VERSION, checks=[metadata(each) for each in checks]))


def _tables(checks: Sequence[Described], grouped_by: Iterable[str]) -> list[tuple[str, list[Row]]]:
    groups = sorted(grouped_by, key=framework_order)
    if not groups:
        return [("", [_HEADINGS, *((*_row(each), frameworks(each.check)) for each in checks)])]
    return [(_title(name), [_OF_A_FRAMEWORK, *_of_framework(checks, name)]) for name in groups]


def _of_framework(checks: Sequence[Described], name: str) -> list[Row]:
    rows = [(control, *_row(each)) for each in checks for control in each.check.frameworks.get(name, ())]
    return sorted(rows, key=lambda row: (numbered(row[0]), row))


def _row(it: Described) -> Row:
    return it.check.id, str(it.check.severity), it.check.fact_type.__name__, origin(it.check), sanitize(it.check.title)


def _title(name: str) -> str:
    return name if framework_name(name) == name else f"{name}: {framework_name(name)}"


def _costs(checks: Sequence[Described]) -> list[Row]:
    return sorted({(each.check.fact_type.__name__, name, cost) for each in checks for name, cost in each.costs.items()})


def _text(rows: list[Row]) -> list[str]:
    return columns([tuple(map(str.upper, rows[0])), *rows[1:]])


def _markdown(rows: list[Row]) -> str:
    lines = [f"| {' | '.join(map(cell, row))} |" for row in rows]
    return "\n".join([lines[0], f"|{'---|' * len(rows[0])}", *lines[1:]])
