"""The summary that ends a run on the terminal: never more than 25 lines of 100 columns, whatever the run met."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from auditor.domain.check import Status
from auditor.domain.result import CoverageStatus, Finding, RunResult
from auditor.reports import failures, gaps, ledger, verdict
from auditor.reports.plain import columns, fitted, visible
from auditor.reports.words import WORST_FIRST, number, why

WIDTH = 100
_SHOWN = 4
_VERDICT_LINES = 3
_PATH_LINES = 2
_STYLES = {"incomplete": "1;35", "failing": "1;31", "unknown": "1;35", "clean": "1;32", "heading": "1"}


def summary(result: RunResult, *, output: str, report: str, colour: bool) -> str:
    """Return the summary, without a newline at the end. Its first word is INCOMPLETE where it is.

    `output` is where the findings lie and `report` where the report does, as a person would name them. With `colour`,
    headings carry ANSI styles; nothing else in it is ever a control character, whatever the accounts are called.
    """
    paint = _painted if colour else _plain
    head, *rest = _wrapped(verdict.sentence(result), _VERDICT_LINES)
    word, colon, more = head.partition(":")
    lines = [paint(f"{word}{colon}", verdict.tone(result)) + more, *rest, ""]
    lines += [_coverage(result), _counts(result)]
    for title, total, body in (_failures(result), _gaps(result)):
        if body:
            some = f" ({len(body)} of {total:,})" if len(body) < total else ""
            lines += ["", paint(f"{title}{some}", "heading"), *body]
    lines += ["", *_place("Findings", output), *_place("Report", report), _facts(result)]
    return "\n".join(lines)


def _coverage(result: RunResult) -> str:
    scopes = verdict.scopes_by_status(result)
    parts = (
        f"{scopes[CoverageStatus.EXAMINED]:,} examined",
        f"{scopes[CoverageStatus.PARTIAL]:,} in part",
        f"{scopes[CoverageStatus.NOT_EXAMINED]:,} not examined",
        f"{scopes[CoverageStatus.EXCLUDED]:,} excluded",
    )
    return fitted(f"Coverage  {result.coverage_percent:g} %; scopes: {', '.join(parts)}", WIDTH)


def _counts(result: RunResult) -> str:
    severities = [f"{severity} {result.failing(severity):,}" for severity in WORST_FIRST]
    others = (Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)
    statuses = [f"{status.replace('_', ' ').lower()} {result.count(status):,}" for status in others]
    return fitted(f"Verdicts  {'  '.join((*severities, *statuses))}", WIDTH)


def _failures(result: RunResult) -> tuple[str, int, list[str]]:
    lines = [_failure(finding) for finding in failures.worst(result.failures)[:_SHOWN]]
    return "Worst failures", result.failures_total, lines


def _failure(finding: Finding) -> str:
    what = [f"{_cut(each.container, 30)} {_words(each.reasons)}" for each in finding.evidence if each.reasons]
    reasons = "; ".join(what) or _words(finding.reasons)
    resource = visible(finding.resource.name, 60)
    owner = _cut(visible(str(finding.account), 60), 44)
    return fitted(
        f"  {finding.severity:<8} {owner} {visible(finding.region, 20)} {_cut(resource, 40)}: {reasons}", WIDTH
    )


def _words(reasons: Iterable[str]) -> str:
    return ", ".join(visible(reason, 30) for reason in reasons)


def _gaps(result: RunResult) -> tuple[str, int, list[str]]:
    found = gaps.causes(result)
    return "Not examined, by reason", len(found), [_gap(cause) for cause in found[:_SHOWN]]


def _gap(cause: gaps.Cause) -> str:
    first = _cut(str(cause.accounts[0]), 44)
    who = first if len(cause.accounts) == 1 else f"{number(len(cause.accounts), 'account')}, such as {first}"
    return fitted(f"  {cause.name:<19} {who}: {why(cause.reason)}", WIDTH)


def _place(label: str, path: str) -> list[str]:
    shown = visible(path, 2 * WIDTH)
    line = f"{label:<9} {shown}"
    return [line] if columns(line) <= WIDTH else [label, fitted(f"  {shown}", WIDTH)]


def _facts(result: RunResult) -> str:
    facts = dict(ledger.facts(result))
    run = _cut(visible(facts["Run"], 60), 60)
    return fitted(
        f"{'Run':<9} {run}, {facts['Took']}, {facts['API calls']} calls, throttled {facts['Throttled']}", WIDTH
    )


def _wrapped(text: str, lines: int) -> Iterator[str]:
    pieces = textwrap.wrap(text, WIDTH)
    yield from pieces[: lines - 1]
    if pieces[lines - 1 :]:
        yield fitted(" ".join(pieces[lines - 1 :]), WIDTH)


def _cut(text: str, width: int) -> str:
    return fitted(visible(text, width + 1), width)


def _plain(text: str, _: str) -> str:
    return text


def _painted(text: str, style: str) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"
