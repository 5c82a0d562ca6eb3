"""What a run leaves of an account for the next run, and how the next run reads it.

The objects belong to their run and never change. They count only if the manifest of the run lists their SHA-256.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from auditor.archive import decode
from auditor.archive.decompress import decompress
from auditor.archive.layout import Layout
from auditor.contracts.document import SCHEMA_VERSION, copy_fields, parse, timestamp
from auditor.contracts.history import PastFindingRow
from auditor.domain.comparison import Baseline
from auditor.domain.errors import StorageError
from auditor.domain.past_finding import PastFinding
from auditor.domain.scope import Account
from auditor.store.store import Store

_SUFFIX = ".jsonl.gz"
_LONGEST_ERROR = 200


@dataclass(frozen=True, slots=True)
class PastAccount:
    """What an earlier run left of an account.

    `findings` is None if that is not known, because of `problem` or because there is no earlier run. `account` is the
    account as that run knew it, None if it has no past findings. With `changed`, another writer changed the object.
    """

    findings: tuple[PastFinding, ...] | None = None
    account: Account | None = None
    problem: str = ""
    changed: bool = False


def read_baseline(store: Store, run_id: str | None, problem: str = "") -> Baseline:
    """Return the run to compare with: what its manifest says that it left. `problem` says why there is no such run."""
    if run_id is None or problem:
        return Baseline(run_id, problem)
    layout = Layout(run_id)
    try:
        body = store.get(layout.manifest)
    except StorageError as error:
        return Baseline(run_id, f"the manifest of run {run_id} could not be read: {error.message}")
    if body is None:
        return Baseline(run_id, f"run {run_id} has no manifest")
    sha256 = hashlib.sha256(body).hexdigest()
    try:
        manifest = decode.manifest(body, run_id)
    except ValueError:
        problem = f"the manifest of run {run_id} is damaged, or of another version of auditor"
        return Baseline(run_id, problem, manifest_sha256=sha256)
    digests = {
        _account_id(record.key): record.sha256
        for record in manifest.objects
        if record.key.startswith(layout.history_folder)
    }
    with_rows = {
        _account_id(record.key) for record in manifest.objects if record.key.startswith(layout.coverage_folder)
    }
    return Baseline(run_id, "", digests, frozenset(with_rows - digests.keys()), sha256)


def read_past_account(store: Store, baseline: Baseline, account_id: str) -> PastAccount:
    """Return what an earlier run left of an account: nothing if it did not have the account. Raises nothing."""
    if baseline.run_id is None or baseline.problem:
        return PastAccount()
    digest = baseline.digests.get(account_id)
    if digest is None:
        without = account_id in baseline.rows_only
        problem = f"run {baseline.run_id} left no history of this account"
        return PastAccount(problem=problem) if without else PastAccount(())
    key = Layout(baseline.run_id).history(account_id)
    try:
        body = store.get(key)
    except StorageError as error:
        return PastAccount(problem=f"{key} could not be read: {error.message}")
    if body is None:
        return PastAccount(problem=f"{key} does not exist any more")
    if hashlib.sha256(body).hexdigest() != digest:
        return PastAccount(problem=f"{key} is not what run {baseline.run_id} wrote", changed=True)
    return _decode(body, key, baseline.run_id, account_id)


def past_finding_row(past: PastFinding, account: Account, run_id: str) -> PastFindingRow:
    """Return the row of a past finding."""
    return copy_fields(
        PastFindingRow,
        past,
        schema_version=SCHEMA_VERSION,
        run_id=run_id,
        account_id=account.id,
        account_name=account.name,
        ou=account.ou,
        in_organization=account.in_organization,
        first_seen=timestamp(past.first_seen),
        last_seen=timestamp(past.last_seen),
        closed_at=timestamp(past.closed_at) if past.closed_at else None,
    )


def _decode(body: bytes, key: str, run_id: str, account_id: str) -> PastAccount:
    try:
        rows = list(_rows(body, run_id, account_id))
        findings = tuple(map(_past_finding, rows))
    except ValueError as error:
        problem = f"{key} is damaged, or of another version of auditor: {str(error)[:_LONGEST_ERROR]}"
        return PastAccount(problem=problem)
    return PastAccount(findings, _account(rows[0]) if rows else None)


def _rows(body: bytes, run_id: str, account_id: str) -> Iterator[PastFindingRow]:
    for line in decompress(body).splitlines():
        row = parse(PastFindingRow, line)
        if (row.run_id, row.account_id) != (run_id, account_id):
            raise ValueError(f"it holds a row of run {row.run_id} and account {row.account_id}")
        yield row


def _past_finding(row: PastFindingRow) -> PastFinding:
    return copy_fields(
        PastFinding,
        row,
        first_seen=_time(row.first_seen),
        last_seen=_time(row.last_seen),
        closed_at=_time(row.closed_at) if row.closed_at else None,
    )


def _account(row: PastFindingRow) -> Account:
    return Account(row.account_id, row.account_name, row.ou, in_organization=row.in_organization)


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return time


def _account_id(key: str) -> str:
    return key.rpartition("/")[2].removesuffix(_SUFFIX)
