"""The command line: flags in, app called, exit code out. Every flag is also an `AUDITOR_*` environment variable."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from auditor import __version__

if TYPE_CHECKING:
    from auditor.app.outcome import Outcome

F = TypeVar("F", bound=Callable[..., Any])


def _option(name: str, help_text: str, *, short: str | None = None, **more: Any) -> Callable[[F], F]:  # noqa: ANN401
    names = [f"-{short}", f"--{name}"] if short else [f"--{name}"]
    variable = f"AUDITOR_{name.upper().replace('-', '_')}"
    return click.option(*names, envvar=variable, show_envvar=True, help=help_text, **more)


def _together(*options: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


_WHO = _together(
    _option(
        "inventory", "Who is audited: a YAML file or s3:// URL. Without it, the account of the credentials.", short="c"
    ),
    _option("account", "Only this account, by id or name, exact or glob; repeatable.", multiple=True, short="a"),
    _option("region", "Only this region, exact or glob; repeatable.", multiple=True, short="r"),
    _option("role-name", "The role to assume where the inventory names none."),
    _option("external-id", "The external id where the inventory names none."),
)
_HOW = _together(
    _option("settings", "How it is done: a YAML file or s3:// URL.", short="s"),
    _option("check", "Only this check, by id or glob; repeatable.", multiple=True),
    _option("exclude-check", "Leave this check out, by id or glob; repeatable.", multiple=True),
    _option("workers", "Threads that call AWS at once."),
    _option("processes", "Processes that share them; 0 takes what the cores allow."),
    _option("headroom", "The share of AWS's rate limits that the audit may use, above 0 up to 1."),
    _option("deadline", "End the run after this long, such as 90m or 2h."),
    _option("connect-timeout", "Give up connecting after this long, such as 5s."),
    _option("read-timeout", "Give up waiting for an answer after this long, such as 20s."),
)
_WHERE = _together(
    _option("output", "A folder, or s3://bucket/prefix.", short="o"),
    _option("fail-on", "Exit 3 for findings at or above this severity: none, low, medium, high, critical."),
    _option("min-coverage", "Exit 4 where less than this percentage was examined (default 100)."),
    _option("emit", "Which statuses get rows: PASS, FAIL, UNKNOWN, NOT_APPLICABLE; repeatable.", multiple=True),
    _option("run-id", "Name the run; names must sort by time."),
    _option("resume", "Take up a run that was cut short, by its id: do only what is missing."),
    _option("bucket-owner", "The account that the result bucket must belong to."),
    _option("spool", "The folder that takes results when the bucket refuses them."),
    _option("verbose", "Log every region too.", is_flag=True, short="v"),
)
_RUN = _together(_WHO, _HOW, _WHERE)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="auditor")
def main() -> None:
    """Audit every account and every region of an AWS organization, and say what could not be looked at.

    \b
    Exit codes: 0 complete; 1 failed; 2 bad usage or configuration; 3 findings at or above --fail-on;
    4 coverage below --min-coverage; 5 both; 130 and 143 interrupted.
    """  # noqa: D301 - \b keeps click from joining the lines


@main.command()
@_RUN
def run(**flags: Any) -> None:  # noqa: ANN401
    """Audit, and write findings, coverage and a report."""
    _finish("run", flags)


@main.command()
@_option("output", "The folder for the results.", short="o", default="demo-output")
def demo(**flags: Any) -> None:  # noqa: ANN401
    """Audit an organization that lives inside this process: no AWS, no network."""
    _finish("demo", flags)


@main.command()
@_RUN
def validate(**flags: Any) -> None:  # noqa: ANN401
    """Check inventory, settings and everything else that `run` would be told; call nothing."""
    _finish("validate", flags)


@main.command()
@_WHO
@_HOW
def plan(**flags: Any) -> None:  # noqa: ANN401
    """Get into every account, list its regions and count the calls a run would make; judge nothing."""
    _finish("plan", flags)


@main.command()
@click.argument("check_id", required=False)
def checks(**flags: Any) -> None:  # noqa: ANN401
    """List the checks, or print the manual page of one."""
    _finish("checks", flags)


@main.command()
@_HOW
def policy(**flags: Any) -> None:  # noqa: ANN401
    """Print the IAM policy that the enabled checks need, and no more."""
    _finish("policy", flags)


def _finish(command: str, flags: dict[str, Any]) -> None:
    from auditor import app  # noqa: PLC0415 - `--version` and `--help` need none of it

    context = click.get_current_context()
    labels = {name: _label(context, name) for name in flags}
    try:
        outcome: Outcome = app.perform(command, flags, labels, os.environ, _variables())
        stream = sys.stderr if outcome.exit_code in (app.FAILED, app.MISUSED) else sys.stdout
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
