"""The report: one HTML file that needs nothing else, neither network nor scripts, to be read in full."""

from __future__ import annotations

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
from auditor.domain.result import RunResult
from auditor.domain.scope import EVERY_REGION
from auditor.reports import labels
from auditor.reports.page import accounts_table, evidence, failures, frameworks, gaps, headline, repairs, usage
from auditor.reports.paths import RunPaths
from auditor.reports.percentages import format_percent, percentage
from auditor.reports.sanitize import sanitize

_PROSE = 2000
#: A tenth of a long page is the templates' indentation. No text begins with <: it would be an escape.
_INDENTATION = re.compile(r"\n\s+(?=<)")


def render(result: RunResult, paths: RunPaths) -> str:
    """Return the HTML report of a run. `paths` tell the reader where its rows are stored.

    The same arguments give the same bytes. Strings from the accounts are escaped, isolated in their direction of
    writing, and shortened if they are too long to read.
    """
    page = _environment().get_template("report.html.j2").render(_view(result, paths))
    return _INDENTATION.sub("\n", page)


def _view(result: RunResult, paths: RunPaths) -> Mapping[str, Any]:
    accounts, groups = headline.accounts_by_standing(result), failures.by_check(result)
    return {
        "result": result,
        "verdict": headline.sentences(result),
        "tone": headline.css_class(result),
        "overall": headline.overall(result),
        "accounts": accounts,
        "strip": accounts_table.coverage_bar(accounts),
        "scopes": headline.scopes_by_status(result),
        "severities": accounts_table.severities(result),
        "sections": accounts_table.sections(accounts_table.rows(result)),
        "frameworks": frameworks.frameworks(result),
        "failures": groups,
        "contents": failures.contents(result, groups),
        "causes": gaps.causes(result),
        "exclusions": gaps.exclusions(result),
        "check_counts": accounts_table.by_check(result),
        "facts": accounts_table.facts(result),
        "paths": paths,
        **_assets(),
    }


@cache
def _assets() -> Mapping[str, str]:
    style, script = _text("report.css"), _text("report.js")
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src {_hash(style)}; script-src {_hash(script)}"
    )
    # Ours, and free of anything from outside: nothing to escape, and the browser hashes them as they stand.
    return {"style": Markup(style), "script": Markup(script), "policy": policy}  # noqa: S704


def _text(name: str) -> str:
    return resources.files("auditor.reports.page").joinpath("templates", name).read_text("utf-8").replace("\r\n", "\n")


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
        "shown": _shown,
        "n": lambda value: f"{value:,}",
        "utc": labels.format_utc,
        "counted": labels.pluralize,
        "listed": labels.join_words,
        "plain": _plain,
        "prose": _prose,
        "evidence": evidence.shown,
        "change": repairs.change,
        "running": usage.usage_text,
        "since": usage.since,
        "standard": labels.standard_name,
        "framework": labels.framework_name,
        "prominent": _prominent,
        "kind": labels.resource_kind,
        "percent": format_percent,
        "percentage": percentage,
    }
    environment.globals |= {
        "standings": tuple(CoverageStatus),
        "Status": Status,
        "COVERAGE_LABELS": labels.COVERAGE_LABELS,
        "COVERAGE_MEANINGS": labels.COVERAGE_MEANINGS,
        "SHAPE": {Severity.CRITICAL: "◆", Severity.HIGH: "▲", Severity.MEDIUM: "●", Severity.LOW: "○"},
        "ALL_REGIONS": EVERY_REGION,
    }
    return environment


def _shown(text: object, limit: int = 120) -> Markup:
    return Markup(f"<bdi>{escape(sanitize(str(text), limit))}</bdi>")  # noqa: S704 - escaped


def _prominent(frameworks: Mapping[str, tuple[str, ...]]) -> list[tuple[str, tuple[str, ...]]]:
    return sorted(frameworks.items(), key=lambda item: labels.framework_order(item[0]))


def _plain(text: str) -> Markup:
    """Escape what stands between tags: quotes may stay there, and a page of JSON is mostly quotes."""
    return Markup(str(escape(text)).replace("&#34;", '"'))  # noqa: S704 - nothing can leave an element without <


def _prose(text: str) -> Markup:
    """Show a sentence of a check or of ours, with what stands between backticks as code."""
    pieces = str(escape(sanitize(text, _PROSE))).split("`")
    code = (f"<code>{piece}</code>" if place % 2 else piece for place, piece in enumerate(pieces))
    return Markup("".join(code if len(pieces) % 2 else "`".join(pieces)))  # noqa: S704 - every piece is escaped
