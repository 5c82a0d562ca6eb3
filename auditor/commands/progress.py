"""The progress of a run on standard error: a bar on a terminal, otherwise one JSON object per line."""

import sys
from collections.abc import Mapping
from types import TracebackType

from auditor.commands.streams import lenient
from auditor.domain.errors import AuditorError
from auditor.domain.events import RunFailed
from auditor.reports.terminal.progress import Bar, JsonLines, Progress
from auditor.run.exit_codes import FAILED, INTERRUPTED


def make_observer(environ: Mapping[str, str], run_id: str, *, verbose: bool = False) -> tuple[Progress, bool]:
    """Return the observer, and whether standard output may be coloured. Honours NO_COLOR and TERM=dumb."""
    stderr, stdout = lenient(sys.stderr), lenient(sys.stdout)
    coloured = not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    colour_stdout = coloured and stdout.isatty()
    if stderr.isatty():
        return Bar(stderr, colour=coloured), colour_stdout
    return JsonLines(stderr, run_id=run_id, verbose=verbose), colour_stdout


def log_failure(run_id: str, message: str, advice: str, exit_code: int) -> None:
    """Log `run-failed`, unless standard error is a terminal."""
    stderr = lenient(sys.stderr)
    if not stderr.isatty():
        JsonLines(stderr, run_id=run_id)(RunFailed(message, advice, exit_code))


class FailureLog:
    """Logs `run-failed` if the block raises, in the format of the run's log: alarms cannot see plain text."""

    def __init__(self, run_id: str) -> None:
        """`run_id` is the ID that the user gave, or an empty string."""
        self._run_id = run_id

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Log the error, which continues."""
        if error is None:
            return
        if isinstance(error, AuditorError):
            log_failure(self._run_id, error.message, error.advice, error.exit_code)
        elif isinstance(error, SystemExit | KeyboardInterrupt):
            code = error.code if isinstance(error, SystemExit) and isinstance(error.code, int) else INTERRUPTED
            log_failure(self._run_id, "A signal ended the process.", "Resume or repeat the run.", code)
        else:
            advice = "This is a bug in auditor. Please report it with the traceback."
            log_failure(self._run_id, f"{type(error).__name__}: {error}", advice, FAILED)
