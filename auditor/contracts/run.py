"""The documents that describe a run as a whole: its claim, its manifest, and `latest.json`."""

from dataclasses import dataclass
from typing import Any

from auditor.contracts.document import Document, SchemaVersion
from auditor.domain.check import Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.reason import Reason
from auditor.domain.result import AccountSource


@dataclass(frozen=True, kw_only=True)
class ClaimedExclusion(Document):
    """Why an account of a run is not examined."""

    reason: Reason
    """A machine-readable reason."""
    detail: str
    """The particulars, in words."""


@dataclass(frozen=True, kw_only=True)
class ClaimedAccount(Document):
    """One account of a run. A resumed run has the same accounts, even if the organization no longer lists them."""

    id: str
    """12 digits."""
    name: str
    """The name in the inventory or the organization; empty if there is none."""
    ou: str
    """The path of organizational units; empty if it is unknown."""
    tags: dict[str, str]
    """Tags of the inventory and the organization."""
    in_organization: bool
    """Whether AWS Organizations listed the account."""
    excluded: ClaimedExclusion | None
    """Why the account is excluded as a whole; null if it is expected."""


@dataclass(frozen=True, kw_only=True)
class ClaimDocument(Document):
    """The reservation of a run ID for one process: `state/claims/<run_id>.json`."""

    schema_version: SchemaVersion
    """The version of this contract."""
    run_id: str
    """The run ID that is claimed."""
    started_at: str
    """When the run started: ISO 8601, UTC. A resumed run keeps the start of its first attempt."""
    claimed_at: str
    """When this attempt claimed the run ID: ISO 8601, UTC."""
    fingerprint: str
    """SHA-256 of the inventory, checks and settings. A run can only be resumed with the same ones."""
    version: str
    """The version of auditor. A run can only be resumed with the same one."""
    accounts: list[ClaimedAccount]
    """All accounts of the run, excluded ones included, sorted by ID."""
    base_run: str | None
    """The run that this run is compared with: the latest one when the run was claimed first; null if there was none."""
    base_problem: str
    """Why the run is compared with nothing although there is an earlier run; empty otherwise."""
    nonce: str
    """16 random hexadecimal digits that make the claims of two processes differ."""


@dataclass(frozen=True)
class ObjectRecord(Document):
    """One object of a run."""

    key: str
    """Its key below the output folder or prefix."""
    sha256: str
    """SHA-256 of its bytes, in hexadecimal digits."""
    bytes: int
    """Its size in bytes, compressed if it is compressed."""
    rows: int | None = None
    """How many rows it holds; null if it holds no rows."""


@dataclass(frozen=True, kw_only=True)
class CoverageTotals(Document):
    """How much of the expected scopes was examined."""

    percent: float
    """Mean over the expected accounts of the share of their scopes that was examined: 0 to 100, rounded down."""
    accounts_expected: int
    """Accounts of which something was to be examined."""
    accounts_complete: int
    """Expected accounts that were examined in full."""
    scopes: dict[CoverageStatus, int]
    """Coverage records by status. A status without records is left out."""


@dataclass(frozen=True, kw_only=True)
class RunCounts(Document):
    """What a run found, in numbers. Each of them names every key, zeros included."""

    accounts: dict[CoverageStatus, int]
    """Accounts by coverage status."""
    scopes: dict[CoverageStatus, int]
    """Coverage records by status."""
    findings: dict[Status, int]
    """Findings by status, NOT_APPLICABLE included even if the run writes no rows for them."""
    failures: dict[Severity, int]
    """FAIL findings by severity."""
    changes: dict[LifecycleState, int]
    """Rows below `changes/` by state."""


@dataclass(frozen=True, kw_only=True)
class CheckOrigin(Document):
    """The origin of a check that is not built in."""

    source: str
    """Path of a file, or name of a Python distribution."""
    version: str
    """SHA-256 of the file, or version of the distribution."""


@dataclass(frozen=True, kw_only=True)
class Provenance(Document):
    """What a run was made from."""

    identity: str
    """ARN of the principal that ran the audit."""
    output: str
    """Folder or S3 URL that the results were written to."""
    previous_run: str | None
    """The run that `latest.json` named when this run started; null if there was none."""
    previous_manifest_sha256: str | None
    """SHA-256 of the manifest of that run; null if there was none or it could not be read."""
    accounts_listed_at: str
    """When the accounts were taken from the inventory and the organization: ISO 8601, UTC."""
    accounts: list[ClaimedAccount]
    """All accounts of the run, excluded ones included, sorted by ID."""
    inventory_sha256: str | None
    """SHA-256 of the inventory file; null if there was none."""
    settings_sha256: str | None
    """SHA-256 of the settings file; null if there was none."""
    exceptions_sha256: str | None
    """SHA-256 of the exceptions file; null if there was none."""
    settings: dict[str, Any]
    """The settings of the run, defaults and flags included."""
    parameters: dict[str, dict[str, Any]]
    """The parameters of each enabled check, by check ID."""
    cache_digests: dict[str, str]
    """SHA-256 of the fact cache objects that the next run may trust, by key."""
    checks: list[str]
    """IDs of the enabled checks."""
    check_versions: dict[str, str]
    """SHA-256 of the source of each enabled check, or the version of its distribution, by check ID."""
    check_origins: dict[str, CheckOrigin]
    """The origin of each check that is not built in, by check ID."""
    versions: dict[str, str]
    """Versions of auditor, Python and the AWS libraries, by name."""


