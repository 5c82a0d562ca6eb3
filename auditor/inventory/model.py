"""What every inventory format is converted to: entries, defaults, and the targets that follow from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from auditor.domain.reason import Reason
from auditor.domain.scope import Account, DiscoveredAccount, ExcludedBy, RegionRule, Role, Target

#: The role that the deployment templates create.
DEFAULT_ROLE_NAME = "AuditorReadOnly"
#: Nothing can be read in these states. `CLOSED` is one of `State`, which replaces `Status`.
_INACTIVE = frozenset({"SUSPENDED", "CLOSED"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One account of the file. None means that the file does not set the value, so that the defaults apply.

    `chain` holds role ARNs that still contain `{account_id}` and `{partition}`; an empty chain means the ambient
    credentials.
    """

    id: str
    name: str = ""
    ou: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    chain: tuple[str, ...] | None = None
    external_id: str | None = None
    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    excluded: ExcludedBy | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """Values for every account that does not set its own, including discovered accounts."""

    chain: tuple[str, ...]
    external_id: str | None = None
    regions: RegionRule = field(default_factory=RegionRule)
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Discover:
    """How to list accounts from AWS Organizations. `role` is None if the ambient credentials are used for that.

    Empty `include_ous` means all units; an excluded unit wins over an included one that contains it.
    """

    role: Role | None = None
    include_ous: tuple[str, ...] = ()
    exclude_ous: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inventory:
    """The accounts to audit. `sha256` is the digest of the text that the inventory was read from."""

    entries: tuple[Entry, ...]
    defaults: Defaults
    discover: Discover | None
    sha256: str

    @property
    def targets(self) -> tuple[Target, ...]:
        """The accounts that the file names, including excluded ones, sorted by ID."""
        return self.merge(())

    def merge(self, discovered: Iterable[DiscoveredAccount]) -> tuple[Target, ...]:
        """Return the accounts of the file and of the organization, sorted by ID.

        The file's entry wins field by field and tag by tag; a discovered account without an entry gets the defaults. An
        account that the file names is audited even if its organizational unit is excluded.
        """
        entries = {entry.id: entry for entry in self.entries}
        accounts = {account.id: account for account in discovered}
        return tuple(
            _target(account_id, entries.get(account_id), accounts.get(account_id), self.defaults)
            for account_id in sorted(entries.keys() | accounts.keys())
        )


def _target(account_id: str, listed: Entry | None, discovered: DiscoveredAccount | None, defaults: Defaults) -> Target:
    entry = listed or Entry(account_id)
    account = discovered or DiscoveredAccount(account_id)
    chain = defaults.chain if entry.chain is None else entry.chain
    external_id = entry.external_id or defaults.external_id
    tags = {**defaults.tags, **account.tags, **entry.tags}
    return Target(
        account=Account(
            account_id,
            entry.name or account.name,
            entry.ou or account.ou,
            tags,
            in_organization=discovered is not None,
        ),
        roles=tuple(Role(arn.replace("{account_id}", account_id), external_id) for arn in chain),
        regions=RegionRule(
            include=defaults.regions.include if entry.include is None else entry.include,
            exclude=defaults.regions.exclude if entry.exclude is None else entry.exclude,
        ),
        excluded=_exclusion(listed, discovered),
    )


def _exclusion(entry: Entry | None, account: DiscoveredAccount | None) -> ExcludedBy | None:
    if entry and entry.excluded:
        return entry.excluded
    if account and (suspended := exclude_inactive(account.state)):
        return suspended
    if account and account.excluded_detail is not None and entry is None:
        return ExcludedBy(Reason.EXCLUDED_BY_CONFIG, account.excluded_detail)
    return None


def exclude_inactive(state: str) -> ExcludedBy | None:
    """Return why an account in this state of AWS Organizations cannot be examined; None if it may be possible.

    An account that is pending, or in a state that AWS adds later, is examined: its coverage shows whether that works.
    """
    if state.strip().upper() not in _INACTIVE:
        return None
    return ExcludedBy(Reason.ACCOUNT_SUSPENDED, f"state in AWS Organizations: {state}")
