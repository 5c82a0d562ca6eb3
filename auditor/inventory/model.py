"""What every inventory format comes down to: entries, defaults, and the targets that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from auditor.domain.reason import Reason
from auditor.domain.scope import Account, DiscoveredAccount, ExcludedBy, RegionRule, Role, Target

#: The role that the deployment templates create.
DEFAULT_ROLE_NAME = "AuditorReadOnly"


@dataclass(frozen=True, slots=True)
class Entry:
    """One account as the file has it. None means that the file says nothing, so that the defaults decide.

    `chain` holds role ARNs with `{account_id}` and `{partition}` still in them; empty means the ambient credentials.
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
    """What holds for every account that does not say otherwise, discovered ones included."""

    chain: tuple[str, ...]
    external_id: str | None = None
    regions: RegionRule = field(default_factory=RegionRule)
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Discover:
    """Ask AWS Organizations too. `role` is None where the ambient credentials may list the organization.

    Empty `include_ous` means all of them; an excluded unit wins over an included one around it.
    """

    role: Role | None = None
    include_ous: tuple[str, ...] = ()
    exclude_ous: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inventory:
    """Who is to be audited. `sha256` is that of the text it was read from."""

    entries: tuple[Entry, ...]
    defaults: Defaults
    discover: Discover | None
    sha256: str

    @property
    def targets(self) -> tuple[Target, ...]:
        """The accounts that the file itself names, excluded ones too, by id."""
        return self.merge(())

    def merge(self, discovered: Iterable[DiscoveredAccount]) -> tuple[Target, ...]:
        """The accounts of the file and of the organization together, by id.

        The file's entry wins field by field, tag by tag; a discovered account without one gets the defaults. An account
        that the file names is wanted even where its organizational unit is not.
        """
        entries = {entry.id: entry for entry in self.entries}
        found = {account.id: account for account in discovered}
        return tuple(
            _target(entries.get(id_), found.get(id_), self.defaults) for id_ in sorted(entries.keys() | found.keys())
        )


def _target(entry: Entry | None, found: DiscoveredAccount | None, defaults: Defaults) -> Target:
    excluded = _excluded(entry, found)
    if entry is None:
        entry = Entry(found.id if found else "")
    if found is None:
        found = DiscoveredAccount(entry.id)
    chain = defaults.chain if entry.chain is None else entry.chain
    external_id = entry.external_id or defaults.external_id
    tags = {**defaults.tags, **found.tags, **entry.tags}
    return Target(
        account=Account(entry.id, entry.name or found.name, entry.ou or found.ou, tags),
        roles=tuple(Role(arn.replace("{account_id}", entry.id), external_id) for arn in chain),
        regions=RegionRule(
            include=defaults.regions.include if entry.include is None else entry.include,
            exclude=defaults.regions.exclude if entry.exclude is None else entry.exclude,
        ),
        excluded=excluded,
    )


def _excluded(entry: Entry | None, found: DiscoveredAccount | None) -> ExcludedBy | None:
    if entry and entry.excluded:
        return entry.excluded
    if found and (inactive := not_active(found.state)):
        return inactive
    if found and found.excluded_detail is not None and entry is None:
        return ExcludedBy(Reason.EXCLUDED_BY_CONFIG, found.excluded_detail)
    return None


def not_active(state: str) -> ExcludedBy | None:
    """Why an account in this state of AWS Organizations cannot be examined; None where it can."""
    if state in ("ACTIVE", ""):
        return None
    return ExcludedBy(Reason.ACCOUNT_SUSPENDED, f"AWS Organizations says {state}")
