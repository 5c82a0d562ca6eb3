"""The summary that ends a run on the terminal: never more than 25 lines of 100 columns, whatever the run met."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.result import RunResult
from auditor.reports.labels import WORST_FIRST, pluralize
from auditor.reports.page import accounts_table, evidence, failures, frameworks, gaps, headline, usage
from auditor.reports.percentages import percentage
from auditor.reports.sanitize import display_width, sanitize, truncate

WIDTH = 100
HEIGHT = 25
_SHOWN = 4
_FRAMEWORKS = 3
_VERDICT_LINES = 3
_PATH_LINES = 2
_STYLES = {"incomplete": "1;35", "failing": "1;31", "unknown": "1;35", "clean": "1;32", "heading": "1"}


def summary(result: RunResult, *, output: str, report: str, colour: bool) -> str:
    """Return the summary, without a newline at the end. Its first word is INCOMPLETE where it is.

    `output` is where the findings lie and `report` where the report does, as a person would name them. With `colour`,
    headings carry ANSI styles; nothing else in it is ever a control character, whatever the accounts are called.
    """
    paint = _painted if colour else _plain
    head, *rest = _wrapped(headline.sentence(result), _VERDICT_LINES)
    word, colon, more = head.partition(":")
    lines = [paint(f"{word}{colon}", headline.css_class(result)) + more, *rest, ""]
    lines += [_coverage(result), _counts(result), *_frameworks(result)]
    ending = ["", *_place("Findings", output), *_place("Report", report), _facts(result)]
    sections = [section for section in (_failures(result), _gaps(result)) if section[2]]
    room = (HEIGHT - len(lines) - len(ending)) // len(sections) - 2 if sections else 0
    for title, total, body in sections:
        listed = body[: min(_SHOWN, room)]
        some = f" ({len(listed)} of {total:,})" if len(listed) < total else ""
        lines += ["", paint(f"{title}{some}", "heading"), *listed]
    return "\n".join([*lines, *ending])


def _coverage(result: RunResult) -> str:
    scopes = headline.scopes_by_status(result)
    parts = (
        f"{scopes[CoverageStatus.EXAMINED]:,} examined",
        f"{scopes[CoverageStatus.PARTIAL]:,} in part",
        f"{scopes[CoverageStatus.NOT_EXAMINED]:,} not examined",
        f"{scopes[CoverageStatus.EXCLUDED]:,} excluded",
    )
    return truncate(f"Coverage  {result.coverage_percent:g} %; scopes: {', '.join(parts)}", WIDTH)


def _counts(result: RunResult) -> str:
    severities = [f"{severity} {result.failing(severity):,}" for severity in WORST_FIRST]
    others = (Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)
    statuses = [f"{status.replace('_', ' ').lower()} {result.count(status):,}" for status in others]
    line = f"Verdicts  {'  '.join((*severities, *statuses))}"
    return truncate(
        line if display_width(line) <= WIDTH else line.replace("not applicable", "n/a").replace("  ", " "), WIDTH
    )


def _frameworks(result: RunResult) -> list[str]:
    return [_framework(each) for each in frameworks.frameworks(result)[:_FRAMEWORKS]]


def _framework(it: frameworks.Framework) -> str:
    """The score, and beside it what it does not know of."""
    tally, total = it.tally, len(it.controls)
    if it.not_examined == total:
        return truncate(
            f"{_cut(it.name, 20)}  not examined: nobody could look at its {pluralize(total, 'control')}", WIDTH
        )
    score = "nothing judged" if tally.score is None else f"{percentage(tally.score)} pass"
    parts = [
        f"{it.without_failure} of {pluralize(total, 'control')} without failures",
        f"{percentage(tally.unexamined)} unexamined" if tally.unexamined else "",
        f"{tally.unknown:,} unknown" if tally.unknown else "",
    ]
    line = f"{_cut(it.name, 20)}  {score}; {', '.join(filter(None, parts))}"
    blind = f"; {pluralize(it.not_examined, 'control')} not examined" if it.not_examined else ""
    return truncate(line + blind if display_width(line + blind) <= WIDTH else line, WIDTH)


def _failures(result: RunResult) -> tuple[str, int, list[str]]:
    lines = [_failure(result, finding) for finding in failures.worst(result.failures)[:_SHOWN]]
    return "Worst failures", result.failures_total, lines


def _failure(result: RunResult, finding: Finding) -> str:
    what = evidence.line(finding, failures.info(result, finding))
    resource = _cut(sanitize(finding.resource.name, 60), 40)
    runs = usage.usage_label(finding)
    owner = _cut(sanitize(str(finding.account), 60), 44)
    where = f"{owner} {sanitize(finding.region, 20)} {resource}{f' ({runs})' if runs else ''}"
    return truncate(f"  {finding.severity:<8} {where}: {what}", WIDTH)


def _gaps(result: RunResult) -> tuple[str, int, list[str]]:
    found = gaps.causes(result)
    names = max((display_width(sanitize(cause.name)) for cause in found[:_SHOWN]), default=0)
    return "Not examined, by reason", len(found), [_gap(cause, min(names, 24)) for cause in found[:_SHOWN]]


def _gap(cause: gaps.Cause, width: int) -> str:
    first = _cut(str(cause.accounts[0]), 44)
    who = first if len(cause.accounts) == 1 else f"{pluralize(len(cause.accounts), 'account')}, such as {first}"
    return truncate(f"  {_cut(cause.name, width):<{width}}  {who}: {cause.title}", WIDTH)


def _place(label: str, path: str) -> list[str]:
    shown = sanitize(path, 2 * WIDTH)
    line = f"{label:<9} {shown}"
    return [line] if display_width(line) <= WIDTH else [label, truncate(f"  {shown}", WIDTH)]


def _facts(result: RunResult) -> str:
    facts = dict(accounts_table.facts(result))
    run = _cut(sanitize(facts["Run"], 60), 60)
    return truncate(
        f"{'Run':<9} {run}, {facts['Took']}, {facts['API calls']} calls, throttled {facts['Throttled']}", WIDTH
    )


def _wrapped(text: str, lines: int) -> Iterator[str]:
    pieces = textwrap.wrap(text, WIDTH)
    yield from pieces[: lines - 1]
    if pieces[lines - 1 :]:
        yield truncate(" ".join(pieces[lines - 1 :]), WIDTH)


def _cut(text: str, width: int) -> str:
    return truncate(sanitize(text, width + 1), width)


def _plain(text: str, _: str) -> str:
    return text


def _painted(text: str, style: str) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"
