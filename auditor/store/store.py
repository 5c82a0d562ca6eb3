"""What a place for bytes can do. Keys are relative paths with forward slashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from auditor.domain.errors import AuditorError

JSON = "application/json"
NDJSON = "application/x-ndjson"
HTML = "text/html; charset=utf-8"


class AlreadyExists(AuditorError):  # noqa: N818 - for whoever writes once, it is an answer
    """Another writer was first: the key holds something else."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes and how to label them. `once` refuses to replace what another writer has put there."""

    body: bytes
    content_type: str = JSON
    content_encoding: str | None = None
    once: bool = False


class Store(Protocol):
    """A folder, or a bucket with a prefix."""

    def url(self, key: str = "") -> str:
        """Return the path or URL of a key, as people and other programs would write it."""

    def put(self, key: str, blob: Blob) -> None:
        """Write whole or not at all. Writing the same bytes twice is fine, `once` or not.

        Raises AlreadyThere, and StorageError when it cannot be written.
        """

    def get(self, key: str) -> bytes | None:
        """Return the bytes, or None where there is nothing. Raises StorageError when it cannot be read."""
