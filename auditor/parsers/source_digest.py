"""A digest of the code that turns answers into facts."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


@cache
def source_digest() -> str:
    """Return a digest of the source of the parsers and of the secret detection.

    Facts that another version of this code has parsed may differ. A new detector, for example, finds secrets in values
    that an earlier run has read and dropped.
    """
    digest = hashlib.sha256()
    for package in ("auditor.parsers", "auditor.secret_detection"):
        _add(files(package), digest)
    return digest.hexdigest()


def _add(folder: Traversable, digest: hashlib._Hash) -> None:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            _add(entry, digest)
        elif entry.is_file():
            digest.update(entry.name.encode())
            digest.update(entry.read_bytes())
