"""The tables of flags: what each is called, and what it is for. Every flag is also an `AUDITOR_*` environment variable.

They are apart from the commands so that a command is a few lines, whatever it takes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def option(name: str, help_text: str, *, short: str | None = None, **more: Any) -> Callable[[F], F]:  # noqa: ANN401
    """Return the decorator that gives a command the flag `--name`, and its variable."""
    names = [f"-{short}", f"--{name}"] if short else [f"--{name}"]
    variable = f"AUDITOR_{name.upper().replace('-', '_')}"
    return click.option(*names, envvar=variable, show_envvar=True, help=help_text, **more)


def together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return the decorator that gives a command several flags, in this order."""

    def decorate(command: F) -> F:
        for each in reversed(options):
            command = each(command)
        return command

    return decorate


WHO = together(
    option(
        "inventory", "Who is audited: a YAML file or s3:// URL. Without it, the account of the credentials.", short="c"
    ),
    option("account", "Only this account, by id or name, exact or glob; repeatable.", multiple=True, short="a"),
    option("region", "Only this region, exact or glob; repeatable.", multiple=True, short="r"),
    option("role-name", "The role to assume where the inventory names none."),
    option("external-id", "The external id where the inventory names none."),
)
FRAMEWORK = option("framework", "Only checks of this framework, such as cis-compute-1.1; repeatable.", multiple=True)
CHECKS = together(
    option("settings", "How it is done: a YAML file or s3:// URL.", short="s"),
    option("checks-folder", "A folder of checks of your own, one YAML file each; repeatable.", multiple=True),
)
HOW = together(
    CHECKS,
    option("check", "Only this check, by id or glob; repeatable.", multiple=True),
    option("exclude-check", "Leave this check out, by id or glob; repeatable.", multiple=True),
    FRAMEWORK,
    option("revisions", "Which revisions are judged: latest, running, or latest+running (default)."),
    option("introduced", "Search for the revision that brought each fault in; costs more calls.", is_flag=True),
    option("workers", "Threads that call AWS at once."),
    option("processes", "Processes that share them; 0 takes what the cores allow."),
    option("headroom", "The share of AWS's rate limits that the audit may use, above 0 up to 1."),
    option("deadline", "End the run after this long, such as 90m or 2h."),
    option("connect-timeout", "Give up connecting after this long, such as 5s."),
    option("read-timeout", "Give up waiting for an answer after this long, such as 20s."),
)
WHERE = together(
    option("output", "A folder, or s3://bucket/prefix.", short="o"),
    option("fail-on", "Exit 3 for findings at or above this severity: none, low, medium, high, critical."),
    option("min-coverage", "Exit 4 where less than this percentage was examined (default 100)."),
    option("emit", "Which statuses get rows: PASS, FAIL, UNKNOWN, NOT_APPLICABLE; repeatable.", multiple=True),
    option("run-id", "Name the run; names must sort by time."),
    option("resume", "Take up a run that was cut short, by its id: do only what is missing."),
    option("bucket-owner", "The account that the result bucket must belong to."),
    option("spool", "The folder that takes results when the bucket refuses them."),
    option("verbose", "Log every region too.", is_flag=True, short="v"),
)
CHECK = together(
    option("settings", "Which checks run, and their parameters: a YAML file or s3:// URL.", short="s"),
    option("check", "Only this check, by id or glob; repeatable.", multiple=True),
    option("exclude-check", "Leave this check out, by id or glob; repeatable.", multiple=True),
    FRAMEWORK,
    option("fail-on", "Exit 3 for findings at or above this severity: none, low (default), medium, high, critical."),
    option("format", "text, json or sarif.", type=click.Choice(["text", "json", "sarif"]), default="text"),
)
LIST = together(
    FRAMEWORK,
    option("format", "How it is printed (default text).", type=click.Choice(["text", "md", "json"])),
)
RUN = together(WHO, HOW, WHERE)
REMEDY = together(
    option("from", "What a run wrote: a folder, or s3://bucket/prefix."),
    option("output", "The folder for the documents and scripts (default ./remediation-FINDING_ID).", short="o"),
    option("definition", "The failing revision as ECS describes it, as a file: then AWS is not asked."),
    option("inventory", "The inventory of the run. Without it, the account of the credentials.", short="c"),
    option("role-name", "The role to assume where the inventory names none."),
    option("external-id", "The external id where the inventory names none."),
    CHECKS,
    option("bucket-owner", "The account that the result bucket must belong to."),
)
