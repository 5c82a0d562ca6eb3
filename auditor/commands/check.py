"""`auditor check`: judges files before deployment with the checks of the nightly run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from auditor import iac
from auditor.commands import config
from auditor.commands.options import Options
from auditor.domain.check import Severity, Status
from auditor.domain.errors import ConfigError, Problem
from auditor.domain.file_report import FileReport
from auditor.engine.ports import ConfiguredCheck
from auditor.reports.files.json_report import render_json
from auditor.reports.files.sarif import render_sarif
from auditor.reports.files.text import render_text
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import OK, Outcome, result_code
from auditor.yaml_files import decode

_STDIN = "-"
_RENDERERS: Mapping[str, Callable[[FileReport], str]] = {
    "text": render_text,
    "json": render_json,
    "sarif": render_sarif,
}


def run(options: Options) -> Outcome:
    """Judge all files and return the report. Raises ConfigError with the problems of all files."""
    settings = config.load(options, AwsContext()).settings
    files = _read_files(options.flags["files"])
    checks = tuple(ConfiguredCheck(check, settings.parameters[check.id]) for check in settings.checks)
    report = iac.judge(files, checks, datetime.now(UTC))
    if not report.checks:
        raise ConfigError([Problem("check", 0, "", "none of the enabled checks applies to files", "Enable others.")])
    threshold = settings.fail_on if options.get("fail_on") else Severity.LOW
    return Outcome(_RENDERERS[options.flags["format"]](report), exit_code(report, threshold))


def exit_code(report: FileReport, threshold: Severity | None) -> int:
    """Return the exit code: findings, UNKNOWN, or both, at or above the threshold. Without a threshold: 0.

    Resources that were not examined count as UNKNOWN at every threshold.
    """
    if threshold is None:
        return OK
    unknown = bool(report.unchecked) or _reaches(report, Status.UNKNOWN, threshold)
    return result_code(failing=_reaches(report, Status.FAIL, threshold), incomplete=unknown)


def _reaches(report: FileReport, status: Status, threshold: Severity) -> bool:
    findings = report.with_status(status)
    return any(file_finding.finding.severity.rank >= threshold.rank for file_finding in findings)


def _read_files(sources: tuple[str, ...]) -> list[iac.FileContents]:
    problems: list[Problem] = []
    files: list[iac.FileContents] = []
    for source in dict.fromkeys(sources):
        name = "stdin" if source == _STDIN else source
        try:
            files.append(iac.read(decode(_read_bytes(source), name), name))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return files


def _read_bytes(source: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if source == _STDIN else Path(source).read_bytes()
    except (OSError, ValueError) as error:
        message = getattr(error, "strerror", None) or str(error)
        advice = "Check the path and its permissions; `-` is standard input."
        raise ConfigError([Problem(source, 0, "", message, advice)]) from error
