"""The command line: flags in, app called, exit code out. Every flag is also an `AUDITOR_*` environment variable."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from auditor import __version__
from auditor.commands.flags import CHECK, CHECKS, HOW, LIST, REMEDY, RUN, WHO, option

if TYPE_CHECKING:
    from auditor.run.exit_codes import Outcome


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="auditor")
def main() -> None:
    """Audit every account and every region of an AWS organization, and say what could not be looked at.

    \b
    Exit codes: 0 complete; 1 failed; 2 bad usage or configuration; 3 findings at or above --fail-on;
    4 coverage below --min-coverage; 5 both; 130 and 143 interrupted.
    """  # noqa: D301 - \b keeps click from joining the lines


@main.command()
@RUN
def run(**flags: Any) -> None:  # noqa: ANN401
    """Audit, and write findings, coverage and a report."""
    _finish("run", flags)


@main.command()
@option("output", "The folder for the results.", short="o", default="demo-output")
def demo(**flags: Any) -> None:  # noqa: ANN401
    """Audit an organization that lives inside this process: no AWS, no network."""
    _finish("demo", flags)


@main.command()
@RUN
def validate(**flags: Any) -> None:  # noqa: ANN401
    """Check inventory, settings and everything else that `run` would be told; call nothing."""
    _finish("validate", flags)


@main.command()
@WHO
@HOW
def plan(**flags: Any) -> None:  # noqa: ANN401
    """Get into every account, list its regions and count the calls a run would make; judge nothing."""
    _finish("plan", flags)


@main.command()
@click.argument("check_id", required=False)
@click.option("--facts", is_flag=True, help="Print what a check of your own may read instead.")
@CHECKS
@LIST
def checks(**flags: Any) -> None:  # noqa: ANN401
    """List the checks with what they cost, or print the manual page of one."""
    _finish("checks", flags)


@main.command()
@click.argument("finding_id")
@REMEDY
def remediate(**flags: Any) -> None:  # noqa: ANN401
    """Write the corrected definition of a finding and the scripts there and back; change nothing.

    FINDING_ID is the id of a failing finding, or the first 8 digits or more of it.
    """
    _finish("remediate", flags)


@main.command()
@HOW
def policy(**flags: Any) -> None:  # noqa: ANN401
    """Print the IAM policy that the enabled checks need, and no more."""
    _finish("policy", flags)


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@CHECK
def check(**flags: Any) -> None:  # noqa: ANN401
    """Judge files before they are deployed: task definitions, CloudFormation templates, `terraform show -json` plans.

    \b
    `-` is standard input. Exit codes: 0 nothing fails; 2 a file cannot be read; 3 findings; 4 something is UNKNOWN;
    5 both. Findings and UNKNOWN count at or above --fail-on, which is low unless given.
    """  # noqa: D301 - \b keeps click from joining the lines
    _finish("check", flags)


def _finish(command: str, flags: dict[str, Any]) -> None:
    from auditor.commands import dispatch  # noqa: PLC0415 - `--version` and `--help` need none of it

    context = click.get_current_context()
    labels = {name: _label(context, name) for name in flags}
    try:
        outcome: Outcome = dispatch.perform(command, flags, labels, os.environ, _variables())
        stream = sys.stderr if outcome.exit_code in (dispatch.FAILED, dispatch.USAGE_ERROR) else sys.stdout
        if outcome.text:
            click.echo(outcome.text, file=stream)
    except KeyboardInterrupt:  # before the run listens, or after it has ended: click would make a 1 of it
        raise SystemExit(128 + 2) from None
    raise SystemExit(outcome.exit_code)


def _label(context: click.Context, name: str) -> str:
    flag = f"--{name.replace('_', '-')}"
    source = context.get_parameter_source(name)
    return f"AUDITOR_{name.upper()}" if source is click.core.ParameterSource.ENVIRONMENT else flag


def _variables() -> frozenset[str]:
    """Every environment variable that some command reads: a misspelt one must not be passed over in silence."""
    parameters = (parameter for command in main.commands.values() for parameter in command.params)
    return frozenset(str(each.envvar) for each in parameters if each.envvar)
