"""Find one finding of the latest run by its ID: from `latest.json` to the manifest to the rows."""

import gzip
import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from auditor.archive import decode
from auditor.archive.decompress import decompress
from auditor.archive.latest import read_latest
from auditor.archive.layout import LATEST, Layout
from auditor.contracts.run import ManifestDocument, ObjectRecord
from auditor.domain.errors import ConfigError, Problem, StorageError
from auditor.domain.finding import Finding
from auditor.domain.scope import Account
from auditor.store.store import Store

MIN_ID_LENGTH = 8
_HEX_DIGITS = frozenset("0123456789abcdef")
_MOST_IDS_SHOWN = 5
_OUTPUT_ADVICE = "Name the output of a finished run: its folder, or s3://bucket/prefix."
_ID_ADVICE = f"The report and the rows below findings/ contain the IDs. Give at least {MIN_ID_LENGTH} hex digits."

#: Applies a function to each object and yields the results in order; in parallel if that is faster.
ParallelMap = Callable[[Callable[[ObjectRecord], list[Finding]], Iterable[ObjectRecord]], Iterable[list[Finding]]]


def find_finding(store: Store, prefix: str, now: datetime, parallel_map: ParallelMap = map) -> Finding:
    """Return the finding of the latest run whose ID starts with `prefix`.

    Raises ConfigError if no finding or more than one matches, and StorageError if the run cannot be read or its objects
    do not match its manifest.
    """
    id_prefix = prefix.lower()
    if len(id_prefix) < MIN_ID_LENGTH or not _HEX_DIGITS.issuperset(id_prefix):
        raise _id_error(prefix, f"is not a finding ID: expected at least {MIN_ID_LENGTH} hex digits")
    manifest = _latest_manifest(store, now)
    rows = [record for record in manifest.objects if record.key.startswith("findings/")]
    matches = [
        finding
        for findings in parallel_map(lambda record: list(_matches(store, record, id_prefix)), rows)
        for finding in findings
    ]
    if not matches:
        raise _id_error(prefix, f"matches no finding of run {manifest.run_id}")
    if len(matches) > 1:
        ids = ", ".join(sorted(finding.finding_id for finding in matches)[:_MOST_IDS_SHOWN])
        raise _id_error(prefix, f"is ambiguous: it matches {len(matches)} findings: {ids}")
    return matches[0]


def _latest_manifest(store: Store, now: datetime) -> ManifestDocument:
    latest = read_latest(_read(store, LATEST), now)
    if latest.run_id is None:
        raise StorageError(f"{store.url(LATEST)} is not usable: {latest.problem}.", _OUTPUT_ADVICE)
    # The keys in `latest.json` are for other programs: this one computes them, so they cannot lead elsewhere.
    key = Layout(latest.run_id).manifest
    try:
        return decode.manifest(_read(store, key), latest.run_id)
    except ValueError as error:
        raise StorageError(f"{store.url(key)} is not a document of this version of auditor.", _OUTPUT_ADVICE) from error


def _read(store: Store, key: str) -> bytes:
    body = store.get(key)
    if body is None:
        raise StorageError(f"{store.url(key)} does not exist.", _OUTPUT_ADVICE)
    return body


def _matches(store: Store, record: ObjectRecord, id_prefix: str) -> Iterator[Finding]:
    body = store.get(record.key)
    if body is None or hashlib.sha256(body).hexdigest() != record.sha256:
        problem = "is missing or does not match its SHA-256 in the manifest"
        raise StorageError(f"{store.url(record.key)} {problem}.", "Run the audit again.")
    account = Account(record.key.rpartition("/")[2].partition(".")[0])
    try:
        # Most rows do not contain the ID: only those that do are parsed.
        lines = [line for line in decompress(body).splitlines(keepends=True) if id_prefix.encode() in line]
        findings = decode.findings(gzip.compress(b"".join(lines)), account) if lines else ()
    except ValueError as error:
        raise StorageError(f"{store.url(record.key)} contains no valid findings.", "Run the audit again.") from error
    yield from (finding for finding in findings if finding.finding_id.startswith(id_prefix))


def _id_error(prefix: str, problem: str) -> ConfigError:
    return ConfigError([Problem("FINDING_ID", 0, "", f"{prefix!r} {problem}", _ID_ADVICE)])
