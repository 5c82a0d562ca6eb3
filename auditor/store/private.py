"""A folder for one person: files that nobody else may read, and that replace nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from auditor.domain.errors import ConfigError, Problem, StorageError

READ, RUN = 0o600, 0o700
_ADVICE = "Name a folder with --output that is not there yet, or that is empty."


def must_be_free(folder: Path) -> None:
    """Raise ConfigError where there is something already: a half-carried-out plan must not be mixed with another."""
    try:
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise _refused(folder, error) from error
    if taken:
        raise ConfigError([Problem(str(folder), 0, "", "is there already, and not empty", _ADVICE)])


def write(folder: Path, files: Mapping[str, tuple[str, int]]) -> None:
    """Write texts by name, each with its mode. Raises StorageError, also where a file is there already."""
    try:
        folder.mkdir(mode=RUN, parents=True, exist_ok=True)
        for name, (text, mode) in files.items():
            # The mode is there from the first byte on: chmod afterwards would leave a moment to read it.
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise _refused(folder, error) from error


def _refused(folder: Path, error: OSError) -> StorageError:
    return StorageError(f"Cannot write into {folder}: {error.strerror or error}.", _ADVICE)
