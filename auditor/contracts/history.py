"""What a run leaves for later runs: past findings of each account, and the trend."""

from dataclasses import dataclass

from auditor.contracts.document import Document, SchemaVersion
from auditor.domain.check import Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.reason import Reason


@dataclass(frozen=True)
class PastFindingRow(Document):
    """A finding that fails, or failed within the last 90 days: a row of `state/history/run=<run_id>/`.

    Only for the next run. What changed is in `changes/`.
    """

    schema_version: SchemaVersion
    """The version of this contract."""
    run_id: str
    """The run that wrote this row."""
    finding_id: str
    """The finding, as in `findings/`."""
    check_id: str
    """The check of the finding."""
    problem: str
    """What is wrong if the check fails."""
    severity: Severity
    """How bad the failure is."""
    account_id: str
    """The account of the resource: 12 digits."""
    account_name: str
    """The account's name; empty if there is none."""
    ou: str
    """The account's path of organizational units; empty if it is unknown."""
    in_organization: bool
    """Whether AWS Organizations listed the account."""
    owner: str
    """The owner of the resource or of its account; empty if it is unknown."""
    environment: str
    """The environment of the resource or of its account; empty if it is unknown."""
    region: str
    """The region of the resource."""
    resource_arn: str
    """The ARN of the resource, without its revision."""
    resource_type: str
    """Its type, as CloudFormation names it."""
    resource_name: str
    """Its name."""
    revisions: str
    """The setting `revisions` with which it last failed; empty if the resource has no revisions."""
    state: LifecycleState | None
    """The state in this run, or the one in which it was closed; null if it failed and was not compared."""
    first_seen: str
    """When the failure was first seen: ISO 8601, UTC."""
    last_seen: str
    """When the failure was last seen: ISO 8601, UTC."""
    closed_at: str | None
    """The start of the run that found it resolved or gone: ISO 8601, UTC; null while it is open."""


@dataclass(frozen=True, kw_only=True)
class TrendPoint(Document):
    """One run in the trend: what it found, and what it did not look at."""

    run_id: str
    """The run; sorts by time."""
    finished_at: str
    """When it finished: ISO 8601, UTC."""
    complete: bool
    """Whether everything expected was examined."""
    coverage_percent: float
    """Mean over the expected accounts of the share of their scopes that was examined: 0 to 100, rounded down."""
    accounts: dict[CoverageStatus, int]
    """Accounts by coverage status; every status is named."""
    scopes: dict[CoverageStatus, int]
    """Coverage records by status; every status is named."""
    not_examined: dict[Reason, int]
    """Coverage records that are PARTIAL or NOT_EXAMINED, by reason."""
    findings: dict[Status, int]
    """Findings by status; every status is named."""
    failures: dict[Severity, int]
    """FAIL findings by severity; every severity is named."""
    compared_with: str | None
    """The run that `changes` refers to; null if the run was compared with nothing."""
    not_compared: int
    """Accounts that could not be compared, although there is an earlier run."""
    changes: dict[LifecycleState, int]
    """Rows below `changes/` by state; every state is named."""


@dataclass(frozen=True, kw_only=True)
class TrendDocument(Document):
    """The last 90 days of published runs: `runs/<run_id>/trend.json`."""

    schema_version: SchemaVersion
    """The version of this contract."""
    run_id: str
    """The run that wrote it, which has the last point."""
    problem: str
    """Why points of earlier runs are missing; empty if they are not."""
    points: list[TrendPoint]
    """One point per run, sorted by run ID."""
