"""Write the results of accounts in formats of other tools, next to their rows.

An account is exported as it ends, from the findings that are still in memory: nothing is read back, so a write-only
output suffices, all processes share the work, and memory does not grow. An export that fails costs neither rows nor
report: each format has its own queue of undelivered files, and its failures are collected for the end of the run.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec

from auditor import __version__
from auditor.archive import encode
from auditor.archive.layout import Layout
from auditor.contracts.rows import FindingRow
from auditor.contracts.run import ObjectRecord
from auditor.domain.check import Status
from auditor.domain.errors import ConfigError, Problem, StorageError
from auditor.domain.events import Level, Notice
from auditor.domain.export_format import ExportFormat
from auditor.domain.finding import Finding
from auditor.domain.lifecycle import Change
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.engine.tracebacks import crash_site
from auditor.exports.formats import FILES
from auditor.exports.model import AccountExport, ExportedRun, ExportFile
from auditor.run.check_info import check_info
from auditor.settings import Settings
from auditor.store.spool import SpoolingStore, Undelivered
from auditor.store.store import Blob


@dataclass(frozen=True, slots=True)
class ExportFailure:
    """Why files of a format are missing for an account. The account is empty if the output refused files."""

    format: ExportFormat
    account_id: str
    detail: str


@dataclass(slots=True)
class ExportState:
    """What a worker process hands back of its exports. It can be pickled."""

    failures: list[ExportFailure] = field(default_factory=list)
    undelivered: dict[ExportFormat, Undelivered] = field(default_factory=dict)


class Exporter:
    """Writes the exports of a run. `write` may be called from any thread."""

    def __init__(
        self, formats: Iterable[ExportFormat], run: ExportedRun, store: SpoolingStore, emit: Iterable[Status]
    ) -> None:
        """Write UNKNOWN findings in any case: an export that does not show them would claim too much."""
        self._run = run
        self._layout = Layout(run.run_id)
        self._emit = {*emit, Status.UNKNOWN}
        # A queue per format: files that the output refuses for good must not hold back those of other formats.
        self._stores = {name: SpoolingStore(store.first, store.spool) for name in formats}
        self._failures: list[ExportFailure] = []

    def write(self, result: AccountResult, changes: Sequence[Change]) -> tuple[ObjectRecord, ...]:
        """Write all exports of an account and return the files that were written or spooled.

        An account that was interrupted is exported when the run is resumed: the manifest, which an interrupted run does
        not have, could not list what the resumed run does not replace.
        """
        if any(record.reason is Reason.INTERRUPTED for record in result.coverage):
            return ()
        account = self._account(result, changes)
        return tuple(record for name in self._stores for record in self._write(name, account))

    @property
    def state(self) -> ExportState:
        """The failures and undelivered files so far."""
        return ExportState(self._failures, {name: store.spooled for name, store in self._stores.items()})

    def merge(self, state: ExportState) -> None:
        """Add what another process could not export or deliver."""
        self._failures.extend(state.failures)
        for name, undelivered in state.undelivered.items():
            self._stores[name].spooled.add(undelivered)

    def deliver(self) -> frozenset[str]:
        """Try again to write the spooled files, and return the keys that are still undelivered."""
        return frozenset(key for name in self._stores for key in self._deliver(name))

    def problems(self) -> list[str]:
        """Return what is missing, one sentence per format and cause."""
        causes: dict[tuple[ExportFormat, str], list[str]] = {}
        for failure in self._failures:
            causes.setdefault((failure.format, failure.detail), []).append(failure.account_id)
        return [
            f"{name}: {detail} {_accounts(accounts)}".rstrip() for (name, detail), accounts in sorted(causes.items())
        ]

    def _account(self, result: AccountResult, changes: Sequence[Change]) -> AccountExport:
        run_id = self._run.run_id
        return AccountExport(
            run=self._run,
            account=result.account,
            findings=FindingRows([finding for finding in result.findings if finding.status in self._emit], run_id),
            coverage=[encode.coverage_row(record, run_id) for record in result.coverage],
            changes=[encode.change_row(change, run_id) for change in changes],
            counts=result.summary().statuses,
            accepted=Counter(finding.check_id for finding in result.findings if finding.exception),
        )

    def _write(self, name: ExportFormat, account: AccountExport) -> list[ObjectRecord]:
        records: list[ObjectRecord] = []
        try:
            records.extend(self._put(name, file) for file in FILES[name](account))
        except StorageError as error:
            self._failures.append(ExportFailure(name, account.account.id, str(error)))
        except Exception as error:  # noqa: BLE001 - neither an export nor its library may cost the rows of a run
            self._failures.append(ExportFailure(name, account.account.id, f"{crash_site(error)}."))
        return records

    def _put(self, name: ExportFormat, file: ExportFile) -> ObjectRecord:
        key = self._layout.export(name, file.name)
        self._stores[name].put(key, Blob(file.body, file.content_type, file.content_encoding))
        return ObjectRecord(key, hashlib.sha256(file.body).hexdigest(), len(file.body))

    def _deliver(self, name: ExportFormat) -> tuple[str, ...]:
        store = self._stores[name]
        try:
            undelivered = store.deliver()
        except StorageError as error:
            store.spooled.refusal = error
            undelivered = tuple(store.spooled.waiting)
        if undelivered:
            detail = f"the output refused {len(undelivered):,} files: {store.spooled.refusal}"
            kept = f"They are in {store.spool.url()}, under the same keys."
            self._failures.append(ExportFailure(name, "", f"{detail} {kept}"))
        return undelivered


@dataclass(frozen=True, slots=True)
class FindingRows:
    """The rows of findings, built again for each format: all rows of a large account would need too much memory."""

    findings: Sequence[Finding]
    run_id: str

    def __iter__(self) -> Iterator[FindingRow]:
        return (encode.finding_row(finding, self.run_id) for finding in self.findings)


def check_exports(settings: Settings, source: str) -> None:
    """Raise ConfigError if a format needs a package that is not installed. `source` names the flag or setting."""
    if ExportFormat.PARQUET in settings.export and find_spec("pyarrow") is None:
        message, advice = "parquet needs the package pyarrow", "Install it: pip install 'auditor[parquet]'."
        raise ConfigError([Problem(source, 0, "", message, advice)])


def exported_run(run_id: str, started_at: datetime, partition: str, settings: Settings) -> ExportedRun:
    """Return what the exports say about the run."""
    return ExportedRun(
        run_id=run_id,
        started_at=started_at,
        version=__version__,
        partition=partition,
        checks=tuple(map(check_info, settings.checks)),
        security_lake_region=settings.security_lake_region,
    )


def notices(problems: Sequence[str]) -> Iterator[Notice]:
    """Yield a log record for each problem of an export."""
    return (Notice(Level.ERROR, "An export failed", problem) for problem in problems)


def _accounts(account_ids: Sequence[str]) -> str:
    counts = Counter(filter(None, account_ids))
    first = next(iter(sorted(counts)), "")
    others = f" and {len(counts) - 1:,} others" if len(counts) > 1 else ""
    return f"Account {first}{others}." if first else ""
