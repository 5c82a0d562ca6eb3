"""Write a run to a store: accounts as they finish, summary and report, manifest, index, and then `latest.json`.

`latest.json` is written last, when everything that it refers to has arrived. A reader that starts from it never sees
half a run.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from auditor.archive import authentication, claims, decode, encode
from auditor.archive.authentication import MacKey
from auditor.archive.claims import Claim, ClaimRequest
from auditor.archive.encode import object_record
from auditor.archive.history import past_finding_row
from auditor.archive.index import write_index
from auditor.archive.layout import Layout
from auditor.archive.stored_account import StoredAccount, read_account
from auditor.contracts.document import SCHEMA_VERSION, timestamp
from auditor.contracts.history import TrendDocument
from auditor.contracts.run import (
    ClaimedAccount,
    CoverageTotals,
    ManifestDocument,
    ObjectRecord,
    Provenance,
    RunCounts,
)
from auditor.domain.check import Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.errors import RunExists, StorageError
from auditor.domain.lifecycle import Change, LifecycleState
from auditor.domain.past_finding import PastFinding
from auditor.domain.result import AccountResult, RunResult
from auditor.domain.scope import Account
from auditor.store.store import HTML, JSON, NDJSON, AlreadyExists, Blob, Store

HOW_TO_VERIFY = (
    "`auditor verify RUN_ID --from OUTPUT` does all of this. By hand: the SHA-256 of this file must be the "
    "`manifest_sha256` of the run-ended record in the log of the run, of latest.json while it names the run, and the "
    "`previous_manifest_sha256` in the manifest of the next run. Every listed object must have the listed SHA-256, "
    "size and number of lines, and the folders of the run must hold no other object."
)


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

    def claim(self, now: datetime, request: ClaimRequest) -> Claim:
        """Reserve the run ID; see `claims.claim`."""
        return claims.claim(self._store, self._layout, now, request)

    def claimed_accounts(self, now: datetime) -> list[ClaimedAccount]:
        """Return the accounts of the run that is to be resumed; see `claims.claimed_accounts`."""
        return claims.first_claim(self._store, self._layout, now).accounts

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

    def write_account(
        self,
        result: AccountResult,
        changes: Sequence[Change] = (),
        past_findings: Sequence[PastFinding] = (),
        *,
        rewrite: bool = False,
    ) -> tuple[ObjectRecord, ...]:
        """Write everything about one account. There is no object of changes if there are none.

        With `rewrite`, an earlier attempt may have written some of it. Its rows are made invalid first: if the process
        is killed between two objects, new findings must not be read together with old coverage records. An object of
        changes is then written in any case.

        Raises StorageError, and RunExists if another process has resumed the run.
        """
        self._check_ownership()
        layout, run_id, account_id = self._layout, self._layout.run_id, result.account.id
        if rewrite:
            self._put_rows(layout.coverage(account_id), ())
        history = self._put_history(result.account, changes, past_findings, rewrite=rewrite)
        # Generators: all rows of a large account at once would be the largest object that a run ever holds.
        findings = (encode.finding_row(finding, run_id) for finding in result.findings if finding.status in self._emit)
        coverage = (encode.coverage_row(record, run_id) for record in result.coverage)
        return (
            *history,
            # The coverage last: `read_account` takes an account as finished when both objects exist.
            self._put_rows(layout.findings(account_id), findings),
            self._put_rows(layout.coverage(account_id), coverage),
        )

    def write_absent_account(
        self, account: Account, changes: Sequence[Change], past_findings: Sequence[PastFinding]
    ) -> tuple[ObjectRecord, ...]:
        """Write what is known of an account that is not in this run. Raises as `write_account`."""
        self._check_ownership()
        return tuple(self._put_history(account, changes, past_findings, rewrite=True))

    def read_account(self, account: Account) -> StoredAccount | None:
        """Return what this run has already written about an account; None if that is incomplete.

        Raises StorageError.
        """
        return read_account(self._store.get, self._layout, account)

    def write_document(self, key: str, body: bytes, content_type: str) -> ObjectRecord:
        """Write a document without rows. Raises StorageError, and RunExists if another process has resumed the run."""
        self._check_ownership()
        self._store.put(key, Blob(body, content_type))
        return object_record(key, body)

    def write_summary(self, body: bytes) -> ObjectRecord:
        """Write `summary.json`."""
        return self.write_document(self._layout.summary, body, JSON)

    def write_result(self, body: bytes) -> ObjectRecord:
        """Write `result.json.gz`, gzipped already."""
        return self.write_document(self._layout.result, body, "application/gzip")

    def write_trend(self, trend: TrendDocument) -> ObjectRecord:
        """Write `trend.json`."""
        return self.write_document(self._layout.trend, encode.document(trend), JSON)

    def write_report(self, html: str) -> ObjectRecord:
        """Write `report.html`."""
        return self.write_document(self._layout.report, html.encode("utf-8", "replace"), HTML)

    def write_manifest(self, manifest: ManifestDocument) -> str:
        """Write the manifest, which marks the run as finished, and return its SHA-256.

        Raises RunExists and StorageError.
        """
        self._check_ownership()
        body = encode.document(manifest)
        try:
            self._store.put(self._layout.manifest, Blob(body, once=True))
        except AlreadyExists as error:
            raise RunExists(
                f"Run {manifest.run_id} was already finished by another process.", "Its results are kept."
            ) from error
        return hashlib.sha256(body).hexdigest()

    def write_index(self, manifest: ManifestDocument) -> None:
        """Write the line of the index about a run whose manifest is written. Raises StorageError."""
        write_index(self._store, self._layout, encode.document(manifest))

    def write_mac(self, manifest: ManifestDocument, mac_key: MacKey) -> None:
        """Write the MAC of the manifest. Raises MacError and StorageError."""
        authentication.authenticate(self._store, self._layout.manifest, encode.document(manifest), mac_key)

    def write_interrupted(self, manifest: ManifestDocument, mac_key: MacKey) -> None:
        """Write the manifest of an interrupted run with its MAC. Raises MacError and StorageError."""
        self._check_ownership()
        key, body = self._layout.interrupted, encode.document(manifest)
        self._store.put(key, Blob(body))
        authentication.authenticate(self._store, key, body, mac_key)

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

    def _put_history(
        self, account: Account, changes: Sequence[Change], past_findings: Sequence[PastFinding], *, rewrite: bool
    ) -> list[ObjectRecord]:
        layout, run_id = self._layout, self._layout.run_id
        past = (past_finding_row(finding, account, run_id) for finding in past_findings)
        objects = [self._put_rows(layout.history(account.id), past)]
        if changes or rewrite:
            rows = (encode.change_row(change, run_id) for change in changes)
            objects.append(self._put_rows(layout.changes(account.id), rows))
        return objects

    def _put_rows(self, key: str, rows: Iterable[encode.Row]) -> ObjectRecord:
        count, body = encode.encode(rows)
        self._store.put(key, Blob(body, NDJSON, "gzip"))
        return object_record(key, body, count)


def make_manifest(result: RunResult, entries: Iterable[ObjectRecord], provenance: Provenance) -> ManifestDocument:
    """Return the manifest of a finished run with these objects."""
    return ManifestDocument(
        schema_version=SCHEMA_VERSION,
        run_id=result.run_id,
        started_at=timestamp(result.started_at),
        finished_at=timestamp(result.finished_at),
        complete=result.complete,
        narrowed_by=list(result.narrowed_by),
        account_source=result.account_source,
        coverage=_totals(result),
        counts=run_counts(result),
        provenance=provenance,
        objects=sorted(entries, key=lambda entry: entry.key),
        how_to_verify=HOW_TO_VERIFY,
    )


def run_counts(result: RunResult) -> RunCounts:
    """Return what a run found, in numbers."""
    accounts = result.accounts
    return RunCounts(
        accounts={status: sum(account.coverage_status is status for account in accounts) for status in CoverageStatus},
        scopes={status: sum(account.coverage.get(status, 0) for account in accounts) for status in CoverageStatus},
        findings={status: result.count(status) for status in Status},
        failures={severity: result.failing(severity) for severity in Severity},
        changes={state: result.changed(state) for state in LifecycleState},
    )


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
