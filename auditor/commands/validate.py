"""`auditor validate`: check inventory, settings, exceptions and flags without auditing anything."""

from collections.abc import Iterator

from auditor.commands import config
from auditor.commands.config import Configuration
from auditor.commands.options import RunOptions
from auditor.domain.errors import ConfigError, Problem
from auditor.domain.exception_review import ExceptionProblem
from auditor.exceptions import lint_all
from auditor.reports.labels import pluralize
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import Outcome
from auditor.run.exporting import check_exports
from auditor.run.rules import day, policy
from auditor.run.run_id import parse_run_id
from auditor.run.stores import check_output

#: What can be told of an item without a run.
_PROBLEMS = {
    ExceptionProblem.EXPIRED: "expired on {expires}",
    ExceptionProblem.EXPIRING: "expires on {expires}",
    ExceptionProblem.TOO_BROAD: "covers several checks in all accounts; name a check, an account or a resource",
}


def run(options: RunOptions) -> Outcome:
    """Load inventory, settings and exceptions, and print what they select. AWS is called only to read files from S3."""
    if not options.inventory and not options.settings and not options.exceptions:
        raise ConfigError(
            [Problem("validate", 0, "", "nothing to validate", "Give --inventory, --settings or --exceptions.")]
        )
    aws = AwsContext()
    configuration = config.load(options, aws)
    if output := configuration.settings.output:
        check_output(output, options.source_of("output") if options.output else "output")
    check_exports(configuration.settings, options.source_of("export"))
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
    lines += _exceptions(configuration, aws)
    return Outcome("\n".join((*lines, "OK. Nothing was audited.")))


def _exceptions(configuration: Configuration, aws: AwsContext) -> Iterator[str]:
    """Yield the number of exceptions, and a line for each one that needs attention: these are no errors."""
    content = configuration.exceptions
    if not content.source:
        return
    yield f"exceptions: {pluralize(len(content.items), 'item')}"
    review = lint_all(content, day(aws.clock.now()), policy(configuration.settings))
    for item in review.needing_attention:
        problems = ", ".join(_PROBLEMS[problem] for problem in item.problems)
        yield f"{content.source}:{item.line}: {item.id}: {problems.format(expires=item.expires)}"
