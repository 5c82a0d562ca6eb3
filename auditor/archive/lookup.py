"""One finding of a run that has ended, by its id: from `latest.json` over the manifest to the rows."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from auditor.archive import decode
from auditor.archive.layout import LATEST
from auditor.domain.errors import ConfigError, Problem, StorageError
from auditor.domain.finding import Finding
from auditor.domain.scope import Account
from auditor.store.store import Store

SHORTEST = 8
_ADVICE = "Name the output of a run that has ended: its folder, or s3://bucket/prefix."

#: Applies a function to each item, in their order; side by side where that is worth it.
Mapped = Callable[[Callable[[tuple[str, str]], list[Finding]], Iterable[tuple[str, str]]], Iterable[list[Finding]]]


def find_finding(store: Store, prefix: str, mapped: Mapped = map) -> Finding:
    """Return the finding of the last run whose id begins so.

    Raises ConfigError where there is none or more than one, and StorageError where the run cannot be read, or is not
    what its manifest says.
    """
    wanted = prefix.lower()
    if len(wanted) < SHORTEST or not set(wanted) <= set("0123456789abcdef"):
        raise _misused(prefix, f"is no finding id, nor the first {SHORTEST} digits or more of one")
    run_id, entries = _objects(store)

    def look(entry: tuple[str, str]) -> list[Finding]:
        return list(_matching(store, *entry, wanted))

    found = [each for part in mapped(look, entries) for each in part]
    if not found:
        raise _misused(prefix, f"is the id of no finding of the run {run_id}")
    if len(found) > 1:
        ids = ", ".join(sorted(each.finding_id for each in found)[:5])
        raise _misused(prefix, f"begins {len(found)} ids: {ids}")
    return found[0]


def _objects(store: Store) -> tuple[str, list[tuple[str, str]]]:
    """Return the last run's id, and key and SHA-256 of its objects of findings."""
    latest = _json(store, LATEST)
    try:
        manifest = _json(store, str(latest["manifest"]))
        listed = [(str(each["key"]), str(each["sha256"])) for each in manifest["objects"]]
        return str(manifest["run_id"]), [each for each in listed if each[0].startswith("findings/")]
    except (KeyError, TypeError) as error:
        raise StorageError(f"{store.url(LATEST)} and its manifest are not those of a run.", _ADVICE) from error


def _json(store: Store, key: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    body = store.get(key)
    if body is None:
        raise StorageError(f"There is no {store.url(key)}.", _ADVICE)
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise StorageError(f"{store.url(key)} is not JSON.", _ADVICE) from error


def _matching(store: Store, key: str, digest: str, prefix: str) -> Iterator[Finding]:
    body = store.get(key)
    if body is None or hashlib.sha256(body).hexdigest() != digest:
        raise StorageError(f"{store.url(key)} is not what the manifest of the run says.", "Audit again.")
    try:
        lines = [line for line in gzip.decompress(body).splitlines(keepends=True) if prefix.encode() in line]
        account = Account(key.rpartition("/")[2].partition(".")[0])
        rows = decode.findings(gzip.compress(b"".join(lines)), account) if lines else ()
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise StorageError(f"{store.url(key)} holds no findings.", "Audit again.") from error
    yield from (each for each in rows if each.finding_id.startswith(prefix))


def _misused(prefix: str, what: str) -> ConfigError:
    advice = (
        "The rows under findings/ and the report name the ids; the first 8 digits are enough where they are unique."
    )
    return ConfigError([Problem("FINDING_ID", 0, "", f"{prefix!r} {what}", advice)])
