"""A store that never loses what it is given: what the first place refuses goes to a folder on this machine."""

from __future__ import annotations

from dataclasses import dataclass, field

from auditor.domain.errors import StorageError
from auditor.store.folder import Folder
from auditor.store.store import Blob, Store


@dataclass(slots=True)
class Undelivered:
    """What waits in the spool: the labels of the objects by key, in the order in which they came, and why."""

    waiting: dict[str, Blob] = field(default_factory=dict)
    refusal: StorageError | None = None

    def add(self, other: Undelivered) -> None:
        """Take in what another process has left in the same spool."""
        self.waiting.update(other.waiting)
        self.refusal = self.refusal or other.refusal


class SpoolingStore:
    """Implements `Store` over another one.

    After the first refusal everything goes to the spool, so that a bucket that is down does not slow the scan;
    `deliver` tries again at the end.
    """

    def __init__(self, first: Store, spool: Folder) -> None:
        """Touch nothing yet: the spool folder comes into being with the first refusal."""
        self.first = first
        self.spool = spool
        self.spooled = Undelivered()

    def url(self, key: str = "") -> str:
        """Return where the key lies: in the spool while it waits there."""
        return (self.spool if key in self.spooled.waiting else self.first).url(key)

    def put(self, key: str, blob: Blob) -> None:
        """Write to the first place, or to the spool. Raises AlreadyThere, and StorageError when neither takes it."""
        if self.spooled.refusal is None:
            try:
                self.first.put(key, blob)
            except StorageError as error:
                self.spooled.refusal = error
            else:
                return
        try:
            self.spool.put(key, blob)
        except StorageError as error:
            both = f"{self.spooled.refusal.message} Nor does the spool take it: {error.message}"
            raise StorageError(both, f"{self.spooled.refusal.advice} {error.advice}".strip()) from error
        self.spooled.waiting[key] = Blob(b"", blob.content_type, blob.content_encoding, blob.once)

    def get(self, key: str) -> bytes | None:
        """Read from the first place. Raises StorageError, at once where that has refused something before."""
        if self.spooled.refusal is not None:
            raise self.spooled.refusal
        return self.first.get(key)

    def deliver(self) -> tuple[str, ...]:
        """Try once more to bring what waits in the spool to where it belongs, in the order in which it came.

        Returns the keys that still wait. Raises AlreadyThere, and StorageError where the spool cannot be read.
        """
        for key, label in tuple(self.spooled.waiting.items()):
            body = self.spool.get(key)
            if body is None:
                raise StorageError(f"{self.spool.url(key)} is gone.", "Somebody cleared the spool; run again.")
            try:
                self.first.put(key, Blob(body, label.content_type, label.content_encoding, label.once))
            except StorageError as error:
                self.spooled.refusal = error
                return tuple(sorted(self.spooled.waiting))
            del self.spooled.waiting[key]
            self.spool.discard(key)
        self.spooled.refusal = None
        return ()
