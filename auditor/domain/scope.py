"""Accounts, the roles to assume in them, and the scopes to examine.

A `Target` is one account of the inventory, excluded or not. A `Scope` is one region of one account: the unit of work
and of coverage.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from auditor.domain.reason import Reason

#: The region of a coverage record if the regions of the account could not be listed.
EVERY_REGION = "*"


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """An AWS account: `id` has 12 digits; `ou` is the path of organizational units, empty if it is not known.

    `owner` and `environment` are derived from the tags and the OU by the settings; empty if unknown. `in_organization`
    tells whether AWS Organizations listed it.
    """

    id: str
    name: str = ""
    ou: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)
    owner: str = field(default="", compare=False)
    environment: str = field(default="", compare=False)
    in_organization: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return f"{self.name} ({self.id})" if self.name else self.id


@dataclass(frozen=True, slots=True)
class Role:
    """One role of a chain. `arn` may contain `{partition}`, which is filled in once the identity is known."""

    arn: str
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class ExcludedBy:
    """Why an account is excluded. It still gets a coverage record."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class RegionRule:
    """Which regions of an account are expected.

    `include` holds `all`, names and globs; `exclude` takes precedence. `only` narrows one run: unless it is empty, it
    excludes all regions that match none of its names and globs.
    """

    include: tuple[str, ...] = ("all",)
    exclude: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """The regions that are included by name: they are expected even if the account cannot be read."""
        return tuple(pattern for pattern in self.include if not _is_pattern(pattern))

    @property
    def open_ended(self) -> bool:
        """Whether the account has to list its regions before the expected ones are known."""
        return any(_is_pattern(pattern) for pattern in self.include)

    def wants(self, region: str) -> bool:
        """Whether `region` is included, not counting exclusions."""
        return any(pattern == "all" or fnmatchcase(region, pattern) for pattern in self.include)

    def why_excluded(self, region: str) -> str:
        """Return why `region` is excluded, for its coverage record; empty if it is not excluded."""
        if any(fnmatchcase(region, pattern) for pattern in self.exclude):
            return "excluded by `exclude_regions`"
        if self.only and not any(pattern == "all" or fnmatchcase(region, pattern) for pattern in self.only):
            return "left out by --region"
        return ""


@dataclass(frozen=True, slots=True)
class Target:
    """One account of the inventory. `roles` are assumed in order; empty means the default credentials."""

    account: Account
    roles: tuple[Role, ...] = ()
    regions: RegionRule = RegionRule()
    excluded: ExcludedBy | None = None


@dataclass(frozen=True, slots=True)
class DiscoveredAccount:
    """One account as AWS Organizations lists it, before the entry and the defaults of the inventory are applied.

    `state` is AWS's, such as `ACTIVE` or `SUSPENDED`. `excluded_detail` says why the selection of organizational units
    excludes the account, None if it does not.
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
        return f"{self.account} {self.region}"


def _is_pattern(text: str) -> bool:
    return text == "all" or any(char in text for char in "*?[")
