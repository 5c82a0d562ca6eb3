"""`summary.json`: the numbers of a run, for programs."""

from dataclasses import dataclass

from auditor.contracts.accountability import ExceptionSummary, OwnerSummary
from auditor.contracts.document import Document, SchemaVersion
from auditor.contracts.unlisted_accounts import UnlistedAccountsRecord
from auditor.domain.check import Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.integrity import IntegrityKind
from auditor.domain.lifecycle import LifecycleState


@dataclass(frozen=True, kw_only=True)
class RunNumbers(Document):
    """When the run took place, and what it cost."""

    run_id: str
    """The run; sorts by time."""
    started_at: str
    """When the run started: ISO 8601, UTC."""
    finished_at: str
    """When the last account was finished: ISO 8601, UTC."""
    duration_s: float
    """Seconds between the two."""
    version: str
    """The version of auditor."""
    interrupted: bool
    """Whether the run was stopped before its end."""
    calls: int
    """Calls sent to AWS."""
    throttled: int
    """Calls that AWS refused because of their rate."""
    retried: int
    """Calls that repeated an earlier one."""
    compared: int
    """Cached descriptions that were read anew to find out whether another writer changed the cache."""


@dataclass(frozen=True, kw_only=True)
class OverallVerdict(Document):
    """The result of the run in one sentence."""

    complete: bool
    """Whether everything expected was examined."""
    sentence: str
    """Coverage, failures and unknowns, in words."""


@dataclass(frozen=True, kw_only=True)
class CoverageNumbers(Document):
    """How much of the expected scopes was examined."""

    percent: float
    """Mean over the expected accounts of the share of their scopes that was examined: 0 to 100, rounded down."""
    accounts: dict[CoverageStatus, int]
    """Accounts by coverage status; every status is named."""
    scopes: dict[CoverageStatus, int]
    """Coverage records by status; every status is named."""


@dataclass(frozen=True, kw_only=True)
class FindingCounts(Document):
    """Findings over all accounts."""

    status: dict[Status, int]
    """Findings by status; every status is named."""
    severity: dict[Severity, int]
    """FAIL findings by severity, those with an exception included; every severity is named."""
    excepted: dict[Severity, int]
    """FAIL findings that an exception covers, by severity; every severity is named."""
    overdue: int
    """FAIL findings without an exception whose due date has passed."""
    check: dict[str, dict[Status, int]]
    """Findings by check ID and status."""


@dataclass(frozen=True, kw_only=True)
class AccountNumbers(Document):
    """The numbers of one account."""

    id: str
    """12 digits."""
    name: str
    """The name in the inventory or the organization; empty if there is none."""
    ou: str
    """The path of organizational units; empty if it is unknown."""
    coverage_status: CoverageStatus
    """How much of the account was examined."""
    share_examined: float
    """The share of its expected scopes that was examined in full: 0 to 1."""
    scopes: dict[CoverageStatus, int]
    """Its coverage records by status. A status without records is left out."""
    status: dict[Status, int]
    """Its findings by status; every status is named."""
    severity: dict[Severity, int]
    """Its FAIL findings by severity; every severity is named."""
    calls: int
    """Calls sent to AWS."""
    throttled: int
    """Calls that AWS refused because of their rate."""
    retried: int
    """Calls that repeated an earlier one."""


@dataclass(frozen=True, kw_only=True)
class CheckSummary(Document):
    """An enabled check."""

    id: str
    """Its ID."""
    title: str
    """What it requires."""
    severity: Severity
    """How bad a failure is."""
    frameworks: dict[str, list[str]]
    """The controls that it covers, by framework."""


@dataclass(frozen=True, kw_only=True)
class RowCounts(Document):
    """How many rows there are, and how many of them the HTML report shows."""

    total: int
    """Rows below `findings/`."""
    listed: int
    """Rows in the HTML report."""


@dataclass(frozen=True, kw_only=True)
class Tally(Document):
    """The findings of one control or one framework."""

    status: str
    """What is known of it, in words."""
    score: float | None
    """Percentage of the judged resources that pass; null if none was judged."""
    passing: int
    """PASS findings."""
    failing: int
    """FAIL findings."""
    unknown: int
    """UNKNOWN findings."""
    unexamined: float
    """Percentage of the expected scopes that was not examined."""


@dataclass(frozen=True, kw_only=True)
class ControlSummary(Document):
    """One control of a framework."""

    control: str
    """Its ID in the framework."""
    checks: list[str]
    """IDs of the checks that cover it."""
    tally: Tally
    """The findings of these checks."""


