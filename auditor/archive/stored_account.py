"""What a run has written about one account."""

from collections.abc import Callable
from dataclasses import dataclass

from auditor.archive import decode
from auditor.archive.encode import object_record
from auditor.archive.layout import Layout
from auditor.contracts.run import ObjectRecord
from auditor.domain.lifecycle import Change, LifecycleState
from auditor.domain.result import AccountResult
from auditor.domain.scope import Account


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """What the run has already written about an account, and how the manifest lists it."""

    result: AccountResult
    entries: tuple[ObjectRecord, ...]
    changes: tuple[Change, ...] = ()


def read_account(get: Callable[[str], bytes | None], layout: Layout, account: Account) -> StoredAccount | None:
    """Return what a run has written about an account; None if that is incomplete.

    `get` returns the bytes of a key, None if there is no such object. Raises what it raises.
    """
    keys = [kind(account.id) for kind in (layout.history, layout.findings, layout.coverage)]
    bodies = [body for key in keys if (body := get(key)) is not None]
    if len(bodies) < len(keys):
        return None
    history, findings, coverage = bodies
    changes = get(layout.changes(account.id))
    try:
        changed = decode.changes(changes, account) if changes is not None else ()
        result = AccountResult(
            account,
            decode.findings(findings, account),
            decode.coverage(coverage, account),
            # Those that pass have a row, and it takes precedence.
            watched_not_applicable=frozenset(
                change.key for change in changed if change.state is LifecycleState.RESOLVED
            ),
        )
        counts = (decode.count_rows(history), len(result.findings), len(result.coverage))
    except ValueError:
        return None
    entries = [object_record(key, body, rows) for key, body, rows in zip(keys, bodies, counts, strict=True)]
    if changes is not None:
        entries.append(object_record(layout.changes(account.id), changes, len(changed)))
    return StoredAccount(result, tuple(entries), changed)
