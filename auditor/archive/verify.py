"""Verify a finished run: its objects against its manifest, and its manifest against what others say about it.

A writer of the output can replace objects and manifest together. Only digests that are kept elsewhere show that:
in the log of the run, in `latest.json`, and in the manifest of the next run.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from auditor.archive import decode
from auditor.archive.authentication import Authenticity, MacKey, authenticity
from auditor.archive.decompress import decompress
from auditor.archive.index import index_line
from auditor.archive.latest import latest_run
from auditor.archive.layout import LATEST, Layout, run_time
from auditor.contracts.document import SCHEMA_VERSION, parse
from auditor.contracts.history import PastFindingRow
from auditor.contracts.run import ManifestDocument, ObjectRecord
from auditor.contracts.verification import Discrepancy, Mismatch, VerificationDocument
from auditor.domain.errors import StorageError
from auditor.domain.lifecycle import LifecycleState
from auditor.store.store import Store

#: Later runs whose manifests are searched for the digest of this one.
_MOST_SUCCESSORS = 20
_MANIFEST = "/manifest.json"
#: States of findings that fail no longer, or that the run could not examine.
_WITHOUT_ROW = frozenset({LifecycleState.RESOLVED, LifecycleState.GONE, LifecycleState.STALE})


#: Applies a function to each object and yields the results in order; in parallel if that is faster.
ParallelMap = Callable[
    [Callable[[ObjectRecord], list[Discrepancy]], Iterable[ObjectRecord]], Iterable[list[Discrepancy]]
]


@dataclass(frozen=True, slots=True)
class Reference:
    """What the caller knows about the manifest, from outside the output.

    `sha256` is its digest, empty if it is unknown. `mac_key` authenticates it if it has a MAC.
    """

    sha256: str = ""
    mac_key: MacKey | None = None


NO_REFERENCE = Reference()


def verify(
    store: Store, run_id: str, now: datetime, reference: Reference = NO_REFERENCE, *, parallel_map: ParallelMap = map
) -> VerificationDocument:
    """Compare a run with its manifest, and its manifest with the digests that are kept elsewhere.

    Raises StorageError if the output cannot be listed, or if the run has no manifest at all, and MacError if the key
    cannot be used.
    """
    layout = Layout(run_id)
    body = store.get(layout.manifest)
    if body is None:
        raise StorageError(
            f"{store.url(layout.manifest)} does not exist.",
            "The run has not finished, or its manifest was removed: `run-ended` in its log tells which.",
        )
    digest = hashlib.sha256(body).hexdigest()
    digests = tuple(_witnesses(store, run_id, now, reference.sha256))
    discrepancies = [
        Discrepancy(layout.manifest, Mismatch.SWAPPED, f"SHA-256 {digest}, but {witness} says {sha256}")
        for witness, sha256 in digests
        if sha256 != digest
    ]
    authentic = Authenticity.ABSENT
    if reference.mac_key is not None:
        authentic = authenticity(store, layout.manifest, body, reference.mac_key)
    if authentic is Authenticity.INVALID:
        discrepancies.append(Discrepancy(layout.manifest, Mismatch.SWAPPED, "its MAC is not valid"))
    objects: list[ObjectRecord] = []
    try:
        manifest = decode.manifest(body, run_id)
    except ValueError as error:
        problem = f"not a manifest of this version of auditor: {error}"
        discrepancies.append(Discrepancy(layout.manifest, Mismatch.CHANGED, problem))
    else:
        objects = manifest.objects
        # The index was derived from the manifest: one that was swapped differs from it in any case.
        discrepancies += [] if discrepancies else _index(store, layout, body)
        discrepancies += [*_added(store, layout, manifest), *_previous(store, manifest)]
        listed = {record.key: record.sha256 for record in objects}
        for found in parallel_map(lambda record: list(_compare(store, layout, record, listed)), objects):
            discrepancies += found
    witnesses = ["its MAC"] if authentic is Authenticity.VALID else []
    witnesses += [witness for witness, sha256 in digests if sha256 == digest]
    return VerificationDocument(
        schema_version=SCHEMA_VERSION,
        run_id=run_id,
        manifest_sha256=digest,
        verified=bool(witnesses) and not discrepancies,
        objects=len(objects),
        rows=sum(record.rows or 0 for record in objects),
        witnesses=witnesses,
        discrepancies=sorted(discrepancies),
    )


def _compare(store: Store, layout: Layout, record: ObjectRecord, digests: Mapping[str, str]) -> Iterator[Discrepancy]:
    try:
        body = store.get(record.key)
    except StorageError as error:
        yield Discrepancy(record.key, Mismatch.UNREADABLE, error.message)
        return
    if body is None:
        rows = "" if record.rows is None else f" with {record.rows:,} rows"
        yield Discrepancy(record.key, Mismatch.LOST, f"the manifest lists it{rows}")
    elif hashlib.sha256(body).hexdigest() != record.sha256:
        yield Discrepancy(record.key, Mismatch.CHANGED, f"{len(body):,} bytes, the manifest lists {record.bytes:,}")
        if record.rows is not None:
            yield from _compare_rows(record, body)
            yield from _dropped(store, layout, record.key, body, digests)


def _dropped(store: Store, layout: Layout, key: str, body: bytes, digests: Mapping[str, str]) -> Iterator[Discrepancy]:
    """Yield each failure that the rows of an account lack, by the history that the same run wrote."""
    if not key.startswith(layout.findings_folder):
        return
    history_key = layout.history(key.rpartition("/")[2].partition(".")[0])
    try:
        history = store.get(history_key) or b""
        if hashlib.sha256(history).hexdigest() != digests.get(history_key):
            return  # it was changed, too, and is named itself
        present = {json.loads(line).get("finding_id") for line in decompress(body).splitlines()}
        past = [parse(PastFindingRow, line) for line in decompress(history).splitlines()]
    except (StorageError, ValueError, AttributeError):
        return  # rows that cannot be read are named already
    for row in past:
        if row.state not in _WITHOUT_ROW and row.finding_id not in present:
            detail = f"finding {row.finding_id} is missing: {row.check_id} fails for {row.resource_arn}"
            yield Discrepancy(key, Mismatch.ROWS, detail)


def _compare_rows(record: ObjectRecord, body: bytes) -> Iterator[Discrepancy]:
    try:
        rows = len(decompress(body).splitlines())
    except ValueError as error:
        yield Discrepancy(record.key, Mismatch.ROWS, f"no rows can be read: {error}")
        return
    if rows != record.rows:
        yield Discrepancy(record.key, Mismatch.ROWS, f"{rows:,} rows, the manifest lists {record.rows:,}")


def _added(store: Store, layout: Layout, manifest: ManifestDocument) -> Iterator[Discrepancy]:
    listed = {record.key for record in manifest.objects} | set(layout.unlisted)
    for folder in layout.folders:
        for key in store.list_keys(folder):
            if key not in listed:
                yield Discrepancy(key, Mismatch.ADDED, "the manifest does not list it")


def _index(store: Store, layout: Layout, manifest: bytes) -> Iterator[Discrepancy]:
    """Yield what is wrong with the line of the index. The manifest is older than it, and says all that it holds."""
    try:
        line = store.get(layout.index)
    except StorageError as error:
        yield Discrepancy(layout.index, Mismatch.UNREADABLE, error.message)
        return
    if line is None:
        yield Discrepancy(layout.index, Mismatch.LOST, "a finished run has a line in the index")
    elif line != index_line(layout, manifest):
        yield Discrepancy(layout.index, Mismatch.CHANGED, "the line differs from what the manifest says")


def _previous(store: Store, manifest: ManifestDocument) -> Iterator[Discrepancy]:
    """Yield what is wrong with the manifest of the run before, which this one names by its digest."""
    provenance = manifest.provenance
    run_id, expected = provenance.previous_run, provenance.previous_manifest_sha256
    if run_id is None or expected is None or run_time(run_id) is None:
        return
    key = Layout(run_id).manifest
    body = store.get(key)
    if body is None:
        yield Discrepancy(key, Mismatch.LOST, f"run {manifest.run_id} was compared with it")
    elif (digest := hashlib.sha256(body).hexdigest()) != expected:
        yield Discrepancy(key, Mismatch.SWAPPED, f"SHA-256 {digest}, but run {manifest.run_id} says {expected}")


def _witnesses(store: Store, run_id: str, now: datetime, expected: str) -> Iterator[tuple[str, str]]:
    """Yield each place that says which digest the manifest of a run has, and the digest."""
    if expected:
        yield "the caller", expected.lower()
    if latest := latest_run(store, now).document:
        if latest.run_id == run_id:
            yield LATEST, latest.manifest_sha256
        elif latest.last_complete and latest.last_complete.run_id == run_id:
            yield LATEST, latest.last_complete.manifest_sha256
    for successor in _successors(store, run_id):
        if successor.provenance.previous_run == run_id and successor.provenance.previous_manifest_sha256:
            yield f"the manifest of run {successor.run_id}", successor.provenance.previous_manifest_sha256


def _successors(store: Store, run_id: str) -> Iterator[ManifestDocument]:
    keys = (key for key in store.list_keys("runs/") if key.endswith(_MANIFEST) and key.count("/") == 2)  # noqa: PLR2004 - runs/ID/manifest.json
    later = [key.split("/")[1] for key in keys if run_id < key.split("/")[1]]
    for candidate in [later_id for later_id in later if run_time(later_id)][:_MOST_SUCCESSORS]:
        try:
            yield decode.manifest(store.get(Layout(candidate).manifest) or b"", candidate)
        except (StorageError, ValueError):
            continue  # its own verification tells
