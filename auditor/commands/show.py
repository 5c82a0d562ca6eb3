"""`auditor show`: list the findings of a run that match a query."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from functools import partial

from auditor.commands import config, results
from auditor.commands.result_options import ShowOptions
from auditor.commands.streams import terminal_width
from auditor.contracts.document import parse as parse_row
from auditor.contracts.rows import ChangeRow, FindingRow
from auditor.domain.check import Status
from auditor.domain.errors import ConfigError, Problem
from auditor.domain.lifecycle import LifecycleState
from auditor.engine.parallel import parallel_map
from auditor.exports.csv_files import findings_file
from auditor.query import Answer, Query, QueryError, Record, answer, parse
from auditor.reports.search import change_record, finding_record, footer, table, urgency
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import Outcome
from auditor.run.restore import StoredRun

_LIMIT = 50
#: Findings in these states may have no row in the run, but a change.
_WITHOUT_ROW = frozenset({LifecycleState.STALE, LifecycleState.RESOLVED, LifecycleState.GONE})

_Match = tuple[Record, FindingRow | ChangeRow, bytes]


def run(options: ShowOptions) -> Outcome:
    """List the findings that match."""
    aws = AwsContext()
    settings = config.load_settings(options, aws)
    limit = _limit(options)
    aws = aws.with_limits(settings.limits)
    store = results.open_store(options, settings, aws)
    stored = StoredRun(store, results.find_run(store, options.run, aws, options.source_of("run")))
    query = _query(options, stored)
    answers: Counter[Answer] = Counter()
    matches = _matches(stored, query, answers)
    if options.format == "json":
        return Outcome("\n".join(line.decode("ascii") for _, _, line in sorted(matches, key=_urgency)))
    if options.format == "csv":
        rows = [row for _, row, _ in matches]
        findings = [row for row in rows if isinstance(row, FindingRow)]
        changes = [row for row in rows if isinstance(row, ChangeRow)]
        return Outcome(findings_file("findings.csv", findings, changes).body.decode("utf-8").rstrip("\r\n"))
    records = (record for record, _, _ in matches)
    listed = heapq.nsmallest(limit, records, key=urgency) if limit else sorted(records, key=urgency)
    note = footer(stored.result, listed=len(listed), matching=answers[Answer.YES], undecided=answers[Answer.UNKNOWN])
    return Outcome(f"{table(listed, terminal_width())}\n\n{note}" if listed else note)


def _query(options: ShowOptions, stored: StoredRun) -> Query:
    frameworks = sorted({name for check in stored.result.checks for name in check.frameworks})
    try:
        return parse(" ".join(map(_as_written, options.query)), frameworks)
    except QueryError as error:
        raise ConfigError([Problem("QUERY", 0, "", error.problem, error.advice)]) from error


def _as_written(argument: str) -> str:
    """Return an argument with the quotes that the shell has removed from `"two words"`."""
    return f'"{argument}"' if " " in argument and '"' not in argument and ":" not in argument else argument


def _matches(stored: StoredRun, query: Query, answers: Counter[Answer]) -> Iterator[_Match]:
    """Yield what matches, and count the answers. What depends on something unexamined is counted only."""
    read_all = partial(parallel_map, workers=results.READERS)
    seen: set[str] = set()
    for line in stored.lines("findings", read_all):
        row = parse_row(FindingRow, line)
        if row.lifecycle.state in _WITHOUT_ROW:
            seen.add(row.finding_id)
        if query.names_status or row.status is Status.FAIL:
            yield from _match(query, finding_record(row), row, line, answers)
    for line in stored.lines("changes", read_all):
        change = parse_row(ChangeRow, line)
        if query.names_status and change.state in _WITHOUT_ROW and change.finding_id not in seen:
            yield from _match(query, change_record(change), change, line, answers)


def _match(
    query: Query, record: Record, row: FindingRow | ChangeRow, line: bytes, answers: Counter[Answer]
) -> Iterator[_Match]:
    result = answer(query, record)
    answers[result] += 1
    if result is Answer.YES:
        yield record, row, line


def _urgency(match: _Match) -> tuple[object, ...]:
    return urgency(match[0])


def _limit(options: ShowOptions) -> int:
    if options.limit is None:
        return _LIMIT
    if not options.limit.isascii() or not options.limit.isdecimal():
        advice = "Write a number, or 0 to list all findings."
        raise ConfigError([Problem(options.source_of("limit"), 0, "", f"{options.limit!r} is not a number", advice)])
    return int(options.limit)
