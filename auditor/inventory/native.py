"""auditor's own inventory format: defaults, discovery, accounts."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from auditor.domain.reason import Reason
from auditor.domain.scope import ExcludedBy, RegionRule, Role
from auditor.inventory.fields import (
    AccountId,
    ExcludedRegions,
    ExclusionReason,
    ExternalId,
    OrganizationRole,
    Regions,
    RoleArns,
    RoleArnsForAll,
    RoleNames,
    Strict,
    Tags,
    Units,
)
from auditor.inventory.model import Defaults, Discover, Entry
from auditor.inventory.roles import role_chain
from auditor.yaml_files import FieldError


def _refuse_role(value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic passes the value by position
    if value and (info.data.get("role_name") or info.data.get("role_arn")):
        raise FieldError(
            "cannot be combined with a role", "Keep one of the two: ambient credentials are used without a role."
        )
    return value


class DefaultsSection(Strict):
    """Values for every account that does not set its own."""

    role_name: RoleNames | None = Field(
        None, description="Name of the role to assume in each account; a list is a chain within the account."
    )
    role_arn: RoleArnsForAll | None = Field(
        None,
        description="ARN of the role, with {account_id} and optionally {partition}; a list is a chain.",
    )
    external_id: ExternalId | None = Field(None, description="External ID for every role of the chain.")
    regions: Regions = Field(
        ("all",), description="Names, globs such as eu-*, or `all` for the regions that the account has enabled."
    )
    exclude_regions: ExcludedRegions = Field((), description="Names and globs of regions to leave out; exclusion wins.")
    tags: Tags = Field(default_factory=dict, description="Tags of every account in the output, for example an owner.")


class DiscoverSection(Strict):
    """List accounts from AWS Organizations in addition to those of this file."""

    role_arn: OrganizationRole | None = Field(
        None,
        description="ARN of the role that can list the organization; by default, the ambient credentials are used.",
    )
    external_id: ExternalId | None = Field(None, description="External ID of that role.")
    include_ous: Units = Field(
        (), description="Organizational units to audit, including the units below them; empty means all."
    )
    exclude_ous: Units = Field((), description="Organizational units to leave out, including the units below them.")


class AccountSection(Strict):
    """One account. The defaults apply to all values that it does not set."""

    id: AccountId = Field(description="12 digits, in quotes.", json_schema_extra={"pattern": "^[0-9]{12}$"})
    name: str = Field("", description="Name of the account in the output.")
    tags: Tags = Field(
        default_factory=dict,
        description="Tags of the account in the output; they are added to the default tags and override them.",
    )
    regions: Regions | None = Field(None, description="Regions of this account, instead of the default regions.")
    exclude_regions: ExcludedRegions | None = Field(
        None, description="Excluded regions of this account, instead of the default ones."
    )
    role_name: RoleNames | None = Field(
        None, description="Name of the role in this account, instead of the default role."
    )
    role_arn: RoleArns | None = Field(None, description="ARN of the role in this account, instead of the default role.")
    external_id: ExternalId | None = Field(
        None, description="External ID for this account, instead of the default one."
    )
    exclude: ExclusionReason | None = Field(
        None, description="Reason why the account is not audited; it still has a coverage record."
    )
    ambient: Annotated[bool, AfterValidator(_refuse_role)] = Field(
        default=False,
        description="Use the ambient credentials and assume no role, for example in the management account.",
    )


class InventoryFile(Strict):
    """The accounts to audit. Accounts files of c7n-org and exports of AWS Organizations are accepted, too."""

    defaults: DefaultsSection = Field(
        default_factory=DefaultsSection, description="Values for every account that does not set its own."
    )
    discover: DiscoverSection | None = Field(None, description="List accounts from AWS Organizations, too.")
    accounts: tuple[AccountSection, ...] = Field((), description="Accounts, each with its ID.")


def read_defaults(file: InventoryFile, role_name: str, external_id: str | None) -> Defaults:
    """Return the defaults of the file; the arguments apply if the file names no role or external ID."""
    section = file.defaults
    return Defaults(
        chain=_chain(section.role_name, section.role_arn) or role_chain([role_name]),
        external_id=section.external_id or external_id,
        regions=RegionRule(section.regions, section.exclude_regions),
        tags=section.tags,
    )


def read_discover(file: InventoryFile) -> Discover | None:
    """Return how to list AWS Organizations; None if the file has no `discover`."""
    section = file.discover
    if section is None:
        return None
    role = Role(section.role_arn, section.external_id) if section.role_arn else None
    return Discover(role, section.include_ous, section.exclude_ous)


def read_entries(file: InventoryFile) -> tuple[Entry, ...]:
    """Return the accounts in the file's order."""
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
        excluded=ExcludedBy(Reason.EXCLUDED_BY_CONFIG, section.exclude) if section.exclude else None,
    )


def _chain(names: tuple[str, ...] | None, arns: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return role_chain(names) if names else arns
