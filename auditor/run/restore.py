"""Restore the result of a finished run from what it has stored, to render its report again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from auditor import __version__
from auditor.archive import decode
from auditor.archive.archive import Archive
from auditor.archive.decompress import decompress
from auditor.archive.layout import Layout
from auditor.contracts.result import decode_result
from auditor.domain.errors import StorageError
from auditor.run.aggregate import RunAggregator, digest

if TYPE_CHECKING:
    from auditor.contracts.run import ManifestDocument
    from auditor.domain.check import Check
    from auditor.domain.result import AccountResult, RunResult
    from auditor.domain.scope import Account
    from auditor.store.store import Store

#: Applies a function to each account and yields the results in order; in parallel if that is faster.
ParallelMap = Callable[[Callable[["Account"], "AccountResult"], Iterable["Account"]], Iterable["AccountResult"]]


LineMap = Callable[[Callable[[str], list[bytes]], Iterable[str]], Iterable[list[bytes]]]


class StoredRun:
    """A finished run in a store. Every object is compared with the manifest before it is used."""

    def __init__(self, store: Store, run_id: str) -> None:
        """Read the manifest and the result. Raises StorageError if the run has not finished or was changed."""
        self._store = store
        self._layout = Layout(run_id)
        self.manifest = self._read_manifest()
        self._digests = {record.key: record.sha256 for record in self.manifest.objects}
        self.result = self._read_result()

    def accounts(self, parallel_map: ParallelMap = map) -> Iterator[AccountResult]:
        """Yield the rows of each account. Raises StorageError."""
        archive = Archive(self._store, self._layout)

        def read(account: Account) -> AccountResult:
            keys = [self._layout.findings(account.id), self._layout.coverage(account.id)]
            if (changes := self._layout.changes(account.id)) in self._digests:
                keys.append(changes)
            for key in keys:
                self._check(key, self._store.get(key))
            stored = archive.read_account(account)
            if stored is None:
                raise self._changed(self._layout.findings(account.id))
            return stored.result

        yield from parallel_map(read, [summary.account for summary in self.result.accounts])

    def lines(self, dataset: str, parallel_map: LineMap = map) -> Iterator[bytes]:
        """Yield the rows of `findings`, `coverage` or `changes`, each as one line of JSON. Raises StorageError."""
        keys = [record.key for record in self.manifest.objects if record.key.startswith(f"{dataset}/")]

        def read(key: str) -> list[bytes]:
            return decompress(self._check(key, self._store.get(key))).splitlines()

        for lines in parallel_map(read, keys):
            yield from lines

    def full_result(self, checks: Iterable[Check[Any]], parallel_map: ParallelMap = map) -> RunResult:
        """Return the result with the findings and gaps that the report shows. Raises StorageError.

        `checks` are the installed checks, which know the repairs of their findings.
        """
        aggregator = RunAggregator()
        for account in self.accounts(parallel_map):
            aggregator.add(digest(account))
        repairs = {check.id: check.repairs for check in checks}
        return replace(
            self.result,
            checks=tuple(replace(check, repairs=repairs.get(check.id, {})) for check in self.result.checks),
            failures=aggregator.failures,
            unknowns=aggregator.unknowns,
            gaps=aggregator.gaps,
        )

    def _read_manifest(self) -> ManifestDocument:
        key = self._layout.manifest
        body = self._store.get(key)
        if body is None:
            raise StorageError(f"{self._store.url(key)} does not exist.", "Name a run that has finished.")
        try:
            return decode.manifest(body, self._layout.run_id)
        except ValueError as error:
            advice = "Use the version of auditor that wrote the run."
            raise StorageError(f"{self._store.url(key)} is not a manifest of this version.", advice) from error

    def _read_result(self) -> RunResult:
        key = self._layout.result
        body = self._check(key, self._store.get(key))
        try:
            return decode_result(decompress(body), __version__)
        except ValueError as error:
            advice = "Use the version of auditor that wrote the run."
            raise StorageError(f"{self._store.url(key)} cannot be read: {error}.", advice) from error

    def _check(self, key: str, body: bytes | None) -> bytes:
        if body is None or hashlib.sha256(body).hexdigest() != self._digests.get(key):
            raise self._changed(key)
        return body

    def _changed(self, key: str) -> StorageError:
        problem = "is missing or does not match its SHA-256 in the manifest"
        advice = f"`auditor verify {self._layout.run_id}` names everything that was changed."
        return StorageError(f"{self._store.url(key)} {problem}.", advice)
