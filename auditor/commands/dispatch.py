"""Run one command by name: flags in, an `Outcome` out. Errors become outcomes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from typing import Any

from auditor.commands.options import Options, reject_unknown_variables
from auditor.domain.errors import AuditorError
from auditor.run.exit_codes import FAILED, FINDINGS, INCOMPLETE, OK, USAGE_ERROR, Outcome

__all__ = ["FAILED", "FINDINGS", "INCOMPLETE", "USAGE_ERROR", "OK", "Options", "Outcome", "perform"]


def perform(
    command: str,
    flags: Mapping[str, Any],
    labels: Mapping[str, str],
    environ: Mapping[str, str],
    variables: Collection[str] = (),
) -> Outcome:
    """Carry out one command.

    `flags` are the command's parameters by name, `labels` what to call each in messages; `variables` are the
    environment variables that exist. An error becomes an outcome with its text: the caller prints and exits.
    """
    try:
        reject_unknown_variables(environ, variables)
        run: Callable[[Options], Outcome] = import_module(f"auditor.commands.{command}").run
        return run(Options(flags, labels, environ))
    except AuditorError as error:
        return Outcome(str(error), error.exit_code)
