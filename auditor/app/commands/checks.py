"""`auditor checks`: the list, or one manual page."""

from __future__ import annotations

from auditor import checks
from auditor.app.options import Options
from auditor.app.outcome import Outcome
from auditor.domain.errors import ConfigError, Problem
from auditor.reports import manual


def act(options: Options) -> Outcome:
    """List the checks, or print the page of one."""
    wanted = options.text("check_id")
    if wanted is None:
        return Outcome(manual.listing(checks.load()))
    if wanted not in checks.ids():
        raise ConfigError([Problem("checks", 0, "", f"there is no check {wanted!r}", "`auditor checks` lists them.")])
    return Outcome(manual.page(checks.load([wanted])[0]))
