"""Run a command by its name and turn errors into outcomes."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module

from auditor.commands.options import Options, RunOptions, reject_unknown_variables
from auditor.domain.errors import AuditorError
from auditor.run.exit_codes import Outcome


def _failure_log(command: str, options: Options) -> AbstractContextManager[None]:
    """Return the log of failures of the nightly run; other commands have no log."""
    if command != "run" or not isinstance(options, RunOptions):
        return nullcontext()
    from auditor.commands.progress import FailureLog

    return FailureLog(options.resume or options.run_id or "", options.log_format, options.environ)


def perform(command: str, options: Options, known_variables: Collection[str] = ()) -> Outcome:
    """Run one command. An error becomes an outcome with its text and exit code.

    `known_variables` are the environment variables of all flags; an unknown AUDITOR_* variable is an error.
    """
    try:
        with _failure_log(command, options):
            reject_unknown_variables(options.environ, known_variables)
            # The modules of the other commands are not loaded.
            run: Callable[[Options], Outcome] = import_module(f"auditor.commands.{command}").run
            return run(options)
    except AuditorError as error:
        return Outcome(str(error), error.exit_code)
