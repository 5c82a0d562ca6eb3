"""The accounts of a run in its claim: a resumed run audits exactly these accounts.

If AWS were asked again, an account that has left the organization, or an answer that was cut short, would make the
resumed run smaller and still complete.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from auditor.archive.archive import Archive
from auditor.archive.layout import Layout
from auditor.contracts.document import copy_fields
from auditor.contracts.run import ClaimedAccount, ClaimedExclusion
from auditor.domain.scope import Account, DiscoveredAccount, ExcludedBy, Target
from auditor.inventory import Inventory
from auditor.run.aws_context import AwsContext
from auditor.run.stores import make_store
from auditor.settings import Settings


def claimed_accounts(targets: Iterable[Target]) -> list[ClaimedAccount]:
    """Return the accounts of a run as its claim lists them."""
    return [
        copy_fields(
            ClaimedAccount,
            target.account,
            tags=dict(target.account.tags),
            excluded=copy_fields(ClaimedExclusion, target.excluded) if target.excluded else None,
        )
        for target in targets
    ]


def read_claimed_accounts(aws: AwsContext, output: str, settings: Settings, run_id: str) -> list[ClaimedAccount]:
    """Return the accounts of a run that is to be resumed. Raises ConfigError if there is none, and StorageError."""
    return Archive(make_store(aws, output, settings), Layout(run_id)).claimed_accounts(aws.clock.now())


def claimed_targets(accounts: Sequence[ClaimedAccount], inventory: Inventory | None) -> tuple[Target, ...]:
    """Return the targets of a resumed run: the accounts of the claim, with the roles and regions of the inventory."""
    if inventory is None:
        return tuple(Target(_account(account)) for account in accounts)
    discovered = [DiscoveredAccount(account.id, account.name, account.ou, account.tags) for account in accounts]
    targets = {target.account.id: target for target in inventory.merge(discovered)}
    return tuple(replace(targets[account.id], account=_account(account)) for account in accounts)


def with_claimed_exclusions(targets: Iterable[Target], accounts: Iterable[ClaimedAccount]) -> tuple[Target, ...]:
    """Return the targets, excluded if and only if the claim excludes them: what was expected stays expected."""
    exclusions = {account.id: account.excluded for account in accounts}
    return tuple(replace(target, excluded=_exclusion(exclusions[target.account.id])) for target in targets)


def _account(account: ClaimedAccount) -> Account:
    return Account(account.id, account.name, account.ou, account.tags, in_organization=account.in_organization)


def _exclusion(excluded: ClaimedExclusion | None) -> ExcludedBy | None:
    return ExcludedBy(excluded.reason, excluded.detail) if excluded else None
