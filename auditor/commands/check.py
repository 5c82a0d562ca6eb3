"""`auditor check`: files that are not deployed yet, judged by the checks of the nightly run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from auditor import iac
from auditor.commands import config
from auditor.commands.options import Options
from auditor.domain.check import Severity, Status
from auditor.domain.errors import ConfigError, Problem
from auditor.domain.file_report import FileReport
from auditor.engine.ports import ConfiguredCheck
from auditor.reports.files import text as report
from auditor.reports.files.sarif import sarif
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import OK, Outcome, result_code
from auditor.yaml_files import decode

_STDIN = "-"
_FORMATS: Mapping[str, Callable[[FileReport], str]] = {"text": report.text, "json": report.machine, "sarif": sarif}


def run(options: Options) -> Outcome:
    """Read every file, judge what they hold, and say so. Raises ConfigError with the problems of all files."""
    settings = config.load(options, AwsContext()).settings
    problems: list[Problem] = []
    files: list[iac.Contents] = []
    for source in dict.fromkeys(options.flags["files"]):
        try:
            files.append(iac.read(decode(*_bytes(source)), _named(source)))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    rules = tuple(ConfiguredCheck(each, settings.parameters[each.id]) for each in settings.checks)
    result = iac.judge(files, rules, datetime.now(UTC))
    if not result.checks:
        raise ConfigError([Problem("check", 0, "", "none of the enabled checks judges files", "Enable others.")])
    threshold = settings.fail_on if options.get("fail_on") else Severity.LOW
    return Outcome(_FORMATS[options.flags["format"]](result), exit_code(result, threshold))


def exit_code(result: FileReport, threshold: Severity | None) -> int:
    """Return 3 for failures at or above the threshold, 4 for what may be one, 5 for both; 0 without a threshold.

    What could not be looked into may hold anything.
    """
    if threshold is None:
        return OK
    fails = any(_counts(result, Status.FAIL, threshold))
    unknown = bool(result.unchecked) or any(_counts(result, Status.UNKNOWN, threshold))
    return result_code(failing=fails, incomplete=unknown)


def _counts(result: FileReport, status: Status, threshold: Severity) -> Iterator[bool]:
    return (each.finding.severity.rank >= threshold.rank for each in result.with_status(status))


def _named(source: str) -> str:
    return "stdin" if source == _STDIN else source


def _bytes(source: str) -> tuple[bytes, str]:
    """The bytes of a file, and its name in messages. Raises ConfigError."""
    try:
        body = sys.stdin.buffer.read() if source == _STDIN else Path(source).read_bytes()
    except (OSError, ValueError) as error:
        advice = "Check the path, and who may read it; `-` is standard input."
        what = getattr(error, "strerror", None) or str(error)
        raise ConfigError([Problem(source, 0, "", what, advice)]) from error
    return body, _named(source)
