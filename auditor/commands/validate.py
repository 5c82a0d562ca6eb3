"""`auditor validate`: check inventory, settings and flags without auditing anything."""

from auditor.commands import config
from auditor.commands.options import RunOptions
from auditor.domain.errors import ConfigError, Problem
from auditor.reports.labels import pluralize
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import Outcome
from auditor.run.run_id import parse_run_id
from auditor.run.stores import check_output


def run(options: RunOptions) -> Outcome:
    """Load inventory and settings and print what they select. AWS is called only to read files from S3."""
    if not options.inventory and not options.settings:
        raise ConfigError([Problem("validate", 0, "", "nothing to validate", "Give --inventory, --settings or both.")])
    aws = AwsContext()
    configuration = config.load(options, aws)
    if output := configuration.settings.output:
        check_output(output, options.source_of("output") if options.output else "output")
    if options.run_id is not None:
        parse_run_id(options.run_id, options.source_of("run_id"), aws.clock.now())
    if options.resume is not None:
        parse_run_id(options.resume, options.source_of("resume"), aws.clock.now())
    lines = [f"settings: {pluralize(len(configuration.settings.checks), 'check')} enabled"]
    if (inventory := configuration.inventory) is not None:
        targets = inventory.targets
        if inventory.discover is None:
            targets = config.filter_targets(targets, options)
        excluded = sum(1 for target in targets if target.excluded)
        accounts = pluralize(len(targets) - excluded, "account")
        discovered = ", and the accounts that AWS Organizations lists" if inventory.discover else ""
        lines.insert(0, f"inventory: {accounts} to audit, {excluded} excluded{discovered}")
    return Outcome("\n".join((*lines, "OK. Nothing was audited.")))