@dataclass(frozen=True, kw_only=True)
class FrameworkSummary(Document):
    """One framework. Each check counts once, even if it covers several controls."""

    tally: Tally
    """The findings of all its checks."""
    controls_without_failure: int
    """Controls of which something was examined and nothing failed."""
    controls_not_examined: int
    """Controls that could not be examined."""
    controls: list[ControlSummary]
    """The controls that enabled checks cover."""


@dataclass(frozen=True, kw_only=True)
class GapCause(Document):
    """Coverage records with the same status and, apart from IDs, ARNs, actions and regions, the same detail."""

    detail: str
    """The detail of the first record."""
    status: CoverageStatus
    """The status of the records."""
    accounts: list[str]
    """IDs of the affected accounts."""
    regions: list[str]
    """Affected regions, of any of the accounts."""
    collectors: list[str]
    """Affected collectors, in any of the regions."""
    actions: list[str]
    """API actions that the details name."""
    scopes: int
    """The number of records."""


@dataclass(frozen=True, kw_only=True)
class GapSummary(Document):
    """What has no verdict for one reason."""

    accounts: list[str]
    """IDs of the affected accounts."""
    scopes: int
    """Affected coverage records."""
    resources: int
    """Affected resources that are known."""
    causes: list[GapCause]
    """The affected coverage records by cause; the cause that affects most accounts is first."""
    advice: str
    """What to do about it."""


@dataclass(frozen=True, kw_only=True)
class IntegrityRecord(Document):
    """Something in the stored state of earlier runs that another writer changed. This run did not use it."""

    kind: IntegrityKind
    """A machine-readable kind."""
    headline: str
    """What is wrong, in words."""
    detail: str
    """The particulars, in words."""
    account: str
    """12 digits; empty if it is about the whole run."""
    region: str
    """The region; empty if it is about more than one."""
    arn: str
    """ARN of the resource; empty if it is about more than one."""
    advice: str
    """What to do."""


@dataclass(frozen=True, kw_only=True)
class UnreadHistoryRecord(Document):
    """An account that could not be compared with the earlier run."""

    account_id: str
    """12 digits."""
    problem: str
    """Why, in words."""


@dataclass(frozen=True, kw_only=True)
class HistoryNumbers(Document):
    """What changed since an earlier run. The findings are below `changes/`."""

    compared_with: str | None
    """The earlier run; null if there is none."""
    problem: str
    """Why the run was compared with nothing although there is an earlier run; empty otherwise."""
    unread: list[UnreadHistoryRecord]
    """Accounts that could not be compared."""
    absent_accounts: int
    """Accounts with findings in the earlier run that are not in this one."""
    changes: dict[LifecycleState, int]
    """Findings by state; every state is named. `open`: stale in the earlier run, and seen again."""
    new: dict[Severity, int]
    """New findings by severity; every severity is named."""


@dataclass(frozen=True, kw_only=True)
class SummaryDocument(Document):
    """The numbers of a run: `runs/<run_id>/summary.json`."""

    schema_version: SchemaVersion
    """The version of this contract."""
    run: RunNumbers
    """When the run took place, and what it cost."""
    verdict: OverallVerdict
    """The result in one sentence."""
    coverage: CoverageNumbers
    """How much was examined."""
    unlisted: UnlistedAccountsRecord | None
    """Accounts of the organization outside an inventory; null if the accounts come from elsewhere."""
    counts: FindingCounts
    """Findings over all accounts."""
    accounts: list[AccountNumbers]
    """Every account, sorted by ID."""
    checks: list[CheckSummary]
    """Every enabled check, sorted by ID."""
    failures: RowCounts
    """FAIL findings."""
    unknowns: RowCounts
    """UNKNOWN findings."""
    owners: OwnerSummary
    """The failures by owner."""
    exceptions: ExceptionSummary | None
    """The exceptions file; null if the run has none."""
    frameworks: dict[str, FrameworkSummary]
    """Frameworks that enabled checks cover, by name."""
    gaps: dict[str, GapSummary]
    """What was expected and has no verdict, by reason."""
    excluded: dict[str, GapSummary]
    """What was excluded on purpose, by reason."""
    history: HistoryNumbers
    """What changed since an earlier run."""
    integrity: list[IntegrityRecord]
    """What another writer changed in the stored state of earlier runs; empty in a run without problems."""
