"""`auditor validate`: inventory, settings and flags, and nothing called for what they alone can tell."""

from __future__ import annotations

from auditor import inventory
from auditor.commands import config
from auditor.commands.options import Options
from auditor.domain.errors import ConfigError, Problem
from auditor.reports.labels import pluralize
from auditor.run.aws_context import AwsContext, known_regions
from auditor.run.exit_codes import Outcome
from auditor.run.run_id import parse_run_id


def run(options: Options) -> Outcome:
    """Load both, and say what they come to."""
    if not options.get("inventory") and not options.get("settings"):
        raise ConfigError([Problem("validate", 0, "", "nothing to validate", "Give --inventory, --settings or both.")])
    loaded = config.load(options, AwsContext())
    for name in ("run_id", "resume"):
        if (text := options.get(name)) is not None:
            parse_run_id(text, options.display_name(name))
    lines = [f"settings: {pluralize(len(loaded.settings.checks), 'check')} enabled"]
    if (roster := loaded.inventory) is not None:
        targets = roster.targets
        if roster.discover is None:
            targets = inventory.filter_targets(
                targets, options.get_list("account"), options.get_list("region"), known_regions()
            )
        excluded = sum(1 for target in targets if target.excluded)
        also = ", and whatever the organization lists" if roster.discover else ""
        lines.insert(
            0, f"inventory: {pluralize(len(targets) - excluded, 'account')} to audit, {excluded} excluded{also}"
        )
    return Outcome("\n".join((*lines, "OK; nothing was called.")))
