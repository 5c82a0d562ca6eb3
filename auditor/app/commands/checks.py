"""`auditor checks`: the list, one manual page, or what a check of one's own may read."""

from __future__ import annotations

from typing import Any

from auditor import checks
from auditor.app.options import Options
from auditor.app.outcome import Outcome
from auditor.domain.check import Check
from auditor.domain.errors import ConfigError, Problem
from auditor.reports import manual


def act(options: Options) -> Outcome:
    """List the checks, those of the settings' folders included, or print the page of one."""
    if options.flags.get("facts"):
        from auditor.reports import facts  # noqa: PLC0415 - only here

        return Outcome(facts.reference())
    known, wanted = _known(options), options.text("check_id")
    if wanted is None:
        return Outcome(manual.listing(known))
    found = [each for each in known if each.id == wanted]
    if not found:
        raise ConfigError([Problem("checks", 0, "", f"there is no check {wanted!r}", "`auditor checks` lists them.")])
    return Outcome(manual.page(found[0]))


def _known(options: Options) -> tuple[Check[Any], ...]:
    if not options.text("settings") and not options.texts("checks_folder"):
        return checks.load()
    from auditor.app import configuration  # noqa: PLC0415 - takes longer to load than all checks
    from auditor.app.wiring import Aws  # noqa: PLC0415

    return configuration.checks_of(options, Aws())
