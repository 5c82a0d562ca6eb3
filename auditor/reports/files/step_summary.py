"""The result of a run in Markdown, for the page that a CI service shows of a job."""

import re

from auditor.domain.check import Severity
from auditor.domain.result import RunResult
from auditor.reports.comparison import changes, not_compared
from auditor.reports.labels import WORST_FIRST, pluralize
from auditor.reports.page import headline
from auditor.reports.page.gaps import gaps_by_reason
from auditor.reports.sanitize import sanitize
from auditor.reports.totals import RunTotals
from auditor.reports.worst import ResourceFailures, worst_resources

_MOST = 10
_LONGEST = 200
#: Characters that Markdown or the HTML in it would interpret.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&-])")


def step_summary(result: RunResult, exit_reason: str, report: str) -> str:
    """Return the verdict, the changes, the worst resources and the gaps, with a final newline."""
    totals = RunTotals(result)
    lines = [f"## {_text(headline.sentence(totals))}", ""]
    lines += [f"- {_text(line)}" for line in (not_compared(result), changes(result)) if line]
    lines += [f"- {_text(exit_reason)}", f"- Report: `{sanitize(report, _LONGEST).replace('`', '')}`", ""]
    if any(result.failing(severity) for severity in Severity):
        lines += ["| Severity | Failures | New | Excepted |", "|---|--:|--:|--:|"]
        lines += [
            f"| {severity} | {result.failing(severity):,} | {result.new(severity):,} | {result.excepted(severity):,} |"
            for severity in WORST_FIRST
        ]
        lines += ["", "| Worst resources | Account | Region | Problems |", "|---|---|---|---|"]
        lines += [_row(failures) for failures in worst_resources(totals, _MOST)]
        lines.append("")
    if gaps := gaps_by_reason(totals):
        lines += ["| Not examined | Accounts | Scopes |", "|---|--:|--:|"]
        lines += [f"| {_text(group.name)} | {len(group.accounts):,} | {group.scopes:,} |" for group in gaps]
    return "\n".join(lines).rstrip() + "\n"


def _row(failures: ResourceFailures) -> str:
    more = f" and {pluralize(failures.others, 'more problem')}" if failures.others else ""
    problem = f"{failures.severity}: {_text(failures.problem)}{more}"
    return f"| {_text(failures.resource)} | {_text(str(failures.account))} | {_text(failures.region)} | {problem} |"


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", sanitize(text, _LONGEST * 3))
