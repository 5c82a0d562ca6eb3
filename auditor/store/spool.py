"""A store that never loses what it is given: what the first place refuses goes to a folder on this machine."""

from __future__ import annotations

from auditor.domain.errors import StorageError
from auditor.store.folder import Folder
from auditor.store.store import Blob, Store


class Spooling:
    """Implements `Store` over another one.

    After the first refusal everything goes to the spool, so that a bucket that is down does not slow the scan;
    `deliver` tries again at the end.
    """

    def __init__(self, first: Store, spool: Folder) -> None:
        """Touch nothing yet: the spool folder comes into being with the first refusal."""
        self._first = first
        self._spool = spool
        self._waiting: dict[str, Blob] = {}
        self.refusal: StorageError | None = None

    def where(self, key: str = "") -> str:
        """Return where the key lies: in the spool while it waits there."""
        return (self._spool if key in self._waiting else self._first).where(key)

    def put(self, key: str, blob: Blob) -> None:
        """Write to the first place, or to the spool. Raises AlreadyThere, and StorageError when neither takes it."""
        if self.refusal is None:
            try:
                self._first.put(key, blob)
            except StorageError as error:
                self.refusal = error
            else:
                return
        try:
            self._spool.put(key, blob)
        except StorageError as error:
            both = f"{self.refusal.message} Nor does the spool take it: {error.message}"
            raise StorageError(both, f"{self.refusal.advice} {error.advice}".strip()) from error
        self._waiting[key] = Blob(b"", blob.content_type, blob.content_encoding, blob.once)

    def get(self, key: str) -> bytes | None:
        """Read from the first place."""
        return self._first.get(key)

    def deliver(self) -> tuple[str, ...]:
        """Try once more to bring what waits in the spool to where it belongs, in the order in which it came.

        Returns the keys that still wait. Raises AlreadyThere, and StorageError where the spool cannot be read.
        """
        for key, label in tuple(self._waiting.items()):
            body = self._spool.get(key)
            if body is None:
                raise StorageError(f"{self._spool.where(key)} is gone.", "Somebody cleared the spool; run again.")
            try:
                self._first.put(key, Blob(body, label.content_type, label.content_encoding, label.once))
            except StorageError as error:
                self.refusal = error
                return tuple(sorted(self._waiting))
            del self._waiting[key]
            self._spool.discard(key)
        self.refusal = None
        return ()
