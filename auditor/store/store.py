"""The interface of all stores. Keys are relative paths with forward slashes."""

from dataclasses import dataclass
from typing import Protocol

from auditor.domain.errors import AuditorError, StorageError

JSON = "application/json"
NDJSON = "application/x-ndjson"
HTML = "text/html; charset=utf-8"


class AlreadyExists(AuditorError):
    """Another writer was first: the key holds other content."""


class Replaced(StorageError):
    """Another writer replaced the object since it was read; nothing was written."""


class NoConditionalReplace(StorageError):
    """The store cannot make a write depend on the version of the object; nothing was written."""


@dataclass(frozen=True, slots=True)
class Version:
    """The content of a key at one time, None if there was none. Only its store understands the `tag`."""

    body: bytes | None
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes and their labels. With `once`, a write does not replace the object of another writer.

    With `replaces`, it is only written if the key still holds that version.
    """

    body: bytes
    content_type: str = JSON
    content_encoding: str | None = None
    once: bool = False
    replaces: Version | None = None


def check_key(key: str) -> str:
    """Return a key. Raises StorageError if it could name an object outside the store, as `../x` does."""
    if any(part in ("", ".", "..") for part in key.split("/")):
        raise StorageError(
            f"{key!r} is not the key of an object.", "The document that names it was not written by auditor."
        )
    return key


class Store(Protocol):
    """A folder, or a bucket with a prefix. Every method checks its key with `check_key`."""

    def url(self, key: str = "") -> str:
        """Return the path or URL of a key, as people and other programs write it."""

    def put(self, key: str, blob: Blob) -> None:
        """Write the complete object or nothing. Writing the same bytes twice is allowed, even with `once`.

        Raises AlreadyExists, Replaced, NoConditionalReplace, and StorageError if the object cannot be written.
        """

    def get(self, key: str) -> bytes | None:
        """Return the bytes, or None if there is no such key. Raises StorageError if it cannot be read."""

    def list_keys(self, folder: str) -> list[str]:
        """Return the keys below `folder`, which ends with a slash, sorted. Raises StorageError if it refuses."""

    def get_version(self, key: str) -> Version:
        """Return the current version of a key, for a write that `replaces` it. Raises StorageError."""
