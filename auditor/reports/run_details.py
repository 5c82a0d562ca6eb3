"""Details of the run itself: ID, times, version and API calls."""

from datetime import UTC

from auditor.domain.coverage import CallStats
from auditor.domain.result import RunResult
from auditor.reports.labels import format_duration, pluralize


def api_calls(result: RunResult) -> CallStats:
    """Return the numbers of API calls over all accounts."""
    accounts = result.accounts
    return CallStats(
        calls=sum(summary.calls for summary in accounts),
        throttled=sum(summary.throttled for summary in accounts),
        retried=sum(summary.retried for summary in accounts),
    )


def duration(result: RunResult) -> str:
    """Return how long the run took, such as `3 min 20 s`."""
    return format_duration((result.finished_at - result.started_at).total_seconds())


def run_details(result: RunResult) -> tuple[tuple[str, str], ...]:
    """Return labels and values."""
    numbers = api_calls(result)
    return (
        ("Run", result.run_id),
        ("Started", f"{result.started_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"),
        ("Duration", duration(result)),
        ("Version", result.version),
        ("API calls", f"{numbers.calls:,}"),
        ("Throttled", pluralize(numbers.throttled, "time")),
        ("Retried", pluralize(numbers.retried, "time")),
        ("Read anew", pluralize(result.compared, "cached description")),
        *(("Stored state", note) for note in result.state_notes),
    )
