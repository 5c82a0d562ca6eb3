"""A store that keeps results which the output refuses in a local spool folder, to deliver them later."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from auditor.domain.errors import StorageError
from auditor.store.folder import Folder
from auditor.store.store import Blob, NoConditionalReplace, Replaced, Store, Version


@dataclass(slots=True)
class Undelivered:
    """The objects in the spool.

    `waiting` holds an empty blob per key, with the labels of the object, in the order of writing. `refusal` is the
    error of the output.
    """

    waiting: dict[str, Blob] = field(default_factory=dict)
    refusal: StorageError | None = None

    def add(self, other: Undelivered) -> None:
        """Add the objects that another process left in the same spool."""
        self.waiting.update(other.waiting)
        self.refusal = self.refusal or other.refusal


class SpoolingStore:
    """Implements `Store` on top of another store, `first`.

    After the first error all objects go to the spool, so that a bucket that is down does not slow down the scan;
    `deliver` tries again at the end.
    """

    def __init__(self, first: Store, spool: Folder) -> None:
        """Create nothing: the spool folder is created after the first error."""
        self.first = first
        self.spool = spool
        self.spooled = Undelivered()

    def url(self, key: str = "") -> str:
        """Return the location of a key: in the spool as long as it is undelivered."""
        return (self.spool if key in self.spooled.waiting else self.first).url(key)

    def put(self, key: str, blob: Blob) -> None:
        """Write to the first store or to the spool. Raises AlreadyExists, and StorageError if both fail."""
        if self.spooled.refusal is None:
            try:
                self.first.put(key, blob)
            except (Replaced, NoConditionalReplace):
                raise  # the store works; the writer must decide again
            except StorageError as error:
                self.spooled.refusal = error
            else:
                return
        try:
            # The version that it replaces is one of the first store; `deliver` writes on that condition.
            self.spool.put(key, replace(blob, replaces=None))
        except StorageError as error:
            both = f"{self.spooled.refusal.message} The spool failed, too: {error.message}"
            raise StorageError(both, f"{self.spooled.refusal.advice} {error.advice}".strip()) from error
        self.spooled.waiting[key] = replace(blob, body=b"")

    def get(self, key: str) -> bytes | None:
        """Read from the first store. Raises StorageError, without a call if the store has refused an object before."""
        if self.spooled.refusal is not None:
            raise self.spooled.refusal
        return self.first.get(key)

    def list_keys(self, folder: str) -> list[str]:
        """Return the keys of the first store below a folder, sorted. Raises StorageError."""
        return self.first.list_keys(folder)

    def get_version(self, key: str) -> Version:
        """Return the current version in the first store; otherwise as `get`."""
        if self.spooled.refusal is not None:
            raise self.spooled.refusal
        return self.first.get_version(key)

    def deliver(self) -> tuple[str, ...]:
        """Try again to write the spooled objects to the first store, in their original order.

        Returns the keys that are still undelivered. Raises AlreadyExists, and StorageError if the spool cannot be read.
        """
        for key, label in tuple(self.spooled.waiting.items()):
            body = self.spool.get(key)
            if body is None:
                raise StorageError(f"{self.spool.url(key)} is missing.", "The spool was cleared; run again.")
            try:
                self.first.put(key, replace(label, body=body))
            except StorageError as error:
                self.spooled.refusal = error
                return tuple(sorted(self.spooled.waiting))
            del self.spooled.waiting[key]
            self.spool.discard(key)
        self.spooled.refusal = None
        return ()
