"""The command line: flags in, a command called, an exit code out."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from auditor import __version__
from auditor.commands import options
from auditor.commands.flags import click_parameters, flag_name, read_options, variable_name
from auditor.commands.help import CommandGroup, CommandWithExamples
from auditor.commands.table import COMMANDS, Command
from auditor.run.exit_codes import ExitCode

if TYPE_CHECKING:
    from auditor.run.exit_codes import Outcome


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="auditor")
def main() -> None:
    """Audit every account and every region of an AWS organization, and report what could not be examined."""


def _add(command: Command) -> None:
    def callback(**values: Any) -> None:  # noqa: ANN401 - texts, lists of texts and switches
        _run(command, values)

    added = CommandWithExamples(
        command.name, callback=callback, params=click_parameters(command.options), help=command.help
    )
    added.examples = command.examples
    main.add_command(added)


def _run(command: Command, values: Mapping[str, Any]) -> None:
    from auditor.commands import dispatch, streams  # noqa: PLC0415 - not needed for `--version` and `--help`

    streams.open_closed_streams()
    context = click.get_current_context()
    sources = {name: _source(context, command.options, name) for name in values}
    command_options = read_options(command.options, values, sources, os.environ)
    try:
        outcome: Outcome = dispatch.perform(command.name, command_options, _known_variables())
        stream = sys.stderr if outcome.exit_code in (ExitCode.FAILED, ExitCode.USAGE_ERROR) else sys.stdout
        streams.print_last(outcome.notes, sys.stderr)
        streams.print_last(outcome.text, stream)
    except KeyboardInterrupt:  # before or after the run handles signals; click would exit with 1
        raise SystemExit(ExitCode.INTERRUPTED) from None
    raise SystemExit(outcome.exit_code)


def _source(context: click.Context, options_class: type[options.Options], field: str) -> str:
    source = context.get_parameter_source(field)
    name = variable_name if source is click.core.ParameterSource.ENVIRONMENT else flag_name
    return name(options_class, field)


def _known_variables() -> frozenset[str]:
    """Return the environment variables of all flags of all commands."""
    parameters = (parameter for command in main.commands.values() for parameter in command.params)
    return frozenset(str(parameter.envvar) for parameter in parameters if parameter.envvar)


for _command in COMMANDS:
    _add(_command)
