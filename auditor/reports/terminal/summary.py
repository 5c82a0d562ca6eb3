"""The summary that a run prints at its end: at most 24 lines of 100 columns."""

import textwrap
from collections.abc import Iterator

from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.exception_review import ExceptionProblem
from auditor.domain.integrity import IntegrityProblem
from auditor.domain.result import RunResult
from auditor.reports.comparison import changes, not_compared
from auditor.reports.labels import WORST_FIRST, join_words, pluralize
from auditor.reports.page import headline
from auditor.reports.page.frameworks import Framework, frameworks
from auditor.reports.page.gaps import ReasonGroup, gaps_by_reason
from auditor.reports.page.usage import usage_label
from auditor.reports.percentages import format_coverage, format_percent
from auditor.reports.run_details import api_calls, duration
from auditor.reports.sanitize import display_width, sanitize, truncate
from auditor.reports.totals import RunTotals
from auditor.reports.worst import ResourceFailures, worst_resources

WIDTH = 100
#: The reason of the exit code is one more line.
HEIGHT = 24
_MOST_LINES = 4
_MOST_FRAMEWORKS = 3
_HEADLINE_LINES = 3
_ACCOUNT_WIDTH = 44
_RESOURCE_WIDTH = 32
_NAME_WIDTH = 20
_FRAMEWORK_WIDTH = 20
_REASON_WIDTH = 24
_RUN_ID_WIDTH = 60
_STYLES = {"incomplete": "1;35", "failing": "1;31", "unknown": "1;35", "clean": "1;32", "heading": "1"}

#: Title, number of lines that there are in all, and the first of these lines.
_Section = tuple[str, int, list[str]]


def summary(result: RunResult, *, output: str, report: str, colour: bool) -> str:
    """Return the summary of a run without a final newline. Its first word is INCOMPLETE if the run is.

    `output` and `report` are the paths or URLs of the output and of the HTML report. With `colour`, headings have ANSI
    styles; names of accounts and resources add no other control characters.
    """
    totals, paint = RunTotals(result), _paint if colour else _no_paint
    first, *rest = _wrap(headline.sentence(totals), _HEADLINE_LINES)
    word, colon, more = first.partition(":")
    lines = [paint(f"{word}{colon}", headline.css_class(totals)) + more, *rest, ""]
    lines += [_coverage(totals), _counts(result), *_changes(result), *_accepted(result), *_frameworks(totals)]
    ending = ["", *_path("Findings", output), *_path("Report", report), _run(result)]
    sections = [section for section in (_integrity(totals), _failures(totals), _gaps(totals)) if section[2]]
    available = (HEIGHT - len(lines) - len(ending)) // len(sections) - 2 if sections else 0
    for title, total, body in sections:
        listed = body[: min(_MOST_LINES, available)]
        of_total = f" ({len(listed)} of {total:,})" if len(listed) < total else ""
        lines += ["", paint(f"{title}{of_total}", "heading"), *listed]
    return "\n".join([*lines, *ending])


def brief_summary(result: RunResult, *, report: str) -> str:
    """Return the verdict and the path of the report, without a final newline."""
    return "\n".join([*_wrap(headline.sentence(RunTotals(result)), _HEADLINE_LINES), *_path("Report", report)])


def _coverage(totals: RunTotals) -> str:
    scopes = totals.scopes_by_status
    counts = (
        f"{scopes[CoverageStatus.EXAMINED]:,} examined",
        f"{scopes[CoverageStatus.PARTIAL]:,} partly examined",
        f"{scopes[CoverageStatus.NOT_EXAMINED]:,} not examined",
        f"{scopes[CoverageStatus.EXCLUDED]:,} excluded",
    )
    return truncate(f"Coverage  {format_coverage(totals.result)}; scopes: {', '.join(counts)}", WIDTH)


def _counts(result: RunResult) -> str:
    severities = [f"{severity} {result.failing(severity):,}" for severity in WORST_FIRST]
    others = (Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)
    statuses = [f"{status.replace('_', ' ').lower()} {result.count(status):,}" for status in others]
    line = f"Counts    {'  '.join((*severities, *statuses))}"
    if display_width(line) > WIDTH:
        line = line.replace("not applicable", "n/a").replace("  ", " ")
    return truncate(line, WIDTH)


def _accepted(result: RunResult) -> Iterator[str]:
    """Yield a line about due dates and exceptions, if there is anything to say."""
    parts = [f"{result.overdue:,} overdue"] if result.overdue else []
    if (review := result.exceptions) is not None:
        parts.append(f"{result.excepted_total:,} covered by {pluralize(len(review.items), 'exception')}")
        counts = ((problem, len(review.with_problem(problem))) for problem in ExceptionProblem)
        parts += [f"{count:,} {problem.headline}" for problem, count in counts if count]
    if parts:
        yield truncate(f"Failures  {', '.join(parts)}", WIDTH)


