"""A folder as a store. Readers see a complete file or none, even after a crash or a power failure."""

import fcntl
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from auditor.domain.errors import StorageError
from auditor.store.local_file import read_file
from auditor.store.store import AlreadyExists, Blob, Replaced, Version, check_key

_DRAFT = ".part"


class Folder:
    """Implements `Store`. A file is written under a temporary name and renamed when it is complete.

    A `private` folder and its files can be read by their owner only. It may lie in a folder that others can write to,
    so it is used only if it belongs to this user and no other user has access.
    """

    def __init__(self, path: str | Path, *, private: bool = False) -> None:
        self.path = Path(path)
        self._private = private
        self._folder_mode, self._file_mode = (0o700, 0o600) if private else (0o777, 0o666)

    def url(self, key: str = "") -> str:
        """Return the path of a key."""
        return str(self.path / key) if key else str(self.path)

    def put(self, key: str, blob: Blob) -> None:
        """Write the complete file or nothing. Raises AlreadyExists and StorageError."""
        path = self.path / check_key(key)
        with _storage_errors(f"Cannot write {path}"):
            if self._private:
                self._make_private()
            _make(path.parent, self._folder_mode)
            draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_DRAFT}")
            try:
                _write(draft, blob.body, self._file_mode)
                if blob.once:
                    self._claim(draft, path, blob.body)
                elif blob.replaces:
                    self._replace(draft, path, blob.body, blob.replaces)
                else:
                    draft.replace(path)
            finally:
                with suppress(OSError):  # do not hide the original error
                    draft.unlink(missing_ok=True)
            _sync(path.parent)

    def get(self, key: str) -> bytes | None:
        """Return the bytes, or None if there is no such file. Raises StorageError."""
        path = self.path / check_key(key)
        with _storage_errors(f"Cannot read {path}"):
            try:
                return self._read(path)
            except FileNotFoundError:
                return None

    def list_keys(self, folder: str) -> list[str]:
        """Return the keys below a folder, sorted; drafts of writes that were cut short are left out."""
        root = self.path / check_key(folder.rstrip("/"))
        with _storage_errors(f"Cannot list {root}"):
            files = (Path(parent, name) for parent, _, names in os.walk(root, onerror=_raise) for name in names)
            return sorted(file.relative_to(self.path).as_posix() for file in files if file.suffix != _DRAFT)

    def get_version(self, key: str) -> Version:
        """Return the current content of a key. Raises StorageError."""
        return Version(self.get(key))

    def discard(self, key: str) -> None:
        """Remove a file and the folders that are empty without it. Errors are ignored."""
        path = self.path / key
        with suppress(OSError):
            path.unlink()
            while path != self.path:
                path = path.parent
                path.rmdir()

    def _make_private(self) -> None:
        _make(self.path.parent, 0o777)
        with suppress(FileExistsError):
            self.path.mkdir(mode=self._folder_mode)
        status = self.path.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
            raise StorageError(
                f"{self.path} is not a folder that only this user has access to.",
                "Another user may have made it. Remove it, or name another folder with --spool.",
            )

    def _claim(self, draft: Path, path: Path, body: bytes) -> None:
        # A hard link fails if the name exists: of two writers, exactly one succeeds.
        try:
            os.link(draft, path)
        except FileExistsError:
            if self._read(path) != body:
                raise AlreadyExists(f"{path} already exists with other content.") from None

    def _replace(self, draft: Path, path: Path, body: bytes, expected: Version) -> None:
        # Between the comparison and the rename, no other process may rename: they all lock the folder.
        with _locked(path.parent):
            try:
                present = self._read(path)
            except FileNotFoundError:
                present = None
            except OSError:
                present = expected.body  # unreadable, as before: it may be replaced
            if present not in (expected.body, body):
                raise Replaced(f"{path} was replaced by another process.", "Run again.")
            draft.replace(path)

    @staticmethod
    def _read(path: Path) -> bytes:
        return read_file(path, sys.maxsize, pipes=False)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks: as good as it can be
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _raise(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _make(folder: Path, mode: int) -> None:
    # A new folder is an entry in its parent, which must be synced, too, to survive a power failure.
    if not folder.is_dir():
        _make(folder.parent, mode)
        folder.mkdir(mode, exist_ok=True)
        _sync(folder.parent)


def _write(path: Path, body: bytes, mode: int) -> None:
    # The file is created with its mode: between creation and a later chmod, others could open it.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    # The rename itself must survive a power failure. File systems that cannot sync a folder have durable renames.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _storage_errors(action: str) -> Iterator[None]:
    advice = "Choose a folder that this user can write to, on a disk with free space."
    try:
        yield
    except OSError as error:
        raise StorageError(f"{action}: {error.strerror or error}.", advice) from error
    except ValueError as error:  # an impossible path, for example with a NUL character
        raise StorageError(f"{action!r}: {error}.", advice) from error
