"""Accounts that the earlier run had and this one does not: their findings are handed on, or are gone with them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from auditor.archive.history import PastAccount
from auditor.contracts.run import ObjectRecord
from auditor.domain.comparison import UnreadHistory
from auditor.domain.lifecycle import Change
from auditor.domain.result import AccountResult
from auditor.engine.parallel import parallel_map
from auditor.history.compare import absent_account
from auditor.run.context import RunContext
from auditor.run.history import unread_history


@dataclass(frozen=True, slots=True)
class AbsentAccount:
    """An account that is not in the run: what changed, the objects about it, and why its history is not readable."""

    changes: tuple[Change, ...] = ()
    objects: tuple[ObjectRecord, ...] = ()
    unread: UnreadHistory | None = None


def absent_accounts(context: RunContext, accounts: Collection[str], *, listed: bool) -> Iterator[AbsentAccount]:
    """Write what is known of accounts that the earlier run had and that are not in `accounts`, the IDs of this run.

    With `listed`, AWS Organizations has listed all its accounts: one that it listed before has left it. Raises
    StorageError if neither the output nor the spool accepts the objects.
    """
    baseline, settings = context.run.baseline, context.run.settings
    absent = sorted((baseline.digests.keys() | baseline.rows_only) - set(accounts))

    def read(account_id: str) -> tuple[str, PastAccount]:
        return account_id, context.history.read(account_id)

    for account_id, past in parallel_map(read, absent, settings.limits.workers):
        if past.findings is None:
            yield AbsentAccount(unread=unread_history(account_id, past))
        elif past.account is not None:
            left = listed and past.account.in_organization
            compared = absent_account(past.findings, past.account, context.run.started_at, left=left)
            if compared.past_findings:
                objects = context.archive.write_absent_account(past.account, compared.changes, compared.past_findings)
                objects += context.exporter.write(AccountResult(past.account, (), ()), compared.changes)
                yield AbsentAccount(compared.changes, objects)
