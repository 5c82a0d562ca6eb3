"""The trend of the last 90 days, in an object of each run: the points of the earlier run, and its own.

No object is shared, so that two runs at once cannot lose each other's points: a run adds those of the run that it is
compared with, and those of the run that was published last.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from auditor.archive import decode
from auditor.archive.archive import run_counts
from auditor.archive.layout import Layout, run_time
from auditor.contracts.document import SCHEMA_VERSION, parse, timestamp
from auditor.contracts.history import TrendDocument, TrendPoint
from auditor.domain.coverage import CoverageStatus
from auditor.domain.errors import StorageError
from auditor.domain.reason import Reason
from auditor.domain.result import RunResult
from auditor.store.store import Store

KEPT = timedelta(days=90)


def make_trend(store: Store, result: RunResult, earlier_runs: Iterable[str]) -> TrendDocument:
    """Return the trend of a run: the points of `earlier_runs`, each of which must be finished, and its own."""
    points: dict[str, TrendPoint] = {}
    problems: list[str] = []
    for run_id in earlier_runs:
        try:
            points.update((point.run_id, point) for point in _read(store, run_id))
        except (StorageError, ValueError) as error:
            problems.append(f"the trend of run {run_id} is not usable: {error}")
    points[result.run_id] = trend_point(result)
    own_time = _time(result.run_id)
    recent = [points[run_id] for run_id in sorted(points) if own_time - _time(run_id) < KEPT]
    return TrendDocument(
        schema_version=SCHEMA_VERSION, run_id=result.run_id, problem="; ".join(problems), points=recent
    )


def trend_point(result: RunResult) -> TrendPoint:
    """Return the point of a run."""
    counts = run_counts(result)
    not_examined: dict[Reason, int] = {}
    for gap in result.gaps:
        if gap.reason is not None and gap.status is not CoverageStatus.EXCLUDED:
            not_examined[gap.reason] = not_examined.get(gap.reason, 0) + gap.scopes
    comparison = result.comparison
    return TrendPoint(
        run_id=result.run_id,
        finished_at=timestamp(result.finished_at),
        complete=result.complete,
        coverage_percent=result.coverage_percent,
        accounts=counts.accounts,
        scopes=counts.scopes,
        not_examined={reason: not_examined[reason] for reason in sorted(not_examined)},
        findings=counts.findings,
        failures=counts.failures,
        compared_with=None if comparison.problem else comparison.run_id,
        not_compared=len(comparison.unread),
        changes=counts.changes,
    )


def _read(store: Store, run_id: str) -> list[TrendPoint]:
    """Return the points of a finished run. Raises StorageError, and ValueError if they are not what it wrote."""
    layout = Layout(run_id)
    manifest = decode.manifest(store.get(layout.manifest) or b"", run_id)
    digest = next((record.sha256 for record in manifest.objects if record.key == layout.trend), None)
    body = store.get(layout.trend) or b""
    if digest is None or hashlib.sha256(body).hexdigest() != digest:
        raise ValueError(f"{layout.trend} is not what the run wrote")
    return parse(TrendDocument, body).points


def _time(run_id: str) -> datetime:
    time = run_time(run_id)
    if time is None:
        raise ValueError(f"not a run ID: {run_id!r}")
    return time
