"""`latest.json`: the runs that other programs read. A run never replaces a later one.

The content of `latest.json` is checked before it counts: a run ID in the future, or a text that is not a run ID, would
otherwise keep it as it is for ever.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditor.archive import decode, encode
from auditor.archive.layout import LATEST, Layout, is_future, run_time
from auditor.contracts.document import SCHEMA_VERSION
from auditor.contracts.run import LatestDocument, ManifestDocument
from auditor.domain.errors import StorageError
from auditor.store.store import Blob, Store


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


def latest_run(store: Store, now: datetime) -> LatestRun:
    """Return the run that `latest.json` names. A `latest.json` that cannot be read counts as missing."""
    try:
        return read_latest(store.get(LATEST), now)
    except StorageError:
        return LatestRun()  # costs a comparison with the previous run, never a finding


def publish(store: Store, manifest: ManifestDocument, now: datetime) -> Publication:
    """Make a finished run the latest one, unless a later run is. Raises StorageError."""
    current, layout = latest_run(store, now), Layout(manifest.run_id)
    if current.run_id is not None and current.run_id > manifest.run_id:
        return Publication(later_run=current.run_id)
    document = LatestDocument(
        schema_version=SCHEMA_VERSION,
        run_id=manifest.run_id,
        manifest=layout.manifest,
        report=layout.report,
        summary=layout.summary,
        finished_at=manifest.finished_at,
        complete=manifest.complete,
        coverage=manifest.coverage,
    )
    store.put(LATEST, Blob(encode.document(document)))
    return Publication(published=True, problem=current.problem)


def republish(store: Store, layout: Layout, manifest: bytes, now: datetime) -> str:
    """Publish a run whose process ended between the manifest and `latest.json`; return a sentence about the result."""
    if latest_run(store, now).run_id == layout.run_id:
        return f"{LATEST} names it."
    try:
        publication = publish(store, decode.manifest(manifest, layout.run_id), now)
    except ValueError:
        return "Its manifest is damaged, so it was not published."
    return f"{LATEST} names {'it' if publication.published else f'the later run {publication.later_run}'}."
