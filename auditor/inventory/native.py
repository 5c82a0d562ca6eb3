"""Our own inventory format: defaults, discovery, accounts."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from auditor.domain.reason import Reason as Cause
from auditor.domain.scope import ExcludedBy, RegionRule, Role
from auditor.inventory.fields import (
    AccountId,
    ExcludedRegions,
    ExternalId,
    HubRole,
    Reason,
    Regions,
    RoleArns,
    RoleArnsForAll,
    RoleNames,
    Strict,
    Tags,
    Units,
)
from auditor.inventory.model import Defaults, Discover, Entry
from auditor.inventory.roles import named
from auditor.yaml_files import FieldError


def _no_role(value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - a validator takes what it takes
    if value and (info.data.get("role_name") or info.data.get("role_arn")):
        raise FieldError("is set together with a role", "Keep one of the two: ambient credentials assume no role.")
    return value


class DefaultsSection(Strict):
    """What holds for every account that does not say otherwise."""

    role_name: RoleNames | None = Field(
        None, description="Role to assume in each account, by name; a list is a chain within the account."
    )
    role_arn: RoleArnsForAll | None = Field(
        None,
        description="Role to assume, with {account_id} and, if wanted, {partition}; a list is a chain, last hop last.",
    )
    external_id: ExternalId | None = Field(None, description="External id that goes with every hop.")
    regions: Regions = Field(
        ("all",), description="`all` (what the account has enabled), names, and globs such as eu-*."
    )
    exclude_regions: ExcludedRegions = Field((), description="Names and globs; exclusion wins.")
    tags: Tags = Field(default_factory=dict, description="What to say of every account in its rows, such as an owner.")


class DiscoverSection(Strict):
    """Ask AWS Organizations for accounts too."""

    role_arn: HubRole | None = Field(
        None, description="Role that may list the organization; without it the ambient credentials are used."
    )
    external_id: ExternalId | None = Field(None, description="External id of that role.")
    include_ous: Units = Field((), description="Organizational units to take, with all below them; none means all.")
    exclude_ous: Units = Field((), description="Organizational units to leave out, with all below them.")


class AccountSection(Strict):
    """One account. What it leaves out, the defaults decide."""

    id: AccountId = Field(description="12 digits, in quotes.", json_schema_extra={"pattern": "^[0-9]{12}$"})
    name: str = Field("", description="The name that people know it by.")
    tags: Tags = Field(default_factory=dict, description="Laid over the tags of the defaults.")
    regions: Regions | None = Field(None, description="Instead of the regions of the defaults.")
    exclude_regions: ExcludedRegions | None = Field(None, description="Instead of those of the defaults.")
    role_name: RoleNames | None = Field(None, description="Instead of the role of the defaults, by name.")
    role_arn: RoleArns | None = Field(None, description="Instead of the role of the defaults, by ARN.")
    external_id: ExternalId | None = Field(None, description="Instead of that of the defaults.")
    exclude: Reason | None = Field(None, description="Why it is not audited; it still gets its row.")
    ambient: Annotated[bool, AfterValidator(_no_role)] = Field(
        default=False,
        description="Use the credentials that auditor runs with and assume no role, as in the management account.",
    )


class InventoryFile(Strict):
    """Who is audited. The accounts files of c7n-org and exports of AWS Organizations are read as they are, too."""

    defaults: DefaultsSection = Field(
        default_factory=DefaultsSection, description="What holds for every account that does not say otherwise."
    )
    discover: DiscoverSection | None = Field(None, description="Ask AWS Organizations for accounts too.")
    accounts: tuple[AccountSection, ...] = Field((), description="The accounts, each with its id.")


def defaults_of(file: InventoryFile, role_name: str, external_id: str | None) -> Defaults:
    """The defaults of the file; where it names no role or external id, these."""
    section = file.defaults
    return Defaults(
        chain=_chain(section.role_name, section.role_arn) or named([role_name]),
        external_id=section.external_id or external_id,
        regions=RegionRule(section.regions, section.exclude_regions),
        tags=section.tags,
    )


def discover_of(file: InventoryFile) -> Discover | None:
    """How to ask AWS Organizations, None where the file does not want that."""
    section = file.discover
    if section is None:
        return None
    role = Role(section.role_arn, section.external_id) if section.role_arn else None
    return Discover(role, section.include_ous, section.exclude_ous)


def entries_of(file: InventoryFile) -> tuple[Entry, ...]:
    """The accounts of the file, in its order."""
    return tuple(_entry(section) for section in file.accounts)


def _entry(section: AccountSection) -> Entry:
    return Entry(
        id=section.id,
        name=section.name,
        tags=section.tags,
        chain=() if section.ambient else _chain(section.role_name, section.role_arn),
        external_id=section.external_id,
        include=section.regions,
        exclude=section.exclude_regions,
        excluded=ExcludedBy(Cause.EXCLUDED_BY_CONFIG, section.exclude) if section.exclude else None,
    )


def _chain(names: tuple[str, ...] | None, arns: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return named(names) if names else arns
