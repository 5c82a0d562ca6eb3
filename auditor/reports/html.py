"""The report: one HTML file that needs nothing else, neither network nor scripts, to be read in full."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from auditor.domain.check import Severity, Status
from auditor.domain.result import CoverageStatus, RunResult
from auditor.domain.scope import EVERY_REGION
from auditor.reports import failures, gaps, ledger, verdict, words
from auditor.reports.plain import visible

_PROSE = 2000


def render(result: RunResult, *, data_prefix: str = "") -> str:
    """Return the whole report. `data_prefix` is the folder or S3 prefix that holds `findings/`, for the reader to find.

    The same result gives the same bytes. Strings from the accounts cannot leave their places: they are escaped,
    isolated in their direction of writing, and shortened where they are longer than anyone reads.
    """
    return _environment().get_template("report.html.j2").render(_view(result, data_prefix))


def _view(result: RunResult, data_prefix: str) -> Mapping[str, Any]:
    accounts = verdict.accounts_by_standing(result)
    prefix = f"{data_prefix.rstrip('/')}/" if data_prefix else ""
    return {
        "result": result,
        "verdict": verdict.sentences(result),
        "tone": verdict.tone(result),
        "overall": verdict.overall(result),
        "accounts": accounts,
        "strip": ledger.strip(accounts),
        "scopes": verdict.scopes_by_status(result),
        "severities": ledger.severities(result),
        "sections": ledger.sections(ledger.rows(result)),
        "failures": failures.by_check(result),
        "causes": gaps.causes(result),
        "exclusions": gaps.exclusions(result),
        "judged": sum(verdict.judged(summary) for summary in result.accounts),
        "check_counts": ledger.by_check(result),
        "facts": ledger.facts(result),
        "rows_at": f"{prefix}findings/dt={result.started_at.astimezone(UTC):%Y-%m-%d}/run={result.run_id}/",
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
    return resources.files("auditor.reports").joinpath("templates", name).read_text("utf-8").replace("\r\n", "\n")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("auditor.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "shown": _shown,
        "n": lambda value: f"{value:,}",
        "utc": _utc,
        "counted": words.number,
        "listed": words.listed,
        "container": words.container,
        "prose": _prose,
        "repair": failures.repair,
        "standard": words.standard,
        "why": words.why,
        "advice": words.advice,
    }
    environment.globals |= {
        "standings": tuple(CoverageStatus),
        "Status": Status,
        "STANDING": words.STANDING,
        "MEANING": words.MEANING,
        "SHAPE": {Severity.CRITICAL: "◆", Severity.HIGH: "▲", Severity.MEDIUM: "●", Severity.LOW: "○"},
        "ALL_REGIONS": EVERY_REGION,
        "EXAMPLE_USER": failures.EXAMPLE_USER,
    }
    return environment


def _shown(text: object, limit: int = 120) -> Markup:
    return Markup("<bdi>{}</bdi>").format(escape(visible(str(text), limit)))


def _prose(text: str) -> Markup:
    """Show a sentence of a check or of ours, with what stands between backticks as code."""
    pieces = str(escape(visible(text, _PROSE))).split("`")
    code = (f"<code>{piece}</code>" if place % 2 else piece for place, piece in enumerate(pieces))
    return Markup("".join(code if len(pieces) % 2 else "`".join(pieces)))  # noqa: S704 - every piece is escaped


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
