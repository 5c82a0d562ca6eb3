"""Load what an earlier attempt at a run has written, so that a resumed run examines only the rest."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from auditor.archive.stored_account import StoredAccount
from auditor.domain.check import Status
from auditor.domain.comparison import UnreadHistory
from auditor.domain.integrity import IntegrityKind, IntegrityProblem
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.domain.scope import Target
from auditor.engine.parallel import parallel_map
from auditor.engine.scan_scope import ResumeState, split_by_scope
from auditor.run.aggregate import AccountDigest, digest
from auditor.run.context import RunContext
from auditor.run.history import unread_history

#: Reasons of coverage records that are examined again.
_NOT_FINAL = frozenset({Reason.INTERRUPTED, Reason.DEADLINE})
#: NOT_APPLICABLE is computed from these statuses, so all of them must have been written.
_NEEDED = frozenset({Status.PASS, Status.FAIL, Status.UNKNOWN})


def load_earlier_results(
    targets: Sequence[Target], context: RunContext, workers: int
) -> Iterator[tuple[Target, AccountDigest | ResumeState]]:
    """Yield every account with its digest if it is finished, else with the results of its final scopes.

    Raises StorageError.
    """
    if not set(context.run.settings.emit) >= _NEEDED:
        yield from ((target, {}) for target in targets)
        return

    def load(target: Target) -> tuple[Target, AccountDigest | ResumeState]:
        stored = context.archive.read_account(target.account)
        if stored is None or not _is_trusted(stored, context):
            return target, {}
        return target, _earlier_result(stored, context)

    # In parallel: reading a thousand accounts from a bucket one after the other would take minutes.
    yield from parallel_map(load, targets, workers)


def _is_trusted(stored: StoredAccount, context: RunContext) -> bool:
    """Return whether the MAC of the interrupted run covers these rows. Without a MAC key, a comparison has decided."""
    trusted = context.run.trusted_rows
    if trusted is None or all(trusted.get(entry.key) == entry.sha256 for entry in stored.entries):
        return True
    # Later attempts replace rows, and may have ended without a MAC.
    if context.run.attempt == 1 and all(entry.key in trusted for entry in stored.entries):
        account_id = stored.result.account.id
        detail = "The rows of this account are not those that the interrupted run wrote. It was read anew."
        context.cache_check.problems.append(IntegrityProblem(IntegrityKind.RESUME_MAC, detail, account_id))
    return False


def _earlier_result(stored: StoredAccount, context: RunContext) -> AccountDigest | ResumeState:
    result, assignments = stored.result, context.assignments
    if not result.coverage or any(record.reason in _NOT_FINAL for record in result.coverage):
        return split_by_scope(result, assignments, _NOT_FINAL)
    not_applicable: Counter[str] = Counter()
    for scope_result in split_by_scope(result, assignments, frozenset()).values():
        not_applicable.update(scope_result.not_applicable)
    counted = AccountResult(result.account, result.findings, result.coverage, dict(not_applicable))
    # The rows have their exceptions already; what the account tells about the items of the file is not stored.
    _, exceptions = context.rules.register.apply(counted)
    # Exported again: the earlier attempt may have ended in between, and equal rows give equal files.
    objects = stored.entries + context.exporter.write(counted, stored.changes)
    tracked = digest(counted, objects, stored.changes, exceptions)
    return replace(tracked, unread=_unread_history(result, context))


def _unread_history(result: AccountResult, context: RunContext) -> UnreadHistory | None:
    """Return why a finished account was not compared; None if it was, or if there is no earlier run."""
    account_id, past = result.account.id, context.history.read(result.account.id)
    without_state = any(
        finding.status is Status.FAIL and finding.lifecycle.state is None for finding in result.findings
    )
    if past.findings is not None and without_state:
        return UnreadHistory(account_id, "its history could not be read when the account was examined")
    return unread_history(account_id, past)
