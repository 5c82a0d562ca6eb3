"""`auditor plan`: try the way into every account, and count the calls that a run would make. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.app import configuration, runid
from auditor.app.options import Options
from auditor.app.outcome import INCOMPLETE, OK, Outcome
from auditor.app.part import collectors_of
from auditor.app.watching import watcher
from auditor.app.wiring import Aws
from auditor.domain.result import AccountResult, Coverage, CoverageStatus
from auditor.engine.ports import Work
from auditor.engine.scan import Ended, Scan
from auditor.engine.signals import obeying
from auditor.reports import planned


def act(options: Options) -> Outcome:
    """Assume every role, list every region, list what there is, and describe none of it."""
    aws = Aws()
    loaded = configuration.load(options, aws)
    aws.configure(loaded.settings)
    aws.clock.limit(loaded.settings.limits.deadline)
    targets = configuration.targets(loaded, options, aws)
    run_id = runid.new(aws.clock.now())
    collectors = collectors_of(loaded.settings)
    scan = Scan(
        cloud=aws.reader(run_id, collectors, counting=True),
        works=tuple(Work(each.name, ()) for each in collectors),
        finish=lambda result: result,
        clock=aws.clock,
        workers=loaded.settings.limits.workers,
    )
    observer, _ = watcher(options, run_id)
    results: list[AccountResult] = []
    with observer, obeying(aws.clock) as orders:
        for news in scan.run(targets):
            if isinstance(news, Ended):
                results.append(news.value)
            else:
                observer(news)
    rows = tuple(_rows(results))
    missing = any(row.status in (CoverageStatus.PARTIAL, CoverageStatus.NOT_EXAMINED) for row in rows)
    costs = {each.name: each.describes for each in collectors}
    return Outcome(planned.text(rows, costs), orders.exit_code or (INCOMPLETE if missing else OK))


def _rows(results: Sequence[AccountResult]) -> Iterator[Coverage]:
    for result in sorted(results, key=lambda each: each.account.id):
        yield from result.coverage
