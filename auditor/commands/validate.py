"""`auditor validate`: inventory, settings and flags, and nothing called for what they alone can tell."""

from __future__ import annotations

from auditor import inventory
from auditor.commands import config
from auditor.commands.options import Options
from auditor.domain.errors import ConfigError, Problem
from auditor.reports.labels import number
from auditor.run import run_id
from auditor.run.aws_context import Aws
from auditor.run.exit_codes import Outcome


def act(options: Options) -> Outcome:
    """Load both, and say what they come to."""
    if not options.text("inventory") and not options.text("settings"):
        raise ConfigError([Problem("validate", 0, "", "nothing to validate", "Give --inventory, --settings or both.")])
    aws = Aws()
    loaded = config.load(options, aws)
    for name in ("run_id", "resume"):
        if (text := options.text(name)) is not None:
            run_id.given(text, options.label(name))
    lines = [f"settings: {number(len(loaded.settings.checks), 'check')} enabled"]
    if (roster := loaded.inventory) is not None:
        targets = roster.targets
        if roster.discover is None:
            targets = inventory.narrow(targets, options.texts("account"), options.texts("region"), aws.known_regions)
        excluded = sum(1 for target in targets if target.excluded)
        also = ", and whatever the organization lists" if roster.discover else ""
        lines.insert(0, f"inventory: {number(len(targets) - excluded, 'account')} to audit, {excluded} excluded{also}")
    return Outcome("\n".join((*lines, "OK; nothing was called.")))
