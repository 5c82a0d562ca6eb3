"""The manual page of one check, as `auditor checks ID` prints it: as text, Markdown or JSON."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from auditor.contracts.check_list import CheckDescription, CheckPageDocument, ManualSection, ParameterDescription
from auditor.contracts.document import SCHEMA_VERSION, copy_fields, to_json
from auditor.domain.check import Check
from auditor.domain.framework import framework_order
from auditor.reports.sanitize import sanitize

_GAP = "  "
_TYPES = {bool: "true or false", str: "text", int: "integer", tuple[str, ...]: "list of texts"}
_HEADING = re.compile(r"^## (.+)\n*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class DescribedCheck:
    """A check, and the API calls per region that reading its facts costs, in words, by the name of the collector."""

    check: Check[Any]
    costs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    default: Any
    type: str


def page(described: DescribedCheck) -> str:
    """Return the page as text: the metadata, then the manual."""
    check = described.check
    heading = [check.id, sanitize(check.title), ""]
    manual = _HEADING.sub(lambda match: f"{match[1]}\n{'-' * len(match[1])}\n", _printable(check.manual))
    return "\n".join([*heading, *columns(_metadata_rows(described)), "", manual])


def page_markdown(described: DescribedCheck) -> str:
    """Return the page as Markdown, with a heading per section. Indented lines stay as they are, and become code."""
    check = described.check
    rows = [f"| {name} | {markdown_cell(value)} |" for name, value in _metadata_rows(described)]
    parts = [f"# {check.id}", f"**{sanitize(check.title)}**", "\n".join(["| | |", "|---|---|", *rows])]
    for title, body in sections(_printable(check.manual)):
        parts += [f"## {title}"] if title else []
        parts += [body] if body else []
    return "\n\n".join(parts)


def page_json(described: DescribedCheck) -> str:
    """Return the page as JSON: the description, and the sections of the manual in order."""
    check = described.check
    return to_json(
        CheckPageDocument(
            schema_version=SCHEMA_VERSION,
            check=describe(described),
            remediation=check.remediation,
            reasons=dict(check.reason_texts),
            parameters=[_parameter_description(parameter) for parameter in _parameters(check)],
            sections=[ManualSection(title=title, text=text) for title, text in sections(check.manual)],
        )
    )


def describe(described: DescribedCheck) -> CheckDescription:
    """Return what the JSON list says about a check."""
    check = described.check
    return copy_fields(
        CheckDescription,
        check,
        fact_type=check.fact_type.__name__,
        origin=origin(check),
        frameworks={name: list(controls) for name, controls in check.frameworks.items()},
        api_calls=dict(described.costs),
    )


def frameworks_text(check: Check[Any]) -> str:
    """Return `cis-compute-1.1 3.4; aws-fsbp ECS.4`."""
    names = sorted(check.frameworks, key=framework_order)
    return "; ".join(f"{name} {', '.join(check.frameworks[name])}" for name in names) or "-"


def origin(check: Check[Any]) -> str:
    """Return `built in`, a file, or a package with its version. The hash of a file is only in the manifest."""
    version = "" if check.origin.version.startswith("sha256:") else check.origin.version
    return sanitize(f"{check.origin.source} {version}".strip()) or "built in"


def sections(manual: str) -> Iterator[tuple[str, str]]:
    """Yield the titles and texts of a manual. Text before the first heading has an empty title."""
    parts = ["", *_HEADING.split(manual)]
    return ((title, text.strip("\n")) for title, text in zip(parts[::2], parts[1::2], strict=True))


def columns(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Return each row as a line. Every column except the last is as wide as its widest cell."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def markdown_cell(text: str) -> str:
    """Return a text as the cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")


def _printable(text: str) -> str:
    """Sanitize a text line by line: a check may come from a file or a package of someone else."""
    return "\n".join(sanitize(line, len(line) + 1) if line.strip() else "" for line in text.splitlines())


def _metadata_rows(described: DescribedCheck) -> list[tuple[str, str]]:
    check = described.check
    return [
        *([("problem", sanitize(check.problem))] if check.problem else []),
        ("severity", str(check.severity)),
        ("fact", check.fact_type.__name__),
        ("frameworks", frameworks_text(check)),
        ("origin", origin(check)),
        *(("API calls", f"{cost} ({collector})") for collector, cost in described.costs.items()),
        *(
            ("parameter", f"{parameter.name} = {_as_yaml(parameter.default)} ({parameter.type})")
            for parameter in _parameters(check)
        ),
    ]


def _parameters(check: Check[Any]) -> list[_Parameter]:
    hints = get_type_hints(type(check.parameters))
    names = [field.name for field in fields(check.parameters)]
    return [_Parameter(name, getattr(check.parameters, name), _type_text(hints[name])) for name in names]


def _parameter_description(parameter: _Parameter) -> ParameterDescription:
    default = list(parameter.default) if isinstance(parameter.default, tuple) else parameter.default
    return ParameterDescription(name=parameter.name, default=default, kind=parameter.type)


def _as_yaml(value: object) -> str:
    """Return a parameter's value as the settings file would have it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_as_yaml, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _type_text(hint: Any) -> str:  # noqa: ANN401 - any annotation
    if get_origin(hint) is Literal:
        return f"one of {', '.join(map(str, get_args(hint)))}"
    return _TYPES.get(hint, str(hint))
