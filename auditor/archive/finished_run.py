"""Read a finished run: each object is compared with the manifest before it is used."""

import hashlib
from datetime import datetime

from auditor.archive import decode
from auditor.archive.latest import read_latest
from auditor.archive.layout import LATEST, Layout
from auditor.contracts.run import ObjectRecord
from auditor.domain.errors import StorageError
from auditor.store.store import Store

_OUTPUT_ADVICE = "Name the output of a finished run, a folder or s3://bucket/prefix, or the run by its ID."


def latest_run_id(store: Store, now: datetime) -> str:
    """Return the run that `latest.json` names. Raises StorageError if there is none."""
    latest = read_latest(store.get(LATEST), now)
    if latest.run_id is None:
        problem = latest.problem or "it does not exist"
        raise StorageError(f"{store.url(LATEST)} is not usable: {problem}.", _OUTPUT_ADVICE)
    return latest.run_id


class FinishedRun:
    """The objects of a finished run. Its methods may be called from any thread, and raise StorageError."""

    def __init__(self, store: Store, run_id: str) -> None:
        """Read the manifest. Raises StorageError if the run has none or another version of auditor wrote it."""
        # The keys in `latest.json` are for other programs: they are computed here, so they cannot lead elsewhere.
        self.layout = Layout(run_id)
        self._store = store
        key = self.layout.manifest
        body = store.get(key)
        if body is None:
            raise StorageError(f"{store.url(key)} does not exist.", _OUTPUT_ADVICE)
        try:
            self.manifest = decode.manifest(body, run_id)
        except ValueError as error:
            advice = "Use the version of auditor that wrote the run."
            raise StorageError(f"{store.url(key)} is not a document of this version of auditor.", advice) from error
        self._digests = {record.key: record.sha256 for record in self.manifest.objects}

    def records(self, dataset: str) -> list[ObjectRecord]:
        """Return the objects of a dataset: `findings`, `coverage` or `changes`."""
        return [record for record in self.manifest.objects if record.key.startswith(f"{dataset}/")]

    def read(self, key: str) -> bytes:
        """Return the bytes of an object, which are those that the manifest lists."""
        body = self._store.get(key)
        if body is None or hashlib.sha256(body).hexdigest() != self._digests.get(key):
            raise self.changed(key)
        return body

    def get(self, key: str) -> bytes | None:
        """Return the bytes of an object, None if the manifest does not list it."""
        return self.read(key) if key in self._digests else None

    def changed(self, key: str) -> StorageError:
        """Return the error of an object that is not as it was written."""
        problem = "is missing or does not match its SHA-256 in the manifest"
        advice = f"`auditor verify {self.layout.run_id}` names everything that was changed. Or run the audit again."
        return StorageError(f"{self._store.url(key)} {problem}.", advice)
