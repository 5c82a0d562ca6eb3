"""Commands whose help ends with examples or with the table of exit codes."""

import click

from auditor.run.exit_codes import ExitCode


class CommandGroup(click.Group):
    """The program: its help lists commands and exit codes."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the exit codes and the rule for environment variables."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), code.meaning) for code in ExitCode])
        formatter.write_paragraph()
        formatter.write_text("Every flag is also an environment variable: --fail-on is AUDITOR_FAIL_ON.")


class CommandWithExamples(click.Command):
    """One command: its help ends with examples."""

    examples: tuple[str, ...] = ()

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the examples."""
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"{'':{formatter.current_indent}}{example}\n")
