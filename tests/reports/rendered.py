"""Render a run result as each report does."""

from __future__ import annotations

from auditor.domain.result import RunResult
from auditor.reports.page.render import render
from auditor.reports.paths import RunPaths
from auditor.reports.summary_json import summary_json
from auditor.reports.terminal.summary import summary
from tests.reports.page_parser import Page

PATHS = RunPaths(
    findings="s3://acme-audit/prod/findings/dt=2026-11-23/run=20261123T020000Z-1a2b3c/",
    coverage="s3://acme-audit/prod/coverage/dt=2026-11-23/run=20261123T020000Z-1a2b3c/",
    report="s3://acme-audit/prod/runs/20261123T020000Z-1a2b3c/report.html",
)


def html(result: RunResult) -> str:
    """The HTML report."""
    return render(result, PATHS)


def page(result: RunResult) -> Page:
    """The HTML report, parsed."""
    return Page(html(result))


def page_text(result: RunResult) -> str:
    """The text of the HTML report in reading order."""
    return page(result).text


def terminal_text(result: RunResult) -> str:
    """The summary on the terminal, without colour."""
    return summary(result, output="out", report="out/report.html", colour=False)


def summary_file(result: RunResult) -> str:
    """The content of `summary.json`."""
    return summary_json(result).decode()
