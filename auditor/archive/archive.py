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
from datetime import datetime
from typing import Any

from auditor.archive import rows
from auditor.archive.layout import LATEST, Layout, is_run_id
from auditor.domain.check import Status
from auditor.domain.errors import RunExists, StorageError
from auditor.domain.result import AccountResult, RunResult
from auditor.store.store import HTML, JSON, NDJSON, AlreadyThere, Blob, Store


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of the run, as the manifest lists it. `rows` is None for what has no rows."""

    key: str
    sha256: str
    size: int
    rows: int | None = None


class Archive:
    """Writes one run to a store. The methods that write accounts may be called from any thread."""

    def __init__(self, store: Store, layout: Layout, emit: Collection[Status] = tuple(Status)) -> None:
        """Write nothing yet. `emit` are the statuses that get a row."""
        self._store = store
        self._layout = layout
        self._emit = frozenset(emit)

    def claim(self, started_at: datetime) -> None:
        """Take the run id, and learn before the first call whether the output can be written at all.

        Raises RunExists where another run has it, and StorageError.
        """
        claim = {"run_id": self._layout.run_id, "started_at": rows.timestamp(started_at)}
        body = _json(claim | {"nonce": secrets.token_hex(8)})
        try:
            self._store.put(self._layout.claim, Blob(body, once=True))
        except AlreadyThere as error:
            raise RunExists(
                f"Another run has the id {self._layout.run_id}: {self._store.where(self._layout.claim)} is there.",
                "Leave --run-id out to get an id of its own, or wait for the other run.",
            ) from error

    def previous(self) -> str | None:
        """Return the id of the last run that ended in order; None where there is none, or it cannot be read."""
        try:
            body = self._store.get(LATEST)
            latest = json.loads(body) if body else None
        except (StorageError, ValueError, RecursionError):
            return None  # losing it costs a comparison, never truth
        run_id = latest.get("run_id") if isinstance(latest, dict) else None
        # Anything else would sort behind every run to come, and hold `latest.json` where it is for ever.
        return run_id if isinstance(run_id, str) and is_run_id(run_id) else None

    def account(self, result: AccountResult) -> tuple[Entry, ...]:
        """Write everything about one account. Raises StorageError."""
        layout, run_id, account_id = self._layout, self._layout.run_id, result.account.id
        findings = [rows.finding_row(finding, run_id) for finding in result.findings if finding.status in self._emit]
        ledger = [rows.coverage_row(row, run_id) for row in result.coverage]
        return (
            self._put_rows(layout.findings(account_id), findings),
            self._put_rows(layout.coverage(account_id), ledger),
        )

    def document(self, key: str, body: bytes, content_type: str) -> Entry:
        """Write something that is read whole. Raises StorageError."""
        self._store.put(key, Blob(body, content_type))
        return _entry(key, body)

    def summary(self, body: bytes) -> Entry:
        """Write `summary.json`."""
        return self.document(self._layout.summary, body, JSON)

    def report(self, html: str) -> Entry:
        """Write `report.html`."""
        return self.document(self._layout.report, html.encode("utf-8", "replace"), HTML)

    def seal(self, result: RunResult, entries: Iterable[Entry], context: Mapping[str, Any]) -> None:
        """Write the manifest: from here on the run is whole. Raises RunExists and StorageError."""
        manifest = {
            "schema_version": rows.SCHEMA_VERSION,
            "run_id": result.run_id,
            "started_at": rows.timestamp(result.started_at),
            "finished_at": rows.timestamp(result.finished_at),
            "complete": result.complete,
            "coverage": _totals(result),
            "objects": [_listed(entry) for entry in sorted(entries, key=lambda each: each.key)],
            **context,
        }
        try:
            self._store.put(self._layout.manifest, Blob(_json(manifest), once=True))
        except AlreadyThere as error:
            raise RunExists(
                f"The run {result.run_id} has been sealed by someone else.", "Its results stand."
            ) from error

    def publish(self, result: RunResult) -> bool:
        """Point `latest.json` at this run, unless a later one is there already. Raises StorageError."""
        current = self.previous()
        if current is not None and current > result.run_id:
            return False
        latest = {
            "schema_version": rows.SCHEMA_VERSION,
            "run_id": result.run_id,
            "manifest": self._layout.manifest,
            "report": self._layout.report,
            "summary": self._layout.summary,
            "finished_at": rows.timestamp(result.finished_at),
            "complete": result.complete,
            "coverage": _totals(result),
        }
        self._store.put(LATEST, Blob(_json(latest)))
        return True

    def _put_rows(self, key: str, lines: list[Any]) -> Entry:
        body = rows.encode(lines)
        self._store.put(key, Blob(body, NDJSON, "gzip"))
        return _entry(key, body, len(lines))


def _entry(key: str, body: bytes, count: int | None = None) -> Entry:
    return Entry(key, hashlib.sha256(body).hexdigest(), len(body), count)


def _listed(entry: Entry) -> dict[str, object]:
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
