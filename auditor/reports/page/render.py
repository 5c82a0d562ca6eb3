"""Render the HTML report: one file that can be read in full without network access or scripts."""

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from auditor.domain.check import Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.framework import framework_name, framework_order, standard_name
from auditor.domain.result import RunResult
from auditor.domain.scope import EVERY_REGION
from auditor.reports import labels
from auditor.reports.page import accounts_table, evidence, failures, frameworks, gaps, headline, repairs, usage
from auditor.reports.paths import RunPaths
from auditor.reports.percentages import format_coverage, format_percent
from auditor.reports.run_details import run_details
from auditor.reports.sanitize import sanitize
from auditor.reports.totals import RunTotals

_LONGEST_NAME = 120
_LONGEST_SENTENCE = 2000
#: The indentation of the templates, a tenth of a long page. Text never starts with <, because < is escaped.
_INDENTATION = re.compile(r"\n\s+(?=<)")
_SHAPES = {Severity.CRITICAL: "◆", Severity.HIGH: "▲", Severity.MEDIUM: "●", Severity.LOW: "○"}


def render(result: RunResult, paths: RunPaths) -> str:
    """Return the HTML report of a run. `paths` tell the reader where its rows are stored.

    The same arguments give the same bytes. Strings from the accounts are escaped, isolated in their direction of
    writing, and shortened if they are too long to read.
    """
    page = _environment().get_template("report.html.j2").render(_context(RunTotals(result), paths))
    return _INDENTATION.sub("\n", page)


def _context(totals: RunTotals, paths: RunPaths) -> Mapping[str, Any]:
    result = totals.result
    groups = failures.failures_by_check(totals)
    return {
        "result": result,
        "totals": totals,
        "headline": headline.sentences(totals),
        "headline_class": headline.css_class(totals),
        "coverage_bar": accounts_table.coverage_bar(totals.accounts_by_status),
        "account_sections": accounts_table.sections(accounts_table.rows(result)),
        "frameworks": frameworks.frameworks(totals),
        "failures": groups,
        "omitted_failures": result.failures_total - len(result.failures),
        "omitted_unknowns": result.unknowns_total - len(result.unknowns),
        "contents": failures.contents(totals, groups),
        "gaps": gaps.gaps_by_reason(totals),
        "exclusions": gaps.exclusions_by_reason(totals),
        "run_details": run_details(result),
        "paths": paths,
        **_assets(),
    }


@cache
def _assets() -> Mapping[str, str]:
    style, script = _read("report.css"), _read("report.js")
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src {_hash(style)}; script-src {_hash(script)}"
    )
    # These are files of this package, and the browser compares their hashes: they must not be escaped.
    return {"style": Markup(style), "script": Markup(script), "policy": policy}  # noqa: S704 - no text from outside


def _read(name: str) -> str:
    path = resources.files("auditor.reports.page").joinpath("templates", name)
    return path.read_text("utf-8").replace("\r\n", "\n")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("auditor.reports.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "safe_text": _safe_text,
        "number": labels.format_number,
        "utc": labels.format_utc,
        "pluralize": labels.pluralize,
        "join_words": labels.join_words,
        "json": _json,
        "sentence": _sentence,
        "evidence": evidence.evidence_view,
        "change": repairs.change,
        "usage": usage.usage_text,
        "introduction": usage.introduction_text,
        "standard_name": standard_name,
        "framework_name": framework_name,
        "sort_frameworks": _sort_frameworks,
        "resource_kind": labels.resource_kind,
        "percent": format_percent,
        "status_text": lambda status: status.replace("_", " ").lower(),
    }
    environment.globals |= {
        "CoverageStatus": CoverageStatus,
        "Status": Status,
        "COVERAGE_LABELS": labels.COVERAGE_LABELS,
        "COVERAGE_MEANINGS": labels.COVERAGE_MEANINGS,
        "SHAPES": _SHAPES,
        "ALL_REGIONS": EVERY_REGION,
        "coverage_percent": format_coverage,
    }
    return environment


def _safe_text(text: object, limit: int = _LONGEST_NAME) -> Markup:
    return Markup(f"<bdi>{escape(sanitize(str(text), limit))}</bdi>")  # noqa: S704 - escaped on this line


def _sort_frameworks(frameworks: Mapping[str, tuple[str, ...]]) -> list[tuple[str, tuple[str, ...]]]:
    return sorted(frameworks.items(), key=lambda entry: framework_order(entry[0]))


def _json(text: str) -> Markup:
    """Escape JSON between tags, where quotes need no escape: a document consists mostly of quotes."""
    return Markup(str(escape(text)).replace("&#34;", '"'))  # noqa: S704 - a quote cannot end an element


def _sentence(text: str) -> Markup:
    """Escape a sentence, and show what stands between backticks as code."""
    parts = str(escape(sanitize(text, _LONGEST_SENTENCE))).split("`")
    if len(parts) % 2 == 0:
        return Markup("`".join(parts))  # noqa: S704 - every part is escaped
    code = (f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))
    return Markup("".join(code))  # noqa: S704 - every part is escaped
