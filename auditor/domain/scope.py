"""Who is audited, and how to get in.

A `Target` is one account of the inventory, excluded or not; a `Scope` is one region of one account, the unit of work
and of blame: whatever goes wrong is said of a scope, never of the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from auditor.domain.reason import Reason

#: Stands in a coverage row where an account's regions could not be learnt.
EVERY_REGION = "*"


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """An AWS account: `id` has 12 digits; `ou` is the path of organizational units, empty when it is not known."""

    id: str
    name: str = ""
    ou: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)

    def __str__(self) -> str:
        """Name and id together, as people look for either."""
        return f"{self.name} ({self.id})" if self.name else self.id


@dataclass(frozen=True, slots=True)
class Role:
    """One hop of a role chain: `arn` may hold `{partition}`, known only once the caller's identity is."""

    arn: str
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class ExcludedBy:
    """Why an account is not to be examined; it still gets its row."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class RegionRule:
    """Which regions of an account are expected: `include` holds `all`, names and globs; an exclusion wins.

    `only` narrows one run: where it is not empty, whatever matches none of its names and globs is excluded as well.
    """

    include: tuple[str, ...] = ("all",)
    exclude: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """The regions that are asked for by name: expected whether or not the account answers."""
        return tuple(pattern for pattern in self.include if not _is_pattern(pattern))

    @property
    def open_ended(self) -> bool:
        """Whether the account must be asked before the expected regions are known."""
        return any(_is_pattern(pattern) for pattern in self.include)

    def wants(self, region: str) -> bool:
        """Whether `region` is included, exclusions aside."""
        return any(pattern == "all" or fnmatchcase(region, pattern) for pattern in self.include)

    def excludes(self, region: str) -> bool:
        """Whether `region` is excluded by name or glob, or left out of this run."""
        return bool(self.why_excluded(region))

    def why_excluded(self, region: str) -> str:
        """What excludes `region`, as its row says it; empty where nothing does."""
        if any(fnmatchcase(region, pattern) for pattern in self.exclude):
            return "excluded by `exclude_regions`"
        if self.only and not any(pattern == "all" or fnmatchcase(region, pattern) for pattern in self.only):
            return "left out by --region"
        return ""


@dataclass(frozen=True, slots=True)
class Target:
    """One account of the inventory. `roles` is the chain to assume, in order; empty means the ambient credentials."""

    account: Account
    roles: tuple[Role, ...] = ()
    regions: RegionRule = RegionRule()
    excluded: ExcludedBy | None = None


@dataclass(frozen=True, slots=True)
class DiscoveredAccount:
    """One account as the organization lists it, before the inventory's entry and defaults are laid over it.

    `state` is what AWS calls it, such as `ACTIVE` or `SUSPENDED`; `excluded_detail` says why the choice of
    organizational units leaves it out, None where it does not.
    """

    id: str
    name: str = ""
    ou: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    state: str = "ACTIVE"
    excluded_detail: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """One region of one account."""

    account: Account
    region: str

    def __str__(self) -> str:
        """`name (id) region`, as logs show it."""
        return f"{self.account} {self.region}"


def _is_pattern(text: str) -> bool:
    return text == "all" or any(char in text for char in "*?[")
