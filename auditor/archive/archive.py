"""Write a run to a store: accounts as they finish, then summary and report, then the manifest, then `latest.json`.

`latest.json` is written last, when everything that it refers to has arrived. A reader that starts from it never sees
half a run.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from auditor.archive import decode, encode
from auditor.archive.latest import LatestRun, Publication, read_latest
from auditor.archive.layout import LATEST, Layout
from auditor.contracts.document import SCHEMA_VERSION, Document, timestamp, to_json
from auditor.contracts.rows import CoverageRow, FindingRow
from auditor.contracts.run import (
    ClaimDocument,
    CoverageTotals,
    LatestDocument,
    ManifestDocument,
    ObjectRecord,
    Provenance,
)
from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.errors import ConfigError, Problem, RunExists, StorageError
from auditor.domain.result import AccountResult, RunResult
from auditor.domain.scope import Account
from auditor.store.store import HTML, JSON, NDJSON, AlreadyExists, Blob, Store


@dataclass(frozen=True, slots=True)
class Claim:
    """The run ID is reserved for this process. `attempt` counts how many times the run was resumed, this one included.

    `started_at` is the start of the first attempt.
    """

    started_at: datetime
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """What the run has already written about an account, and how the manifest lists it."""

    result: AccountResult
    entries: tuple[ObjectRecord, ...]


class Archive:
    """Writes one run to a store. The methods that write accounts may be called from any thread."""

    def __init__(
        self, store: Store, layout: Layout, emit: Collection[Status] = tuple(Status), attempt: int | None = None
    ) -> None:
        """Write only findings whose status is in `emit`.

        With an `attempt`, every write first checks that no other process has resumed the run since.
        """
        self._store = store
        self._layout = layout
        self._emit = frozenset(emit)
        self._attempt = attempt

    def claim(self, now: datetime, fingerprint: str, *, resume: bool = False) -> Claim:
        """Reserve the run ID. This is the first write, so it also shows whether the output is writable.

        Raises RunExists if another process has the run or the run has already finished; a finished run that is not in
        `latest.json` yet is published first. Raises ConfigError if there is no such run to resume, or if it was started
        with another configuration, and StorageError if the output cannot be written.
        """
        attempt, started_at = 0, now
        if resume:
            attempt, started_at = self._resume_claim(now, fingerprint)
        run_id, key = self._layout.run_id, self._layout.claim(attempt)
        claim = ClaimDocument(
            schema_version=SCHEMA_VERSION,
            run_id=run_id,
            started_at=timestamp(started_at),
            claimed_at=timestamp(now),
            fingerprint=fingerprint,
            nonce=secrets.token_hex(8),
        )
        try:
            self._store.put(key, Blob(_body(claim), once=True))
        except AlreadyExists as error:
            raise RunExists(
                f"Run ID {run_id} is already claimed by another run ({self._store.url(key)} exists). Nothing was done.",
                f"Omit --run-id to get a new ID, or use --resume {run_id} if that run was interrupted.",
            ) from error
        return Claim(started_at, attempt)

    def _resume_claim(self, now: datetime, fingerprint: str) -> tuple[int, datetime]:
        """Return the number of the next attempt, and when the run was started."""
        run_id, first = self._layout.run_id, self._layout.claim(0)
        try:
            claim = decode.claim(self._store.get(first) or b"", run_id, now)
            started_at = datetime.fromisoformat(claim.started_at).astimezone(UTC)
        except ValueError as error:
            advice = f"A claim is expected at {self._store.url(first)}. Check the run ID and the output."
            raise ConfigError([Problem("--resume", 0, "", f"there is no run {run_id}", advice)]) from error
        if (manifest := self._store.get(self._layout.manifest)) is not None:
            latest = self._republish(manifest, now)
            raise RunExists(
                f"Run {run_id} has already finished. {latest} Nothing was done.",
                f"Its manifest is {self._store.url(self._layout.manifest)}.",
            )
        if claim.fingerprint != fingerprint:
            advice = "Use the same inventory, checks and settings, or start a new run."
            raise ConfigError([Problem("--resume", 0, "", f"{run_id} was started with another configuration", advice)])
        attempt = 1
        while self._store.get(self._layout.claim(attempt)) is not None:
            attempt += 1
        return attempt, started_at

    def trusted_digests(self, run_id: str | None) -> dict[str, str]:
        """Return the SHA-256 of the fact cache objects that a finished run wrote, by key.

        Returns nothing if its manifest cannot be read: the cache is then not used.
        """
        if run_id is None:
            return {}
        try:
            return decode.manifest(self._store.get(Layout(run_id).manifest) or b"", run_id).provenance.cache_digests
        except (StorageError, ValueError):
            return {}

    def latest_run(self, now: datetime) -> LatestRun:
        """Return the run that `latest.json` names. A `latest.json` that cannot be read counts as missing."""
        try:
            return read_latest(self._store.get(LATEST), now)
        except StorageError:
            return LatestRun()  # costs a comparison with the previous run, never a finding

    def write_account(self, result: AccountResult) -> tuple[ObjectRecord, ...]:
        """Write everything about one account.

        Raises StorageError, and RunExists if another process has resumed the run.
        """
        self._check_ownership()
        layout, run_id, account_id = self._layout, self._layout.run_id, result.account.id
        # Generators: all rows of a large account at once would be the largest object that a run ever holds.
        findings = (encode.finding_row(finding, run_id) for finding in result.findings if finding.status in self._emit)
        coverage = (encode.coverage_row(record, run_id) for record in result.coverage)
        return (
            # Findings first: `read_account` takes an account as finished when both objects exist.
            self._put_rows(layout.findings(account_id), findings),
            self._put_rows(layout.coverage(account_id), coverage),
        )

    def read_account(self, account: Account) -> StoredAccount | None:
        """Return what this run has already written about an account; None if that is incomplete.

        Raises StorageError.
        """
        keys = self._layout.findings(account.id), self._layout.coverage(account.id)
        findings, coverage = (self._store.get(key) for key in keys)
        if findings is None or coverage is None:
            return None
        try:
            result = AccountResult(account, decode.findings(findings, account), decode.coverage(coverage, account))
        except ValueError:
            return None
        entries = _record(keys[0], findings, len(result.findings)), _record(keys[1], coverage, len(result.coverage))
        return StoredAccount(result, entries)

    def write_document(self, key: str, body: bytes, content_type: str) -> ObjectRecord:
        """Write a document without rows. Raises StorageError, and RunExists if another process has resumed the run."""
        self._check_ownership()
        self._store.put(key, Blob(body, content_type))
        return _record(key, body)

    def write_summary(self, body: bytes) -> ObjectRecord:
        """Write `summary.json`."""
        return self.write_document(self._layout.summary, body, JSON)

    def write_report(self, html: str) -> ObjectRecord:
        """Write `report.html`."""
        return self.write_document(self._layout.report, html.encode("utf-8", "replace"), HTML)

    def write_manifest(self, result: RunResult, entries: Iterable[ObjectRecord], provenance: Provenance) -> None:
        """Write the manifest, which marks the run as finished. Raises RunExists and StorageError."""
        self._check_ownership()
        manifest = ManifestDocument(
            schema_version=SCHEMA_VERSION,
            run_id=result.run_id,
            started_at=timestamp(result.started_at),
            finished_at=timestamp(result.finished_at),
            complete=result.complete,
            coverage=_totals(result),
            provenance=provenance,
            objects=sorted(entries, key=lambda entry: entry.key),
        )
        try:
            self._store.put(self._layout.manifest, Blob(_body(manifest), once=True))
        except AlreadyExists as error:
            raise RunExists(
                f"Run {result.run_id} was already finished by another process.", "Its results are kept."
            ) from error

    def publish(self, result: RunResult, now: datetime) -> Publication:
        """Make this run the latest one, unless a later run is. Raises StorageError."""
        return self._write_latest(now, timestamp(result.finished_at), _totals(result), complete=result.complete)

    def _republish(self, body: bytes, now: datetime) -> str:
        """Publish a run whose process ended between the manifest and `latest.json`; return what that file names."""
        try:
            manifest = decode.manifest(body, self._layout.run_id)
        except ValueError:
            return "Its manifest is damaged, so it is not published."
        if self.latest_run(now).run_id == self._layout.run_id:
            return f"{LATEST} names it."
        publication = self._write_latest(now, manifest.finished_at, manifest.coverage, complete=manifest.complete)
        return f"{LATEST} names {'it' if publication.published else f'the later run {publication.later_run}'}."

    def _write_latest(
        self, now: datetime, finished_at: str, coverage: CoverageTotals, *, complete: bool
    ) -> Publication:
        current = self.latest_run(now)
        if current.run_id is not None and current.run_id > self._layout.run_id:
            return Publication(published=False, later_run=current.run_id)
        latest = LatestDocument(
            schema_version=SCHEMA_VERSION,
            run_id=self._layout.run_id,
            manifest=self._layout.manifest,
            report=self._layout.report,
            summary=self._layout.summary,
            finished_at=finished_at,
            complete=complete,
            coverage=coverage,
        )
        self._store.put(LATEST, Blob(_body(latest)))
        return Publication(published=True, problem=current.problem)

    def _check_ownership(self) -> None:
        """Raise RunExists if another process has resumed the run, because two processes must not write it."""
        if self._attempt is None:
            return
        key = self._layout.claim(self._attempt + 1)
        try:
            resumed = self._store.get(key) is not None
        except StorageError:
            return  # a write-only output: the manifest, which can be written only once, still protects the run
        if resumed:
            raise RunExists(
                f"Another process has resumed run {self._layout.run_id}. This process writes nothing more.",
                f"{self._store.url(key)} shows when. The other process finishes the run.",
            )

    def _put_rows(self, key: str, rows: Iterable[FindingRow | CoverageRow]) -> ObjectRecord:
        count, body = encode.encode(rows)
        self._store.put(key, Blob(body, NDJSON, "gzip"))
        return _record(key, body, count)


def _record(key: str, body: bytes, rows: int | None = None) -> ObjectRecord:
    return ObjectRecord(key, hashlib.sha256(body).hexdigest(), len(body), rows)


def _totals(result: RunResult) -> CoverageTotals:
    expected = result.expected_accounts
    scopes: dict[CoverageStatus, int] = {}
    for account in result.accounts:
        for status, count in account.coverage.items():
            scopes[status] = scopes.get(status, 0) + count
    return CoverageTotals(
        percent=result.coverage_percent,
        accounts_expected=len(expected),
        accounts_complete=sum(account.complete for account in expected),
        scopes=scopes,
    )


def _body(document: Document) -> bytes:
    return to_json(document).encode() + b"\n"
