"""Write the trend of the last 90 days at the end of a run."""

from auditor.archive.latest import latest_run
from auditor.archive.trend import make_trend
from auditor.contracts.run import ObjectRecord
from auditor.domain.result import RunResult
from auditor.run.context import RunContext


def write_trend(context: RunContext, result: RunResult) -> list[ObjectRecord]:
    """Write the trend with the points of the run that was published last, unless this run will not be published.

    Another run may have been published since this one started.
    """
    if result.interrupted or result.narrowed_by:
        return []
    store = context.store.first
    published = latest_run(store, context.aws.clock.now()).run_id
    earlier = dict.fromkeys(run_id for run_id in (context.run.baseline.run_id, published) if run_id)
    return [context.archive.write_trend(make_trend(store, result, earlier))]
