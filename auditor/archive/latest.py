"""`latest.json`: the runs that other programs read. A run never replaces a later one.

The content of `latest.json` is checked before it counts: a run ID in the future, or a text that is not a run ID, would
otherwise keep it as it is for ever.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from auditor.archive import decode, encode
from auditor.archive.index import write_index
from auditor.archive.layout import LATEST, Layout, is_future, run_time
from auditor.contracts.document import SCHEMA_VERSION, parse
from auditor.contracts.run import LatestDocument, ManifestDocument, PublishedRun
from auditor.domain.errors import StorageError
from auditor.domain.result import AccountSource
from auditor.store.store import Blob, NoConditionalReplace, Replaced, Store, Version

#: Each lost attempt means that another run has published meanwhile.
_ATTEMPTS = 20
_UNGUARDED = (
    f"This storage cannot make a write depend on the content that it replaces (PutObject with If-Match): of two runs "
    f"that end at the same time, {LATEST} can name the earlier one."
)


@dataclass(frozen=True, slots=True)
class LatestRun:
    """The run that `latest.json` names, None if there is none. `problem` says why its content is unusable.

    `document` is None if the content does not fit the contract of this version. `unread` says why `latest.json` could
    not be read: there may be such a run.
    """

    run_id: str | None = None
    problem: str = ""
    document: LatestDocument | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """Whether `latest.json` names the run now; if not, `refusal` says why, in a sentence.

    `note` is what else there is to say, and `problem` why the earlier content was unusable and was replaced.
    """

    published: bool = False
    refusal: str = ""
    note: str = ""
    problem: str = ""


def read_latest(body: bytes | None, now: datetime) -> LatestRun:
    """Return the run that `latest.json` names.

    The ID alone decides, so that no run replaces a later one that another version has published.
    """
    if body is None:
        return LatestRun()
    try:
        content: Any = json.loads(body)
    except (ValueError, RecursionError):
        return LatestRun(problem="it is not a JSON document")
    run_id = content.get("run_id") if isinstance(content, dict) else None
    if not isinstance(run_id, str) or run_time(run_id) is None:
        return LatestRun(problem="it names no run ID")
    if is_future(run_id, now):
        return LatestRun(problem=f"its run ID {run_id} is in the future")
    return LatestRun(run_id, document=_parse(body, now))


def latest_run(store: Store, now: datetime) -> LatestRun:
    """Return the run that `latest.json` names. A `latest.json` that cannot be read counts as missing."""
    try:
        return read_latest(store.get(LATEST), now)
    except StorageError as error:
        return LatestRun(unread=f"{LATEST} could not be read: {error.message}")


def publish(store: Store, manifest: ManifestDocument, now: datetime) -> Publication:
    """Make a finished run the latest one, unless a later run is, or it was narrowed. Raises StorageError.

    A run that is older than the latest one but complete can still become the last complete one.
    """
    if manifest.narrowed_by:
        return Publication(note=f"Narrowed by {', '.join(manifest.narrowed_by)}: {LATEST} was not changed.")
    for _ in range(_ATTEMPTS):
        version = _current_version(store)
        document, publication = _decide(read_latest(version.body if version else None, now), manifest)
        if document is None:
            return publication
        blob = Blob(encode.document(document), replaces=version)
        try:
            store.put(LATEST, blob)
        except Replaced:
            continue  # by another run, which can be a later one
        except NoConditionalReplace:
            store.put(LATEST, replace(blob, replaces=None))
            return replace(publication, note=f"{publication.note} {_UNGUARDED}".strip())
        return publication
    return Publication(refusal=f"other runs replaced {LATEST} at each of {_ATTEMPTS} attempts.")


def _current_version(store: Store) -> Version | None:
    """Return the version that a publication replaces, None if the output can only be written."""
    try:
        return store.get_version(LATEST)
    except StorageError:
        return None


def _decide(current: LatestRun, manifest: ManifestDocument) -> tuple[LatestDocument | None, Publication]:
    """Return the next content of `latest.json`, None to leave it, and what there is to say after it is written."""
    own = _published_run(manifest)
    earlier = current.document
    if (
        manifest.account_source is AccountSource.CREDENTIALS
        and earlier
        and earlier.account_source is not AccountSource.CREDENTIALS
    ):
        refusal = f"{LATEST} names run {earlier.run_id} of an inventory, and this run has none."
        return None, Publication(refusal=refusal)
    last_complete = earlier.last_complete if earlier else None
    is_last_complete = manifest.complete and (last_complete is None or last_complete.run_id <= own.run_id)
    if current.run_id is not None and current.run_id > own.run_id:
        refusal = f"{LATEST} names the later run {current.run_id}"
        if earlier is None or not is_last_complete:
            return None, Publication(refusal=f"{refusal} and was not changed.")
        return replace(earlier, last_complete=own), Publication(
            note=f"{refusal}, and this one as the last complete run."
        )
    document = LatestDocument(
        schema_version=SCHEMA_VERSION,
        **vars(own),
        complete=manifest.complete,
        account_source=manifest.account_source,
        last_complete=own if is_last_complete else last_complete,
    )
    return document, Publication(published=True, problem=current.problem)


def republish(store: Store, layout: Layout, manifest: bytes, now: datetime) -> str:
    """Publish a run whose process ended between the manifest and `latest.json`; return a sentence about the result.

    Its line of the index may be missing, too.
    """
    if latest_run(store, now).run_id == layout.run_id:
        return f"{LATEST} names it."
    try:
        write_index(store, layout, manifest)
        publication = publish(store, decode.manifest(manifest, layout.run_id), now)
    except ValueError:
        return "Its manifest is damaged, so it was not published."
    return publication.refusal or publication.note or f"{LATEST} names it."


def _parse(body: bytes, now: datetime) -> LatestDocument | None:
    """Return the document. A last complete run that cannot exist, or with keys of another, is left out."""
    try:
        document = parse(LatestDocument, body)
    except ValueError:
        return None
    last = document.last_complete
    if last is None or (run_time(last.run_id) and not is_future(last.run_id, now) and _has_own_keys(last)):
        return document
    return replace(document, last_complete=None)


def _has_own_keys(run: PublishedRun) -> bool:
    layout = Layout(run.run_id)
    return (run.manifest, run.report, run.summary) == (layout.manifest, layout.report, layout.summary)


def _published_run(manifest: ManifestDocument) -> PublishedRun:
    layout = Layout(manifest.run_id)
    return PublishedRun(
        run_id=manifest.run_id,
        manifest=layout.manifest,
        manifest_sha256=hashlib.sha256(encode.document(manifest)).hexdigest(),
        report=layout.report,
        summary=layout.summary,
        finished_at=manifest.finished_at,
        coverage=manifest.coverage,
    )
