"""The notes of earlier nights, one object an account: read once, believed only if the last sealed run vouches for them.

The manifest of a sealed run lists a SHA-256 for every object of notes. Notes that are missing, cut, of another version,
or not the ones that were vouched for are not believed: the night then costs calls, and says the same.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any

from auditor.domain.cache import AccountCache, ScopeCache
from auditor.domain.errors import StorageError
from auditor.store.store import Blob, Store

#: Of the file's own shape. What a collector writes down has the collector's version.
FORMAT = 1


class StoredFactCache:
    """Reads and writes notes. Every method may be called from any thread."""

    def __init__(self, store: Store, versions: Mapping[str, int], vouched: Mapping[str, str]) -> None:
        """`versions` are the collectors' own, by name; `vouched` maps a key to the SHA-256 that is believed."""
        self._store = store
        self._versions = dict(versions)
        self._vouched = vouched
        #: What the next manifest may vouch for: key to SHA-256.
        self.digests: dict[str, str] = {}

    def read(self, account_id: str) -> AccountCache:
        """Return what is remembered of an account; nothing where it is not to be believed."""
        key = _key(account_id)
        wanted = self._vouched.get(key)
        if wanted is None:
            return {}
        try:
            body = self._store.get(key)
        except StorageError:
            return {}
        if body is None or hashlib.sha256(body).hexdigest() != wanted:
            return {}
        return self._notes(body)

    def write(self, account_id: str, notes: AccountCache) -> None:
        """Write an account's notes, if tonight changed them. Where that fails, the next night makes more calls."""
        key = _key(account_id)
        if not any(each.changed for each in notes.values()):
            if any(each.cached for each in notes.values()):
                self.digests[key] = self._vouched[key]
            return
        document = {
            "format": FORMAT,
            "versions": self._versions,
            "scopes": [[region, collector, *_after(note)] for (region, collector), note in sorted(notes.items())],
        }
        body = gzip.compress(json.dumps(document, separators=(",", ":"), sort_keys=True).encode(), 3, mtime=0)
        try:
            self._store.put(key, Blob(body, content_type="application/json", content_encoding="gzip"))
        except StorageError:
            return
        self.digests[key] = hashlib.sha256(body).hexdigest()

    def _notes(self, body: bytes) -> AccountCache:
        try:
            document: Any = json.loads(gzip.decompress(body))
            if document["format"] != FORMAT or document["versions"] != self._versions:
                return {}
            return {
                (region, collector): ScopeCache(cached=dict(known), listed=int(listed))
                for region, collector, listed, known in document["scopes"]
            }
        except (OSError, EOFError, zlib.error, ValueError, TypeError, KeyError, RecursionError):
            return {}


def _after(note: ScopeCache) -> tuple[int, Mapping[str, Any]]:
    return (note.listed_tonight, note.fresh) if note.complete else (note.listed, note.cached)


def _key(account_id: str) -> str:
    return f"state/facts/{account_id}.json.gz"
