"""What `auditor checks` prints: the list of checks, and the manual page of one. Pure text, as wide as its content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from auditor.domain.check import Check, Origin
from auditor.reports.plain import visible

_GAP = "  "
_KINDS = {bool: "true or false", str: "text", int: "a whole number", tuple[str, ...]: "a list of texts"}
_HEADINGS = ("ID", "SEVERITY", "FRAMEWORKS", "FROM", "TITLE")


def listing(checks: Iterable[Check[Any]]) -> str:
    """A table of `checks` in their order, one a line, below a line of headings; ends with a newline."""
    rows = [
        (each.id, str(each.severity), _frameworks(each.frameworks), _origin(each.origin), visible(each.title))
        for each in checks
    ]
    if not rows:
        return "No check is selected.\n"
    return "".join(f"{line}\n" for line in _columns([_HEADINGS, *rows]))


def page(check: Check[Any]) -> str:
    """The manual page of `check`: what its metadata says, then the text its author wrote; ends with a newline."""
    facts = [
        ("severity", str(check.severity)),
        ("judges", check.over.__name__),
        ("frameworks", _frameworks(check.frameworks)),
        ("from", _origin(check.origin)),
        *(("parameter", each) for each in _parameters(check.parameters)),
    ]
    header = "\n".join([check.id, visible(check.title), "", *_columns(facts)])
    return f"{header}\n\n{_printable(check.manual)}\n"


def _frameworks(frameworks: Mapping[str, tuple[str, ...]]) -> str:
    return "; ".join(f"{name} {', '.join(controls)}" for name, controls in sorted(frameworks.items())) or "-"


def _origin(origin: Origin) -> str:
    """`built in`, a file, or a package with its version; what a hash says is for the manifest."""
    version = "" if origin.version.startswith("sha256:") else origin.version
    return visible(f"{origin.source} {version}".strip()) or "built in"


def _printable(text: str) -> str:
    """The lines of a text, harmless on a terminal: a check may come from anywhere."""
    return "\n".join(visible(line, len(line) + 1) if line.strip() else "" for line in text.splitlines())


def _parameters(parameters: Any) -> list[str]:  # noqa: ANN401 - any dataclass
    hints = get_type_hints(type(parameters))
    values = {each.name: getattr(parameters, each.name) for each in fields(parameters)}
    return [f"{name} = {_as_yaml(value)} ({_choices(hints[name])})" for name, value in values.items()]


def _as_yaml(value: object) -> str:
    """`value` as the settings file would say it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_as_yaml, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _choices(hint: Any) -> str:  # noqa: ANN401 - any annotation
    if get_origin(hint) is Literal:
        return f"one of {', '.join(map(str, get_args(hint)))}"
    return _KINDS.get(hint, str(hint))


def _columns(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Each row as a line, every column but the last as wide as its widest cell."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