@dataclass(frozen=True, kw_only=True)
class ManifestDocument(Document):
    """A run and its objects: `runs/<run_id>/manifest.json`. It exists once the run has finished."""

    schema_version: SchemaVersion
    """The version of this contract."""
    run_id: str
    """The run; sorts by time."""
    started_at: str
    """When the run started: ISO 8601, UTC."""
    finished_at: str
    """When the last account was finished: ISO 8601, UTC."""
    complete: bool
    """Whether everything expected was examined."""
    narrowed_by: list[str]
    """Flags that left out accounts, regions or checks; a run with any is never in `latest.json`."""
    account_source: AccountSource
    """Whether the accounts are those of AWS Organizations, of an inventory alone, or the one of the credentials."""
    coverage: CoverageTotals
    """How much was examined."""
    counts: RunCounts
    """What was found."""
    provenance: Provenance
    """What the run was made from."""
    objects: list[ObjectRecord]
    """The objects of the run, sorted by key. The manifest itself is not listed."""
    how_to_verify: str
    """How to verify the run, in words."""


@dataclass(frozen=True, kw_only=True)
class PublishedRun(Document):
    """A run in `latest.json`, and the keys of its documents."""

    run_id: str
    """The run."""
    manifest: str
    """Key of its manifest."""
    manifest_sha256: str
    """SHA-256 of its manifest, in hexadecimal digits."""
    report: str
    """Key of its HTML report."""
    summary: str
    """Key of its `summary.json`."""
    finished_at: str
    """When it finished: ISO 8601, UTC."""
    coverage: CoverageTotals
    """How much was examined."""


@dataclass(frozen=True, kw_only=True)
class LatestDocument(Document):
    """The latest run and the last complete one: `latest.json`. Written last, so that readers never see half a run.

    Narrowed runs (`--account`, `--check` and so on) are never named.
    """

    schema_version: SchemaVersion
    """The version of this contract."""
    run_id: str
    """The latest run."""
    manifest: str
    """Key of its manifest."""
    manifest_sha256: str
    """SHA-256 of its manifest, in hexadecimal digits."""
    report: str
    """Key of its HTML report."""
    summary: str
    """Key of its `summary.json`."""
    finished_at: str
    """When it finished: ISO 8601, UTC."""
    complete: bool
    """Whether everything expected was examined."""
    coverage: CoverageTotals
    """How much was examined."""
    account_source: AccountSource
    """Whether the accounts are those of AWS Organizations, of an inventory alone, or the one of the credentials."""
    last_complete: PublishedRun | None
    """The last run that examined everything expected, which may be this one; null if there was none."""


@dataclass(frozen=True)
class RunRow(Document):
    """A run that ended in order: the only line of `index/dt=<day>/<run_id>.json`.

    Written after the manifest and before `latest.json`. An interrupted run has no such line.
    """

    schema_version: SchemaVersion
    """The version of this contract."""
    run_id: str
    """The run; sorts by time."""
    started_at: str
    """When the run started: ISO 8601, UTC."""
    finished_at: str
    """When the last account was finished: ISO 8601, UTC."""
    complete: bool
    """Whether everything expected was examined."""
    narrowed: bool
    """Whether flags left out accounts, regions or checks. Such a run says nothing about the whole organization."""
    narrowed_by: list[str]
    """These flags."""
    account_source: AccountSource
    """Whether the accounts are those of AWS Organizations, of an inventory alone, or the one of the credentials."""
    coverage_percent: float
    """Mean over the expected accounts of the share of their scopes that was examined: 0 to 100, rounded down."""
    accounts: dict[CoverageStatus, int]
    """Accounts by coverage status; every status is named."""
    scopes: dict[CoverageStatus, int]
    """Coverage records by status; every status is named."""
    findings: dict[Status, int]
    """Findings by status; every status is named."""
    failures: dict[Severity, int]
    """FAIL findings by severity; every severity is named."""
    changes: dict[LifecycleState, int]
    """Rows below `changes/` by state; every state is named."""
    previous_run: str | None
    """The run that `latest.json` named when this run started; null if there was none."""
    inventory_sha256: str | None
    """SHA-256 of the inventory file; null if there was none."""
    settings_sha256: str | None
    """SHA-256 of the settings file; null if there was none."""
    manifest: str
    """Key of the manifest, which lists the objects of the run."""
    manifest_sha256: str
    """SHA-256 of the manifest, in hexadecimal digits."""
