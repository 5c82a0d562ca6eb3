"""A run on its way to where it is kept: accounts as they end, then what people read, then the manifest, then `latest`.

A reader who starts from `latest.json` never meets half a run: it is written last, and only when everything it stands
for has arrived.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from auditor.archive import decode, encode
from auditor.archive.layout import LATEST, Layout, is_run_id
from auditor.archive.row_schema import SCHEMA_VERSION
from auditor.domain.check import Status
from auditor.domain.errors import ConfigError, Problem, RunExists, StorageError
from auditor.domain.result import AccountResult, RunResult
from auditor.domain.scope import Account
from auditor.store.store import HTML, JSON, NDJSON, AlreadyExists, Blob, Store


@dataclass(frozen=True, slots=True)
class ObjectEntry:
    """One object of the run, as the manifest lists it. `rows` is None for what has no rows."""

    key: str
    sha256: str
    size: int
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """That this process has the run: when the run started, and how many times it had been taken up before."""

    started_at: datetime
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """What the run has written of an account, and how the manifest lists it."""

    result: AccountResult
    entries: tuple[ObjectEntry, ...]


class Archive:
    """Writes one run to a store. The methods that write accounts may be called from any thread."""

    def __init__(
        self, store: Store, layout: Layout, emit: Collection[Status] = tuple(Status), attempt: int | None = None
    ) -> None:
        """Write nothing yet. `emit` are the statuses that get a row.

        With an `attempt`, nothing is written once somebody takes the run up after it.
        """
        self._store = store
        self._layout = layout
        self._emit = frozenset(emit)
        self._attempt = attempt

    def claim(self, now: datetime, fingerprint: str, *, resume: bool = False) -> Claim:
        """Take the run id, and learn before the first call whether the output can be written at all.

        The run started now, or long ago where it is to `resume`. Raises RunExists where another process has it or it
        is whole already (`latest.json` is put right then, if need be), StorageError, and ConfigError where there is
        nothing of that id to resume or it was made with other settings.
        """
        attempt, started_at = 0, now
        if resume:
            attempt, started_at = self._resume_claim(fingerprint)
        key = self._layout.claim(attempt)
        claim = {
            "run_id": self._layout.run_id,
            "started_at": encode.timestamp(started_at),
            "claimed_at": encode.timestamp(now),
            "fingerprint": fingerprint,
            "nonce": secrets.token_hex(8),
        }
        try:
            self._store.put(key, Blob(_json(claim), once=True))
        except AlreadyExists as error:
            raise RunExists(
                f"Nothing done: another run has the id {self._layout.run_id}; {self._store.url(key)} is there.",
                f"Leave --run-id out to get an id of its own, or --resume {self._layout.run_id} if that run is dead.",
            ) from error
        return Claim(started_at, attempt)

    def _resume_claim(self, fingerprint: str) -> tuple[int, datetime]:
        run_id, place = self._layout.run_id, self._store.url(self._layout.claim(0))
        body = self._store.get(self._layout.claim(0))
        try:
            claim = json.loads(body or b"null")
            started_at = datetime.fromisoformat(claim["started_at"]).astimezone(UTC)
            before = claim["fingerprint"]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            problem = Problem(
                "--resume", 0, "", f"there is no run {run_id}", f"{place} would say so; check the output."
            )
            raise ConfigError([problem]) from error
        if (manifest := self._store.get(self._layout.manifest)) is not None:
            self._republish(manifest)
            raise RunExists(f"Nothing done: the run {run_id} is whole already.", self._store.url(self._layout.manifest))
        if before != fingerprint:
            advice = "Use the inventory, the checks and the settings that it was started with, or start a new run."
            raise ConfigError([Problem("--resume", 0, "", f"{run_id} was started with another configuration", advice)])
        attempt = 1
        while self._store.get(self._layout.claim(attempt)) is not None:
            attempt += 1
        return attempt, started_at

    def trusted_digests(self, run_id: str | None) -> dict[str, str]:
        """Return the notes that a sealed run vouches for, key to SHA-256; nothing where that cannot be told."""
        if run_id is None:
            return {}
        try:
            manifest = json.loads(self._store.get(Layout(run_id).manifest) or b"null")
            state = manifest["state"]
        except (StorageError, ValueError, TypeError, KeyError, RecursionError):
            return {}
        return (
            {key: digest for key, digest in state.items() if isinstance(digest, str)} if isinstance(state, dict) else {}
        )

    def latest_run_id(self) -> str | None:
        """Return the id of the last run that ended in order; None where there is none, or it cannot be read."""
        try:
            body = self._store.get(LATEST)
            latest = json.loads(body) if body else None
        except (StorageError, ValueError, RecursionError):
            return None  # losing it costs a comparison, never truth
        run_id = latest.get("run_id") if isinstance(latest, dict) else None
        # Anything else would sort behind every run to come, and hold `latest.json` where it is for ever.
        return run_id if isinstance(run_id, str) and is_run_id(run_id) else None

    def write_account(self, result: AccountResult) -> tuple[ObjectEntry, ...]:
        """Write everything about one account. Raises StorageError, and RunExists where the run was taken over."""
        self._check_ownership()
        layout, run_id, account_id = self._layout, self._layout.run_id, result.account.id
        # One row at a time: all rows of a large account at once would be the largest thing that a run ever holds.
        findings = (encode.finding_row(finding, run_id) for finding in result.findings if finding.status in self._emit)
        ledger = (encode.coverage_row(row, run_id) for row in result.coverage)
        return (
            self._put_rows(layout.findings(account_id), findings),
            self._put_rows(layout.coverage(account_id), ledger),
        )

    def read_account(self, account: Account) -> StoredAccount | None:
        """Return what this run has written of an account before; None where that is not whole. Raises StorageError."""
        keys = self._layout.findings(account.id), self._layout.coverage(account.id)
        found, ledger = self._store.get(keys[0]), self._store.get(keys[1])
        if found is None or ledger is None:
            return None
        try:
            result = AccountResult(account, decode.findings(found, account), decode.coverage(ledger, account))
        except ValueError:
            return None
        entries = _entry(keys[0], found, len(result.findings)), _entry(keys[1], ledger, len(result.coverage))
        return StoredAccount(result, entries)

    def write_document(self, key: str, body: bytes, content_type: str) -> ObjectEntry:
        """Write something that is read whole. Raises StorageError, and RunExists where the run was taken over."""
        self._check_ownership()
        self._store.put(key, Blob(body, content_type))
        return _entry(key, body)

    def write_summary(self, body: bytes) -> ObjectEntry:
        """Write `summary.json`."""
        return self.write_document(self._layout.summary, body, JSON)

    def write_report(self, html: str) -> ObjectEntry:
        """Write `report.html`."""
        return self.write_document(self._layout.report, html.encode("utf-8", "replace"), HTML)

    def write_manifest(self, result: RunResult, entries: Iterable[ObjectEntry], context: Mapping[str, Any]) -> None:
        """Write the manifest: from here on the run is whole. Raises RunExists and StorageError."""
        self._check_ownership()
        manifest = {
            "schema_version": SCHEMA_VERSION,
            "run_id": result.run_id,
            "started_at": encode.timestamp(result.started_at),
            "finished_at": encode.timestamp(result.finished_at),
            "complete": result.complete,
            "coverage": _totals(result),
            "objects": [_listed(entry) for entry in sorted(entries, key=lambda each: each.key)],
            **context,
        }
        try:
            self._store.put(self._layout.manifest, Blob(_json(manifest), once=True))
        except AlreadyExists as error:
            raise RunExists(
                f"The run {result.run_id} has been sealed by someone else.", "Its results stand."
            ) from error

    def publish(self, result: RunResult) -> bool:
        """Point `latest.json` at this run, unless a later one is there already. Raises StorageError."""
        return self._write_latest(encode.timestamp(result.finished_at), result.complete, _totals(result))

    def _republish(self, body: bytes) -> None:
        """Point `latest.json` at a run whose process died right after it was sealed."""
        try:
            manifest = json.loads(body)
            said = manifest["finished_at"], manifest["complete"], manifest["coverage"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        if self.latest_run_id() != self._layout.run_id:
            self._write_latest(*said)

    def _write_latest(self, finished_at: str, complete: bool, coverage: Mapping[str, object]) -> bool:  # noqa: FBT001 - as the manifest has it
        current = self.latest_run_id()
        if current is not None and current > self._layout.run_id:
            return False
        latest = {
            "schema_version": SCHEMA_VERSION,
            "run_id": self._layout.run_id,
            "manifest": self._layout.manifest,
            "report": self._layout.report,
            "summary": self._layout.summary,
            "finished_at": finished_at,
            "complete": complete,
            "coverage": coverage,
        }
        self._store.put(LATEST, Blob(_json(latest)))
        return True

    def _check_ownership(self) -> None:
        """Raise RunExists where the run has been taken up by somebody who took us for dead: two must not write it."""
        if self._attempt is None:
            return
        key = self._layout.claim(self._attempt + 1)
        try:
            taken = self._store.get(key) is not None
        except StorageError:
            return  # a place that may only be written to: the manifest, which exists once, has to do
        if taken:
            raise RunExists(
                f"Nothing more done: the run {self._layout.run_id} has been taken up by another process.",
                f"{self._store.url(key)} says when; that process finishes it.",
            )

    def _put_rows(self, key: str, lines: Iterable[Any]) -> ObjectEntry:
        count, body = encode.encode(lines)
        self._store.put(key, Blob(body, NDJSON, "gzip"))
        return _entry(key, body, count)


def _entry(key: str, body: bytes, count: int | None = None) -> ObjectEntry:
    return ObjectEntry(key, hashlib.sha256(body).hexdigest(), len(body), count)


def _listed(entry: ObjectEntry) -> dict[str, object]:
    listed: dict[str, object] = {"key": entry.key, "sha256": entry.sha256, "bytes": entry.size}
    return listed if entry.rows is None else listed | {"rows": entry.rows}


def _totals(result: RunResult) -> dict[str, object]:
    expected = result.expected_accounts
    rows_by_status: dict[str, int] = {}
    for account in result.accounts:
        for status, count in account.coverage.items():
            rows_by_status[status.value] = rows_by_status.get(status.value, 0) + count
    return {
        "percent": result.coverage_percent,
        "accounts_expected": len(expected),
        "accounts_complete": sum(1 for account in expected if account.complete),
        "scopes": dict(sorted(rows_by_status.items())),
    }


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=2, sort_keys=True).encode() + b"\n"
