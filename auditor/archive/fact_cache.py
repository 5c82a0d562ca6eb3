"""The fact cache in a store: one object per account, read only if the latest run's manifest lists its SHA-256.

A cache object that is missing, damaged, of another version or not the one in the manifest is ignored: the run then
makes more calls and has the same results.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from auditor.archive import layout
from auditor.archive.decompress import decompress
from auditor.domain.cache import AccountCache, ScopeCache
from auditor.domain.errors import StorageError
from auditor.store.store import JSON, Blob, Store

#: Version of the object's own structure. Cached facts carry the version of their collector.
FORMAT = 2
#: Higher levels save little space and cost CPU time every night.
_COMPRESSION_LEVEL = 3
#: The largest cache of one account, decompressed (bytes): 100,000 revisions. A larger one costs calls and no memory.
MAX_TEXT = 128 * 1024**2


class StoredFactCache:
    """Reads and writes cached facts. Every method may be called from any thread."""

    def __init__(
        self, store: Store, versions: Mapping[str, str], trusted_digests: Mapping[str, str], *, read_only: bool = False
    ) -> None:
        """`versions` are the cache versions of the collectors by name, `trusted_digests` SHA-256 by key.

        With `read_only`, nothing is written: a run that `latest.json` will not name must not replace what the next run
        trusts.
        """
        self._read_only = read_only
        self._store = store
        self._versions = dict(versions)
        self._trusted = trusted_digests
        #: SHA-256 of the objects that the next run may trust, by key; empty if an object is no longer trusted.
        self.digests: dict[str, str] = {}

    def read(self, account_id: str) -> AccountCache:
        """Return the cached facts of an account; nothing if they cannot be read or are not trusted."""
        key = layout.fact_cache(account_id)
        digest = self._trusted.get(key)
        if digest is None:
            return {}
        try:
            body = self._store.get(key)
        except StorageError:
            return {}
        if body is None or hashlib.sha256(body).hexdigest() != digest:
            return {}
        return self._parse(body)

    def write(self, account_id: str, scopes: AccountCache) -> None:
        """Write the cached facts of an account if this run changed them.

        If they cannot be written, the next run makes more calls.
        """
        if self._read_only:
            return
        key = layout.fact_cache(account_id)
        if not any(scope.changed for scope in scopes.values()):
            kept = any(scope.cached for scope in scopes.values())
            self.digests[key] = self._trusted.get(key, "") if kept else ""
            return
        document = {
            "format": FORMAT,
            "versions": self._versions,
            "scopes": [[region, collector, *_content(scope)] for (region, collector), scope in sorted(scopes.items())],
        }
        text = json.dumps(document, separators=(",", ":"), sort_keys=True)
        body = gzip.compress(text.encode(), _COMPRESSION_LEVEL, mtime=0)
        try:
            self._store.put(key, Blob(body, JSON, "gzip"))
        except StorageError:
            return
        self.digests[key] = hashlib.sha256(body).hexdigest()

    def _parse(self, body: bytes) -> AccountCache:
        try:
            document: Any = json.loads(decompress(body, MAX_TEXT))
            if document["format"] != FORMAT or document["versions"] != self._versions:
                return {}
            return dict(_scope(*scope) for scope in document["scopes"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return {}


def _scope(
    region: object, collector: object, listed: object, facts: object, older: object
) -> tuple[tuple[str, str], ScopeCache]:
    """Return the cache of one scope with its key. Raises ValueError if a value has another type than was written."""
    if not (
        isinstance(region, str) and isinstance(collector, str) and isinstance(facts, dict) and isinstance(older, dict)
    ):
        raise ValueError("not a scope of the cache")  # noqa: TRY004 - the document is wrong, not an argument
    if type(listed) is not int or listed < 0:
        raise ValueError("not a number of listed resources")
    return (region, collector), ScopeCache(cached=facts, older=older, listed=listed)


def _content(scope: ScopeCache) -> tuple[int, Mapping[str, Any], Mapping[str, Any]]:
    """Return the number of listed resources and the facts to keep: this run's if it read the whole scope."""
    if scope.complete:
        return scope.listed_tonight, scope.fresh, scope.fresh_older
    return scope.listed, scope.cached, scope.older
