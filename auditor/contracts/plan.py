"""The JSON of `auditor plan`: what a run would examine, and how many API calls it would make."""

from dataclasses import dataclass

from auditor.contracts.document import Document, SchemaVersion
from auditor.contracts.unlisted_accounts import UnlistedAccountsRecord
from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason


@dataclass(frozen=True, kw_only=True)
class PlannedScope(Document):
    """One collector in one region of one account."""

    region: str
    """The region; `*` if the account's regions could not be listed."""
    collector: str
    """The collector."""
    status: CoverageStatus
    """Whether the resources could be listed."""
    reason: Reason | None
    """Why the scope could not be listed; null if it could."""
    detail: str
    """The reason in a sentence."""
    resources: int
    """Resources that were listed."""
    calls: int
    """API calls that a run would make: those that list and those that describe."""


@dataclass(frozen=True, kw_only=True)
class PlannedAccount(Document):
    """What a run would examine in one account."""

    id: str
    """12 digits."""
    name: str
    """The name in the inventory or the organization; empty if there is none."""
    regions: int
    """Regions in which everything or something could be listed."""
    resources: int
    """Resources that were listed."""
    calls: int
    """API calls that a run would make, those that assume the role and list the regions included."""
    scopes: list[PlannedScope]
    """Every expected scope, sorted by region and collector."""


@dataclass(frozen=True, kw_only=True)
class PlanDocument(Document):
    """The result of `auditor plan --format json`."""

    schema_version: SchemaVersion
    """The version of this contract."""
    regions: int
    """Account-regions in which something could be listed."""
    resources: int
    """Resources that were listed."""
    calls: int
    """API calls that a run would make."""
    unlisted: UnlistedAccountsRecord | None
    """Accounts of the organization outside an inventory; null if the accounts come from elsewhere."""
    accounts: list[PlannedAccount]
    """Every account, sorted by ID."""
