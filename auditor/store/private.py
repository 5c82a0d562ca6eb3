"""A private folder: files that only their owner can read, and that replace no others."""

import os
from collections.abc import Mapping
from pathlib import Path

from auditor.domain.errors import ConfigError, Problem, StorageError

READ, RUN = 0o600, 0o700
_ADVICE = "Name a new or empty folder with --output."


def must_be_free(folder: Path) -> None:
    """Raise ConfigError if the folder has content: the files of two remediation plans must not be mixed."""
    try:
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise _refused(folder, error) from error
    if taken:
        raise ConfigError([Problem(str(folder), 0, "", "exists and is not empty", _ADVICE)])


def write(folder: Path, files: Mapping[str, tuple[str, int]]) -> None:
    """Write texts by file name, each with its mode. Raises StorageError, also if a file exists."""
    try:
        folder.mkdir(mode=RUN, parents=True, exist_ok=True)
        for name, (text, mode) in files.items():
            # The file is created with its mode: between creation and a later chmod, others could open it.
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise _refused(folder, error) from error


def _refused(folder: Path, error: OSError) -> StorageError:
    return StorageError(f"Cannot write into {folder}: {error.strerror or error}.", _ADVICE)
