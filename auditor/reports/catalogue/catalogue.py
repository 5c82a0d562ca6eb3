"""The list of checks, as `auditor checks` prints it: all checks by ID, or by framework and control."""

from collections.abc import Iterable, Sequence

from auditor.contracts.check_list import CheckListDocument
from auditor.contracts.document import SCHEMA_VERSION, to_json
from auditor.domain.framework import framework_name, framework_order
from auditor.reports.catalogue.manual import DescribedCheck, columns, describe, frameworks_text, markdown_cell, origin
from auditor.reports.page.frameworks import control_order
from auditor.reports.sanitize import sanitize

_NO_CHECKS = "No checks are selected."
_HEADINGS = ("ID", "Severity", "Fact", "Origin", "Title", "Frameworks")
_CONTROL_HEADINGS = ("Control", "ID", "Severity", "Fact", "Origin", "Title")
_COSTS = "API calls per region (checks of the same fact share them)"
_COST_HEADINGS = ("Fact", "Collector", "API calls")

Row = tuple[str, ...]


def listing(checks: Sequence[DescribedCheck], grouped_by: Iterable[str] = ()) -> str:
    """Return a table of `checks` in their order, or one for each framework of `grouped_by`, and the API calls."""
    if not checks:
        return _NO_CHECKS
    tables = ("\n".join([*([title] if title else []), *_text(rows)]) for title, rows in _tables(checks, grouped_by))
    return "\n\n".join([*tables, "\n".join([_COSTS, *columns(_costs(checks))])])


def listing_markdown(checks: Sequence[DescribedCheck], grouped_by: Iterable[str] = ()) -> str:
    """Return the same as Markdown."""
    if not checks:
        return _NO_CHECKS
    tables = [*_tables(checks, grouped_by), (_COSTS, [_COST_HEADINGS, *_costs(checks)])]
    return "\n\n".join((f"## {title}\n\n" if title else "") + _markdown(rows) for title, rows in tables)


def listing_json(checks: Sequence[DescribedCheck], _: Iterable[str] = ()) -> str:
    """Return the list as JSON: each check once, with all its frameworks."""
    descriptions = [describe(described) for described in checks]
    return to_json(CheckListDocument(schema_version=SCHEMA_VERSION, checks=descriptions))


def _tables(checks: Sequence[DescribedCheck], grouped_by: Iterable[str]) -> list[tuple[str, list[Row]]]:
    frameworks = sorted(grouped_by, key=framework_order)
    if not frameworks:
        rows = [(*_row(described), frameworks_text(described.check)) for described in checks]
        return [("", [_HEADINGS, *rows])]
    return [(_title(name), [_CONTROL_HEADINGS, *_rows_by_control(checks, name)]) for name in frameworks]


def _rows_by_control(checks: Sequence[DescribedCheck], framework: str) -> list[Row]:
    rows = [
        (control, *_row(described)) for described in checks for control in described.check.frameworks.get(framework, ())
    ]
    return sorted(rows, key=lambda row: (control_order(row[0]), row))


def _row(described: DescribedCheck) -> Row:
    check = described.check
    return check.id, str(check.severity), check.fact_type.__name__, origin(check), sanitize(check.title)


def _title(framework: str) -> str:
    name = framework_name(framework)
    return name if name == framework else f"{framework}: {name}"


def _costs(checks: Sequence[DescribedCheck]) -> list[Row]:
    costs = {
        (described.check.fact_type.__name__, collector, cost)
        for described in checks
        for collector, cost in described.costs.items()
    }
    return sorted(costs)


def _text(rows: Sequence[Row]) -> list[str]:
    return columns([tuple(map(str.upper, rows[0])), *rows[1:]])


def _markdown(rows: Sequence[Row]) -> str:
    lines = [f"| {' | '.join(map(markdown_cell, row))} |" for row in rows]
    return "\n".join([lines[0], f"|{'---|' * len(rows[0])}", *lines[1:]])
