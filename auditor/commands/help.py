"""Commands whose help ends with examples or with the table of exit codes, and whose usage errors are logged."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from auditor.run.exit_codes import ExitCode

#: A hyphen, a qualifier and a colon.
_NEGATED_TERM = re.compile(r"-[A-Za-z][\w.-]*:")


class CommandGroup(click.Group):
    """The program: its help lists commands and exit codes."""

    def make_context(self, *arguments: Any, **more: Any) -> click.Context:
        """Read the flags of the program itself."""
        with _logged_usage_errors():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """Find the command, read its flags and run it."""
        with _logged_usage_errors():
            return super().invoke(ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the exit codes and the rule for environment variables."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), code.meaning) for code in ExitCode])
        formatter.write_paragraph()
        formatter.write_text("Every flag is also an environment variable: --fail-on is AUDITOR_FAIL_ON.")


class CommandWithExamples(click.Command):
    """One command: its help ends with examples."""

    examples: tuple[str, ...] = ()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read flags and arguments. `-region:us-*` is a negated term of a query, and not the flag -r."""
        if not any(isinstance(parameter, click.Argument) and parameter.name == "query" for parameter in self.params):
            return super().parse_args(ctx, args)
        terms = [argument for argument in args if _NEGATED_TERM.match(argument)]
        flags = [argument for argument in args if argument not in terms]
        return super().parse_args(ctx, [*flags, *([] if "--" in flags else ["--"] if terms else []), *terms])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the examples."""
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"{'':{formatter.current_indent}}{example}\n")


@contextmanager
def _logged_usage_errors() -> Iterator[None]:
    """Log `run-failed` for a usage error of the nightly run, or of a command line that names no command."""
    try:
        yield
    except click.UsageError as error:
        shows_help = isinstance(error, click.exceptions.NoArgsIsHelpError)
        path = error.ctx.command_path if error.ctx else "auditor"
        if not shows_help and (error.ctx is None or error.ctx.parent is None or error.ctx.info_name == "run"):
            from auditor.commands.progress import log_failure, log_format

            if log_format(os.environ.get("AUDITOR_LOG_FORMAT", "auto"), os.environ) == "json":
                log_failure("", error.format_message(), f"Run `{path} --help` for the usage.", ExitCode.USAGE_ERROR)
        raise
