"""A folder as a store. A reader sees a file whole or not at all, also after a crash or a power cut."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from auditor.domain.errors import StorageError
from auditor.store.store import AlreadyExists, Blob


class Folder:
    """Implements `Store`. Files are written beside their place and moved there when they are complete."""

    def __init__(self, path: str | Path) -> None:
        """Touch nothing yet."""
        self.path = Path(path)

    def url(self, key: str = "") -> str:
        """Return the path of a key."""
        return str(self.path / key) if key else str(self.path)

    def put(self, key: str, blob: Blob) -> None:
        """Write whole or not at all. Raises AlreadyThere and StorageError."""
        place = self.path / key
        with _explained(f"Cannot write {place}"):
            _make(place.parent)
            draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
            try:
                _write(draft, blob.body)
                if blob.once:
                    self._claim(draft, place, blob.body)
                else:
                    draft.replace(place)
            finally:
                with suppress(OSError):  # what went wrong before says more
                    draft.unlink(missing_ok=True)
            _sync(place.parent)

    def get(self, key: str) -> bytes | None:
        """Return the bytes, or None where there is no such file. Raises StorageError."""
        place = self.path / key
        with _explained(f"Cannot read {place}"):
            try:
                return place.read_bytes()
            except FileNotFoundError:
                return None

    def discard(self, key: str) -> None:
        """Remove a file that is not needed any more, and the folders that it leaves empty. What cannot be, stays."""
        place = self.path / key
        with suppress(OSError):
            place.unlink()
            while place != self.path:
                place = place.parent
                place.rmdir()

    def _claim(self, draft: Path, place: Path, body: bytes) -> None:
        # A hard link fails where the name is taken: of two writers, one wins.
        try:
            os.link(draft, place)
        except FileExistsError:
            if place.read_bytes() != body:
                raise AlreadyExists(f"{place} is there already, written by someone else.") from None


def _make(folder: Path) -> None:
    # Each new folder is an entry in the one above, which must survive a power cut like the files below.
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def _write(place: Path, body: bytes) -> None:
    with place.open("xb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    # The move itself must survive a power cut. Some file systems cannot sync a folder; their moves are durable.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _explained(what: str) -> Iterator[None]:
    advice = "Choose a folder that this user may write to, on a disk with room."
    try:
        yield
    except OSError as error:
        raise StorageError(f"{what}: {error.strerror or error}.", advice) from error
    except ValueError as error:  # a path that no file system can hold, such as one with a NUL in it
        raise StorageError(f"{what!r}: {error}.", advice) from error
