"""`auditor plan`: assume every role, list all regions, and estimate the API calls of a run."""

from collections.abc import Iterator, Sequence

from auditor.commands import config
from auditor.commands.options import PlanOptions
from auditor.commands.progress import make_observer
from auditor.contracts.document import to_json
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.result import AccountResult, AccountSource
from auditor.engine.ports import Assignment
from auditor.engine.scan import AccountFinished, Scan
from auditor.engine.signals import handle_signals
from auditor.reports.plan_json import plan_document
from auditor.reports.terminal.plan_text import plan_text
from auditor.run.aws_context import AwsContext
from auditor.run.context import enabled_collectors
from auditor.run.exit_codes import INCOMPLETE, OK, Outcome
from auditor.run.readers import make_listing_reader
from auditor.run.run_id import new_run_id
from auditor.run.unlisted import find_unlisted, unlisted_notices

_MISSING = (CoverageStatus.PARTIAL, CoverageStatus.NOT_EXAMINED)


def run(options: PlanOptions) -> Outcome:
    """List the resources of every region without describing or judging them."""
    aws = AwsContext()
    configuration = config.load(options, aws)
    limits = configuration.settings.limits
    aws = aws.with_limits(limits)
    aws.clock.limit(limits.deadline)
    targets = config.filter_targets(config.find_targets(configuration.inventory, aws), options)
    source = config.account_source(configuration.inventory)
    run_id = new_run_id(aws.clock.now())
    collectors = enabled_collectors(configuration.settings)
    scan = Scan(
        reader=make_listing_reader(aws, run_id, collectors),
        assignments=tuple(Assignment(collector.name, ()) for collector in collectors),
        finish=lambda result: result,
        clock=aws.clock,
        workers=limits.workers,
    )
    observer, _ = make_observer(options.environ, run_id)
    results: list[AccountResult] = []
    with observer, handle_signals(aws.clock) as shutdown:
        unlisted = find_unlisted(aws, targets) if source is AccountSource.INVENTORY else None
        for notice in unlisted_notices(unlisted):
            observer(notice)
        for event in scan.run(targets):
            if isinstance(event, AccountFinished):
                results.append(event.value)
            else:
                observer(event)
    coverage = tuple(_coverage(results))
    incomplete = any(record.status in _MISSING for record in coverage)
    describe_calls = {collector.name: collector.describe_calls for collector in collectors}
    code = shutdown.exit_code or (INCOMPLETE if incomplete else OK)
    plan = plan_document(coverage, describe_calls, unlisted)
    return Outcome(to_json(plan) if options.format == "json" else plan_text(plan), code)


def _coverage(results: Sequence[AccountResult]) -> Iterator[Coverage]:
    for result in sorted(results, key=lambda result: result.account.id):
        yield from result.coverage
