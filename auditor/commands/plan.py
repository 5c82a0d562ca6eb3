"""`auditor plan`: try the way into every account, and count the calls that a run would make. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.commands import config
from auditor.commands.options import Options
from auditor.commands.progress import make_observer
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.result import AccountResult
from auditor.engine.ports import Assignment
from auditor.engine.scan import AccountFinished, Scan
from auditor.engine.signals import handle_signals
from auditor.reports.terminal.plan_text import plan_text
from auditor.run.aws_context import AwsContext
from auditor.run.context import enabled_collectors
from auditor.run.exit_codes import INCOMPLETE, OK, Outcome
from auditor.run.readers import make_listing_reader
from auditor.run.run_id import new_run_id


def run(options: Options) -> Outcome:
    """Assume every role, list every region, list what there is, and describe none of it."""
    aws = AwsContext()
    loaded = config.load(options, aws)
    aws = aws.with_limits(loaded.settings.limits)
    aws.clock.limit(loaded.settings.limits.deadline)
    targets = config.targets(loaded, options, aws)
    run_id = new_run_id(aws.clock.now())
    collectors = enabled_collectors(loaded.settings)
    scan = Scan(
        reader=make_listing_reader(aws, run_id, collectors),
        assignments=tuple(Assignment(each.name, ()) for each in collectors),
        finish=lambda result: result,
        clock=aws.clock,
        workers=loaded.settings.limits.workers,
    )
    observer, _ = make_observer(options, run_id)
    results: list[AccountResult] = []
    with observer, handle_signals(aws.clock) as orders:
        for news in scan.run(targets):
            if isinstance(news, AccountFinished):
                results.append(news.value)
            else:
                observer(news)
    rows = tuple(_rows(results))
    missing = any(row.status in (CoverageStatus.PARTIAL, CoverageStatus.NOT_EXAMINED) for row in rows)
    costs = {each.name: each.describe_calls for each in collectors}
    return Outcome(plan_text(rows, costs), orders.exit_code or (INCOMPLETE if missing else OK))


def _rows(results: Sequence[AccountResult]) -> Iterator[Coverage]:
    for result in sorted(results, key=lambda each: each.account.id):
        yield from result.coverage
