"""The manual page of one check, as `auditor checks ID` prints it: text as its author wrote it, Markdown, or JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from auditor.contracts.check_list import CheckDescription, CheckPageDocument, ManualSection, ParameterDescription
from auditor.contracts.document import SCHEMA_VERSION, to_json
from auditor.domain.check import Check
from auditor.reports.labels import framework_order
from auditor.reports.sanitize import sanitize

_GAP = "  "
_KINDS = {bool: "true or false", str: "text", int: "a whole number", tuple[str, ...]: "a list of texts"}
_UNDERLINE = re.compile(r"-{3,}")


@dataclass(frozen=True, slots=True)
class Described:
    """A check, and what reading what it judges costs in a region: API calls as a phrase, by the collector's name."""

    check: Check[Any]
    costs: Mapping[str, str]


def page(it: Described) -> str:
    """Return the page as text: what the metadata says, then what its author wrote."""
    return "\n".join([it.check.id, sanitize(it.check.title), "", *columns(_facts(it)), "", _printable(it.check.manual)])


def page_markdown(it: Described) -> str:
    """Return the page as Markdown: one heading a section; what is indented stays as it is, as code."""
    facts = [f"| {name} | {cell(value)} |" for name, value in _facts(it)]
    parts = [f"# {it.check.id}", f"**{sanitize(it.check.title)}**", "\n".join(["| | |", "|---|---|", *facts])]
    for title, body in sections(_printable(it.check.manual)):
        parts += [f"## {title}"] if title else []
        parts += [body] if body else []
    return "\n\n".join(parts)


def page_json(it: Described) -> str:
    """Return the page for programs: the metadata, and the sections in their order."""
    return to_json(
        CheckPageDocument(
            schema_version=SCHEMA_VERSION,
            check=metadata(it),
            remediation=it.check.remediation,
            reasons=dict(it.check.reason_texts),
            parameters=[
                ParameterDescription(
                    name=name, default=list(default) if isinstance(default, tuple) else default, kind=kind
                )
                for name, default, kind in _parameters(it.check)
            ],
            sections=[ManualSection(title=title, text=text) for title, text in sections(it.check.manual)],
        )
    )


def metadata(it: Described) -> CheckDescription:
    """Return what a list says of a check, for programs."""
    return CheckDescription(
        id=it.check.id,
        title=it.check.title,
        problem=it.check.problem,
        severity=it.check.severity,
        fact_type=it.check.fact_type.__name__,
        origin=origin(it.check),
        frameworks={name: list(controls) for name, controls in it.check.frameworks.items()},
        api_calls=dict(it.costs),
    )


def frameworks(check: Check[Any]) -> str:
    """Return `cis-compute-1.1 3.4; aws-fsbp ECS.4`."""
    named = ((name, check.frameworks[name]) for name in sorted(check.frameworks, key=framework_order))
    return "; ".join(f"{name} {', '.join(controls)}" for name, controls in named) or "-"


def origin(check: Check[Any]) -> str:
    """Return `built in`, a file, or a package with its version; what a hash says is for the manifest."""
    where = check.origin
    version = "" if where.version.startswith("sha256:") else where.version
    return sanitize(f"{where.source} {version}".strip()) or "built in"


def sections(manual: str) -> Iterator[tuple[str, str]]:
    """Yield titles and texts; what stands before the first heading has no title."""
    title, body = "", list[str]()
    lines = manual.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line and _UNDERLINE.fullmatch(following):
            yield title, "\n".join(body).strip("\n")
            title, body = line, []
        elif not (title and not body and _UNDERLINE.fullmatch(line)):
            body.append(line)
    yield title, "\n".join(body).strip("\n")


def columns(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Return each row as a line, every column but the last as wide as its widest cell."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def cell(text: str) -> str:
    """Return a text that does not end its cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")


def _printable(text: str) -> str:
    """The lines of a text, harmless on a terminal: a check may come from anywhere."""
    return "\n".join(sanitize(line, len(line) + 1) if line.strip() else "" for line in text.splitlines())


def _facts(it: Described) -> list[tuple[str, str]]:
    return [
        ("severity", str(it.check.severity)),
        ("judges", it.check.fact_type.__name__),
        ("frameworks", frameworks(it.check)),
        ("from", origin(it.check)),
        *(("API calls", f"{cost} ({name})") for name, cost in it.costs.items()),
        *(("parameter", f"{name} = {_as_yaml(default)} ({kind})") for name, default, kind in _parameters(it.check)),
    ]


def _parameters(check: Check[Any]) -> list[tuple[str, Any, str]]:
    hints = get_type_hints(type(check.parameters))
    names = [each.name for each in fields(check.parameters)]
    return [(name, getattr(check.parameters, name), _choices(hints[name])) for name in names]


def _as_yaml(value: object) -> str:
    """`value` as the settings file would say it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_as_yaml, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _choices(hint: Any) -> str:  # noqa: ANN401 - any annotation
    if get_origin(hint) is Literal:
        return f"one of {', '.join(map(str, get_args(hint)))}"
    return _KINDS.get(hint, str(hint))
