"""The index: one object with one line for every run that ended in order, for programs that query several runs.

It is derived from the manifest alone, so a run whose process ended between manifest and index can still get it.
"""

import hashlib

from auditor.archive import decode, encode
from auditor.archive.layout import Layout
from auditor.contracts.document import copy_fields
from auditor.contracts.run import RunRow
from auditor.store.store import NDJSON, Blob, Store


def write_index(store: Store, layout: Layout, manifest: bytes) -> None:
    """Write the line of the run with this manifest.

    Raises StorageError, and ValueError if the manifest is damaged or of another run.
    """
    store.put(layout.index, Blob(index_line(layout, manifest), NDJSON))


def index_line(layout: Layout, manifest: bytes) -> bytes:
    """Return the object of the index for the run with this manifest. Raises ValueError as `run_row` does."""
    return encode.line(run_row(layout, manifest)).encode("ascii") + b"\n"


def run_row(layout: Layout, manifest: bytes) -> RunRow:
    """Return the line of the run with this manifest. Raises ValueError if it is damaged or of another run."""
    document = decode.manifest(manifest, layout.run_id)
    return copy_fields(
        RunRow,
        document,
        narrowed=bool(document.narrowed_by),
        coverage_percent=document.coverage.percent,
        **vars(document.counts),
        previous_run=document.provenance.previous_run,
        inventory_sha256=document.provenance.inventory_sha256,
        settings_sha256=document.provenance.settings_sha256,
        manifest=layout.manifest,
        manifest_sha256=hashlib.sha256(manifest).hexdigest(),
    )
