"""The progress of a run on standard error: a bar on a terminal, otherwise one JSON object per line."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from auditor.commands.streams import lenient
from auditor.domain.errors import AuditorError
from auditor.domain.events import Event, Level, Notice, RunEnded, RunFailed
from auditor.reports.files.step_summary import step_summary
from auditor.reports.terminal.progress import DEFAULT_LEVELS, Bar, JsonLines, Progress
from auditor.reports.terminal.text_log import TextLines
from auditor.run.exit_codes import FAILED, INTERRUPTED

#: The variable with which GitHub Actions names the file for the summary of a step.
_STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


@dataclass(frozen=True, slots=True)
class LogOptions:
    """How a run logs: `format` is auto, text or json."""

    format: str = "auto"
    verbose: bool = False
    quiet: bool = False

    @property
    def levels(self) -> frozenset[Level]:
        """The levels that are logged."""
        if self.quiet:
            return frozenset({Level.WARNING, Level.ERROR})
        return frozenset(Level) if self.verbose else DEFAULT_LEVELS


def make_observer(environ: Mapping[str, str], run_id: str, options: LogOptions = LogOptions()) -> tuple[Progress, bool]:
    """Return the observer, and whether standard output may be coloured. Honours NO_COLOR and TERM=dumb."""
    stderr, stdout = lenient(sys.stderr), lenient(sys.stdout)
    coloured = not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    colour_stdout = coloured and stdout.isatty()
    observer: Progress
    match log_format(options.format, environ):
        case "bar" if not options.quiet:
            observer = Bar(stderr, colour=coloured)
        case "json":
            observer = JsonLines(stderr, run_id=run_id, levels=options.levels)
        case _:
            observer = TextLines(stderr, quiet=options.quiet)
    if path := environ.get(_STEP_SUMMARY):
        observer = _WithStepSummary(observer, Path(path))
    return observer, colour_stdout


def log_format(name: str, environ: Mapping[str, str]) -> str:
    """Return `bar`, `text` or `json` for the format that the user gave: CI services set the variable CI."""
    if name != "auto":
        return name
    if lenient(sys.stderr).isatty():
        return "bar"
    return "text" if environ.get("CI", "").lower() in {"true", "1"} else "json"


def log_failure(run_id: str, message: str, advice: str, exit_code: int) -> None:
    """Log `run-failed` in JSON. The text of the error is printed in any case."""
    JsonLines(lenient(sys.stderr), run_id=run_id)(RunFailed(message, advice, exit_code))


class _WithStepSummary:
    """Passes events on, and appends the result of the run to a Markdown file that a CI service shows."""

    def __init__(self, observer: Progress, path: Path) -> None:
        """`path` is the file that the CI service has named in the environment."""
        self._observer = observer
        self._path = path

    def __enter__(self) -> Self:
        self._observer.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._observer.__exit__(kind, error, tb)

    def __call__(self, event: Event) -> None:
        """Pass the event on. A file that cannot be written is a warning: it never costs the run."""
        if isinstance(event, RunEnded):
            text = step_summary(event.result, event.exit_reason, event.report)
            try:
                with self._path.open("a", encoding="utf-8", errors="replace") as file:
                    file.write(text)
            except (OSError, ValueError) as error:
                self._observer(Notice(Level.WARNING, f"{_STEP_SUMMARY} could not be written", str(error)))
        self._observer(event)


class FailureLog:
    """Logs `run-failed` if the block raises, in the format of the run's log: alarms cannot see plain text."""

    def __init__(self, run_id: str, log_format_name: str, environ: Mapping[str, str]) -> None:
        """`run_id` is the ID that the user gave, or an empty string."""
        self._run_id = run_id
        self._in_json = log_format(log_format_name, environ) == "json"

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Log the error, which continues."""
        if error is None or not self._in_json:
            return
        if isinstance(error, AuditorError):
            log_failure(self._run_id, error.message, error.advice, error.exit_code)
        elif isinstance(error, SystemExit | KeyboardInterrupt):
            code = error.code if isinstance(error, SystemExit) and isinstance(error.code, int) else INTERRUPTED
            log_failure(self._run_id, "A signal ended the process.", "Resume or repeat the run.", code)
        else:
            advice = "This is a bug in auditor. Please report it with the traceback."
            log_failure(self._run_id, f"{type(error).__name__}: {error}", advice, FAILED)
