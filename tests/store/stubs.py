"""A store in memory that records its writes in order and can refuse keys."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from auditor.domain.errors import StorageError
from auditor.store.store import AlreadyExists, Blob, Replaced, Version


class Memory:
    """Implements `Store`. `refuses` is called with every key before it is written."""

    def __init__(self, refuses: Callable[[str], bool] = lambda _: False) -> None:
        self.refuses = refuses
        self.blobs: dict[str, Blob] = {}
        self.asked: list[str] = []
        self.unreadable = False
        self._lock = Lock()

    @property
    def keys(self) -> list[str]:
        """The keys in the order in which they were first written."""
        return list(self.blobs)

    def url(self, key: str = "") -> str:
        return f"memory://{key}"

    def put(self, key: str, blob: Blob) -> None:
        with self._lock:
            self.asked.append(key)
            if self.refuses(key):
                raise StorageError(f"Refused {key}.", "Allow it.")
            if blob.once and key in self.blobs and self.blobs[key].body != blob.body:
                raise AlreadyExists(f"{key} already exists.")
            present = self.blobs[key].body if key in self.blobs else None
            if blob.replaces and blob.replaces.body != present:
                raise Replaced(f"{key} was replaced.")
            self.blobs[key] = blob

    def list_keys(self, folder: str) -> list[str]:
        if self.unreadable:
            raise StorageError("Unreadable.", "Allow it.")
        return sorted(key for key in self.blobs if key.startswith(folder))

    def get(self, key: str) -> bytes | None:
        if self.unreadable:
            raise StorageError("Unreadable.", "Allow it.")
        blob = self.blobs.get(key)
        return None if blob is None else blob.body

    def get_version(self, key: str) -> Version:
        return Version(self.get(key))
