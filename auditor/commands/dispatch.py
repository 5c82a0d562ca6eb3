"""Run a command by its name and turn errors into outcomes."""

from collections.abc import Callable, Collection
from importlib import import_module

from auditor.commands.options import Options, reject_unknown_variables
from auditor.domain.errors import AuditorError
from auditor.run.exit_codes import Outcome


def perform(command: str, options: Options, known_variables: Collection[str] = ()) -> Outcome:
    """Run one command. An error becomes an outcome with its text and exit code.

    `known_variables` are the environment variables of all flags; an unknown AUDITOR_* variable is an error.
    """
    try:
        reject_unknown_variables(options.environ, known_variables)
        # The modules of the other commands are not loaded.
        run: Callable[[Options], Outcome] = import_module(f"auditor.commands.{command}").run
        return run(options)
    except AuditorError as error:
        return Outcome(str(error), error.exit_code)
