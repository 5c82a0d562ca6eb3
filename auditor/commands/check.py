"""`auditor check`: judge IaC files before deployment with the checks of the nightly run."""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from auditor import iac
from auditor.commands import config
from auditor.commands.options import CheckOptions
from auditor.domain.check import Severity, Status
from auditor.domain.errors import ConfigError, Problem
from auditor.domain.file_report import FileReport
from auditor.engine.ports import ConfiguredCheck
from auditor.reports.files.json_report import render_json
from auditor.reports.files.sarif import render_sarif
from auditor.reports.files.text import render_text
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import OK, ExitCode, Outcome, result_code
from auditor.store.local_file import MAX_BYTES
from auditor.yaml_files import decode, quote

_STDIN = "-"
_RENDERERS: Mapping[str, Callable[[FileReport], str]] = {
    "text": render_text,
    "json": render_json,
    "sarif": render_sarif,
}


def run(options: CheckOptions) -> Outcome:
    """Judge all files and return the report. Raises ConfigError with the problems of all files."""
    settings = config.load_settings(options, AwsContext())
    files = _read_files(options.files, _read_parameters(options.parameters))
    checks = tuple(ConfiguredCheck(check, settings.parameters[check.id]) for check in settings.checks)
    report = iac.judge(files, checks, datetime.now(UTC))
    if not report.checks:
        message = "none of the enabled checks applies to files"
        raise ConfigError([Problem("check", 0, "", message, "Enable other checks: `auditor checks` lists them.")])
    threshold = settings.fail_on if options.fail_on else Severity.LOW
    return Outcome(_RENDERERS[options.format](report), exit_code(report, threshold))


def exit_code(report: FileReport, threshold: Severity | None) -> ExitCode:
    """Return the code for failures, and for UNKNOWN, of at least the threshold; OK if there is no threshold.

    Resources that were not examined count as UNKNOWN at every threshold.
    """
    if threshold is None:
        return OK
    unknown = bool(report.unchecked) or _reaches(report, Status.UNKNOWN, threshold)
    return result_code(failing=_reaches(report, Status.FAIL, threshold), incomplete=unknown)


def _reaches(report: FileReport, status: Status, threshold: Severity) -> bool:
    findings = report.with_status(status)
    return any(file_finding.finding.severity.rank >= threshold.rank for file_finding in findings)


def _read_bytes(path: str, name: str) -> bytes:
    """Return the bytes of a file. Raises ConfigError, also if the file is endless, as standard input can be."""
    if path != _STDIN:
        return config.read_file(path)
    try:
        body = sys.stdin.buffer.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        message = getattr(error, "strerror", None) or str(error)
        raise ConfigError([Problem(name, 0, "", message, "Check what is connected to standard input.")]) from error
    if len(body) > MAX_BYTES:
        message = f"is too large: more than {MAX_BYTES:,} bytes"
        raise ConfigError([Problem(name, 0, "", message, "Split it, or check that this is the right file.")])
    return body


def _read_parameters(path: str | None) -> Mapping[str, str | None]:
    return iac.parse_parameters(decode(_read_bytes(path, path), path), path) if path else {}


def _read_files(paths: tuple[str, ...], parameters: Mapping[str, str | None]) -> list[iac.FileContents]:
    problems: list[Problem] = []
    files: list[iac.FileContents] = []
    for path in dict.fromkeys(paths):
        name = "stdin" if path == _STDIN else path
        try:
            files.append(iac.read(decode(_read_bytes(path, name), name), name, parameters))
        except ConfigError as error:
            problems += error.problems
    names = frozenset(name for file in files for name in file.parameters)
    if not problems and (unknown := sorted(parameters.keys() - names)):
        message = (
            f"no file has the {'parameters' if len(unknown) > 1 else 'parameter'} {', '.join(map(quote, unknown))}"
        )
        problems.append(Problem("--parameters", 0, "", message, "Check the names, or remove the values."))
    if problems:
        raise ConfigError(problems)
    return files