def _changes(result: RunResult) -> list[str]:
    """Return what changed since the earlier run, after what could not be compared with it."""
    lines = [not_compared(result), changes(result)]
    return [truncate(f"{'Changes':<9} {sanitize(line, 2 * WIDTH)}", WIDTH) for line in lines if line]


def _frameworks(totals: RunTotals) -> list[str]:
    return [_framework(framework) for framework in frameworks(totals)[:_MOST_FRAMEWORKS]]


def _framework(framework: Framework) -> str:
    """Return the score of a framework, and how much of its scope is not part of the score."""
    tally, name = framework.tally, _shorten(framework.name, _FRAMEWORK_WIDTH)
    controls = pluralize(len(framework.controls), "control")
    if framework.not_examined == len(framework.controls):
        return truncate(f"{name}  {controls} not examined", WIDTH)
    score = "no resources" if tally.score is None else f"{format_percent(tally.score)} pass"
    parts = [
        f"{framework.failing} of {controls} failing",
        f"{format_percent(tally.unexamined)} of scope not examined" if tally.unexamined else "",
        f"{tally.unknown:,} unknown" if tally.unknown else "",
    ]
    line = f"{name}  {score}; {', '.join(filter(None, parts))}"
    not_examined = pluralize(framework.not_examined, "control")
    longer = f"{line}; {not_examined} not examined" if framework.not_examined else line
    return truncate(longer if display_width(longer) <= WIDTH else line, WIDTH)


def _integrity(totals: RunTotals) -> _Section:
    problems = totals.result.integrity
    lines = [_integrity_problem(problem) for problem in problems[:_MOST_LINES]]
    return "Stored state that another writer changed", len(problems), lines


def _integrity_problem(problem: IntegrityProblem) -> str:
    where = " ".join(sanitize(text, 2 * WIDTH) for text in (problem.account, problem.arn) if text)
    return truncate(f"  {problem.kind.value}  {where or problem.kind.headline}", WIDTH)


def _failures(totals: RunTotals) -> _Section:
    lines = [_resource_failures(failures) for failures in worst_resources(totals, _MOST_LINES)]
    total = totals.result.failures_total - totals.result.excepted_total
    # Without a number of resources in all: the result holds only the worst failures.
    return f"Worst resources, of {pluralize(total, 'failure')}", 0, lines


def _resource_failures(failures: ResourceFailures) -> str:
    account = failures.account
    resource, name = _shorten(failures.resource, _RESOURCE_WIDTH), _shorten(account.name or account.id, _NAME_WIDTH)
    usage = usage_label(failures.finding)
    where = f"{resource} in {name} {sanitize(failures.region, 20)}{f' ({usage})' if usage else ''}"
    more = f", {failures.others + 1} problems" if failures.others else ""
    return truncate(f"  {failures.severity:<8} {where}{more}: {sanitize(failures.problem)}", WIDTH)


def _gaps(totals: RunTotals) -> _Section:
    groups = gaps_by_reason(totals)
    widest = max((display_width(sanitize(group.name)) for group in groups[:_MOST_LINES]), default=0)
    lines = [_gap(group, min(widest, _REASON_WIDTH)) for group in groups[:_MOST_LINES]]
    return "Not examined, by reason", len(groups), lines


def _gap(group: ReasonGroup, width: int) -> str:
    first, others = _shorten(str(group.accounts[0]), _ACCOUNT_WIDTH), len(group.accounts) - 1
    accounts = join_words([first, *([f"{others:,} more"] if others else [])])
    return truncate(f"  {_shorten(group.name, width):<{width}}  {accounts}: {group.title}", WIDTH)


def _path(label: str, path: str) -> list[str]:
    text = sanitize(path, 2 * WIDTH)
    line = f"{label:<9} {text}"
    return [line] if display_width(line) <= WIDTH else [label, truncate(f"  {text}", WIDTH)]


def _run(result: RunResult) -> str:
    numbers = api_calls(result)
    calls = f"{pluralize(numbers.calls, 'API call')}, throttled {pluralize(numbers.throttled, 'time')}"
    return truncate(f"{'Run':<9} {_shorten(result.run_id, _RUN_ID_WIDTH)}, {duration(result)}, {calls}", WIDTH)


def _wrap(text: str, lines: int) -> Iterator[str]:
    """Wrap a text to `lines` lines, the last of which is truncated if necessary."""
    wrapped = textwrap.wrap(text, WIDTH, break_on_hyphens=False)
    yield from wrapped[: lines - 1]
    if wrapped[lines - 1 :]:
        yield truncate(" ".join(wrapped[lines - 1 :]), WIDTH)


def _shorten(text: str, width: int) -> str:
    return truncate(sanitize(text, width + 1), width)


def _paint(text: str, style: str) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def _no_paint(text: str, _: str) -> str:
    return text
