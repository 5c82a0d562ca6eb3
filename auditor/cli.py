"""The command line: flags in, a command called, an exit code out."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from auditor import __version__
from auditor.commands import options
from auditor.commands.flags import click_parameters, flag_name, read_options, variable_name
from auditor.commands.help import CommandGroup, CommandWithExamples
from auditor.run.exit_codes import ExitCode

if TYPE_CHECKING:
    from auditor.run.exit_codes import Outcome


@dataclass(frozen=True, slots=True)
class Command:
    """One command. Its module is `auditor.commands.<name>`; its flags are the fields of `options`."""

    name: str
    options: type[options.Options]
    help: str
    examples: tuple[str, ...]


COMMANDS = (
    Command(
        "run",
        options.RunOptions,
        "Audit all accounts and write findings, coverage and a report.",
        (
            "auditor run -c inventory.yaml -o s3://my-audit-bucket/nightly",
            "auditor run -c inventory.yaml -o results -a payments-prod -r 'eu-*' --deadline 90m",
        ),
    ),
    Command(
        "demo",
        options.DemoOptions,
        "Audit a simulated organization, without AWS or network.",
        ("auditor demo -o demo-output",),
    ),
    Command(
        "validate",
        options.RunOptions,
        "Check inventory, settings and flags without auditing.",
        ("auditor validate -c inventory.yaml -s auditor.yaml",),
    ),
    Command(
        "plan",
        options.PlanOptions,
        "Dry run: assume all roles and estimate API calls.\n\n"
        "Lists the enabled regions of every account and their resources. No resource is judged.",
        ("auditor plan -c inventory.yaml",),
    ),
    Command(
        "checks",
        options.ChecksOptions,
        "List all checks, or print the manual page of one.",
        ("auditor checks --framework cis-compute-1.1", "auditor checks ecs-host-pid-mode --format md"),
    ),
    Command(
        "remediate",
        options.RemediateOptions,
        "Write a remediation plan for one finding.\n\n"
        "The plan has the corrected definition, a script to apply it and a script to roll it back. Nothing is changed "
        "in AWS. FINDING_ID is the ID of a failing finding, or at least its first 8 digits.",
        ("auditor remediate 1f0c9e2a --from s3://my-audit-bucket/nightly -c inventory.yaml -o fix",),
    ),
    Command(
        "policy",
        options.PolicyOptions,
        "Print the IAM policy that the enabled checks need.",
        ("auditor policy", "auditor policy --framework cis-compute-1.1"),
    ),
    Command(
        "check",
        options.CheckOptions,
        "Check IaC files (infrastructure as code) before deployment.\n\n"
        "FILE is a task definition, a CloudFormation template, or the output of `terraform show -json` or of `aws "
        "cloudformation get-template`; - is standard input.",
        ("auditor check template.yaml", "terraform show -json plan.out | auditor check - --format sarif"),
    ),
)


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
