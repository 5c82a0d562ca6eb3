"""`latest.json`: the runs that other programs read. A run never replaces a later one.

The content of `latest.json` is checked before it counts: a run ID in the future, or a text that is not a run ID, would
otherwise keep it as it is for ever.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditor.archive.layout import is_future, run_time


@dataclass(frozen=True, slots=True)
class LatestRun:
    """The run that `latest.json` names, None if there is none. `problem` says why its content is unusable."""

    run_id: str | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """Whether `latest.json` names the run now.

    `later_run` is the run that it names instead. `problem` says why its earlier content was unusable and was replaced.
    """

    published: bool = False
    later_run: str = ""
    problem: str = ""


def read_latest(body: bytes | None, now: datetime) -> LatestRun:
    """Return the run that `latest.json` names.

    Only the ID is checked, so that no run replaces a later one that another version has published.
    """
    if body is None:
        return LatestRun()
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        return LatestRun(problem="it is not a JSON document")
    run_id = document.get("run_id") if isinstance(document, dict) else None
    if not isinstance(run_id, str) or run_time(run_id) is None:
        return LatestRun(problem="it names no run ID")
    if is_future(run_id, now):
        return LatestRun(problem=f"its run ID {run_id} is in the future")
    return LatestRun(run_id)
