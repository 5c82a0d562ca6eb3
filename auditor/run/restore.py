"""Restore the result of a finished run from what it has stored, to render its report again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from auditor import __version__
from auditor.archive.decompress import decompress
from auditor.archive.finished_run import FinishedRun
from auditor.archive.stored_account import read_account
from auditor.contracts.result import decode_result
from auditor.domain.errors import StorageError
from auditor.run.aggregate import RunAggregator, digest

if TYPE_CHECKING:
    from auditor.contracts.run import ObjectRecord
    from auditor.domain.check import Check
    from auditor.domain.result import AccountResult, RunResult
    from auditor.domain.scope import Account
    from auditor.store.store import Store

#: Applies a function to each account and yields the results in order; in parallel if that is faster.
ParallelMap = Callable[[Callable[["Account"], "AccountResult"], Iterable["Account"]], Iterable["AccountResult"]]
#: The same for the objects of a dataset and their lines.
LineMap = Callable[[Callable[["ObjectRecord"], list[bytes]], Iterable["ObjectRecord"]], Iterable[list[bytes]]]


class StoredRun(FinishedRun):
    """A finished run with its result. Every object is compared with the manifest before it is used."""

    def __init__(self, store: Store, run_id: str) -> None:
        """Read the manifest and the result. Raises StorageError if the run has not finished or was changed."""
        super().__init__(store, run_id)
        self.result = self._read_result()

    def accounts(self, parallel_map: ParallelMap = map) -> Iterator[AccountResult]:
        """Yield the rows of each account. Raises StorageError."""
        yield from parallel_map(self._read_account, [summary.account for summary in self.result.accounts])

    def lines(self, dataset: str, parallel_map: LineMap = map) -> Iterator[bytes]:
        """Yield the rows of `findings`, `coverage` or `changes`, each as one line of JSON. Raises StorageError."""
        for lines in parallel_map(self._read_lines, self.records(dataset)):
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

    def _read_account(self, account: Account) -> AccountResult:
        stored = read_account(self.get, self.layout, account)
        if stored is None:
            raise self.changed(self.layout.findings(account.id))
        return stored.result

    def _read_lines(self, record: ObjectRecord) -> list[bytes]:
        return decompress(self.read(record.key)).splitlines()

    def _read_result(self) -> RunResult:
        key = self.layout.result
        body = self.read(key)
        try:
            return decode_result(decompress(body), __version__)
        except ValueError as error:
            advice = "Use the version of auditor that wrote the run."
            raise StorageError(f"{self._store.url(key)} cannot be read: {error}.", advice) from error
