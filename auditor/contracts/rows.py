"""The rows below `findings/` and `coverage/`."""

from dataclasses import dataclass
from typing import Any

from auditor.contracts.document import Document, SchemaVersion, copy_fields
from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.details import detail_text
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.reason import Reason


@dataclass(frozen=True)
class ResourceRow(Document):
    """The AWS resource that a finding is about."""

    arn: str
    """Its ARN, with the revision if it has one."""
    type: str
    """Its type, as CloudFormation names it."""
    family: str | None
    """The task definition family; null for other resources."""
    revision: int | None
    """The revision; null if there is none or it is unknown."""
    name: str
    """Its name."""
    tags: dict[str, str] | None
    """Its tags in AWS; null if this run did not read them."""
    registered_at: str | None
    """When this revision was registered: ISO 8601, UTC; null if it is unknown."""
    registered_by: str | None
    """The ARN of the principal that registered this revision; null if it is unknown."""


@dataclass(frozen=True)
class EvidenceRow(Document):
    """What one part of the resource contributed to the status."""

    part: str
    """The name of the part; empty for the resource as a whole."""
    kind: str
    """What the part is, such as `container` or `volume`; empty for the resource as a whole."""
    reasons: list[str]
    """The check's reasons that apply to this part."""
    revision: int | None
    """The revision that the evidence is about; null if the resource has none."""
    details: dict[str, str]
    """Other values that the check examined, under the API's names or, for files, those of `auditor checks --facts`:
    text as it is, `true` or `false`, digits, or a JSON list. Absent values are left out. Never the value of an
    environment variable."""


@dataclass(frozen=True)
class IntroductionRow(Document):
    """The revision that introduced a failure."""

    revision: int
    """The first of the consecutive revisions that fail."""
    registered_at: str | None
    """When it was registered: ISO 8601, UTC; null if it is unknown."""
    registered_by: str | None
    """The ARN of the principal that registered it; null if it is unknown."""


@dataclass(frozen=True)
class LifecycleRow(Document):
    """The finding in comparison with earlier runs."""

    state: LifecycleState | None
    """The state compared with earlier runs; null if it was not compared, or neither fails nor failed before."""
    first_seen: str | None
    """When the failure was first seen: ISO 8601, UTC; null if it was not."""
    last_seen: str | None
    """When the failure was last seen: ISO 8601, UTC; null if it was not."""


@dataclass(frozen=True)
class ExceptionRow(Document):
    """The exception that covers a finding, as the exceptions file states it."""

    id: str
    """The ID of the exception."""
    reason: str
    """Why the failure is accepted: `accepted-risk`, for example."""
    justification: str
    """The justification in words."""
    owner: str
    """Who is responsible for the exception."""
    ticket: str
    """The ticket that records the decision; empty if there is none."""
    expires: str
    """The last day on which the exception applies: `2026-12-31`."""


@dataclass(frozen=True)
class FindingRow(Document):
    """One verdict of one check on one resource."""

    schema_version: SchemaVersion
    """The version of this contract."""
    run_id: str
    """The run that wrote this row; sorts by time."""
    observed_at: str
    """When the resource was read: ISO 8601, UTC."""
    finding_id: str
    """32 hexadecimal digits: the same in every run and for every revision."""
    check_id: str
    """The check that was evaluated."""
    title: str
    """What the check requires."""
    problem: str
    """What is wrong if the check fails."""
    severity: Severity
    """How bad a failure is."""
    status: Status
    """The verdict. UNKNOWN: the resource exists, but could not be read or judged."""
    reasons: list[str]
    """Why the status was given: reasons of the check, or one of the coverage reasons if the status is UNKNOWN."""
    frameworks: list[str]
    """The controls of the check, sorted, such as `cis-compute-1.1/3.4`."""
    account_id: str
    """The account of the resource: 12 digits."""
    account_name: str
    """The account's name in the inventory or the organization; empty if there is none."""
    ou: str
    """The account's path of organizational units; empty if it is unknown."""
    owner: str
    """The owner of the resource or of its account; empty if it is unknown."""
    environment: str
    """The environment of the resource or of its account; empty if it is unknown."""
    account_tags: dict[str, str]
    """The account's tags in the inventory and the organization."""
    region: str
    """The region of the resource."""
    resource: ResourceRow
    """The resource that was judged."""
    evidence: list[EvidenceRow]
    """What in the resource shows it."""
    usage: dict[str, Any] | None
    """Where the resource is used, in the form of its service; null if that was not examined or does not apply."""
    is_running: bool | None
    """Whether the resource is in use; null if that was not examined in full or does not apply."""
    is_public: bool | None
    """Whether a task of the resource gets a public IP address; null if that is not known of all of its tasks: ECS does
    not say it of standalone tasks, nor of tasks that use the address of their host. Load balancers are not read."""
    introduced_in: IntroductionRow | None
    """The revision that introduced the failure; null if it is unknown or the status is not FAIL."""
    standards: dict[str, Status]
    """What other rule sets say about the same facts, by their names."""
    first_seen: str | None
    """When the failure was first seen: ISO 8601, UTC; null if it was not."""
    lifecycle: LifecycleRow
    """The finding in comparison with earlier runs."""
    due: str | None
    """The last day to fix the failure in time: `2026-12-01`; null if there is none."""
    overdue: bool
    """Whether the failure should have been fixed before this run."""
    exception: ExceptionRow | None
    """The exception that covers this failure; null if there is none."""
    remediation: str
    """What to do about it."""


@dataclass(frozen=True)
class CoverageRow(Document):
    """Whether one expected account, region and collector was examined."""

    schema_version: SchemaVersion
    """The version of this contract."""
    run_id: str
    """The run that wrote this row; sorts by time."""
    observed_at: str | None
    """When the scope was scanned, or the account ended without that: ISO 8601, UTC. Null if it is unknown."""
    account_id: str
    """The expected account: 12 digits."""
    account_name: str
    """The account's name in the inventory or the organization; empty if there is none."""
    ou: str
    """The account's path of organizational units; empty if it is unknown."""
    owner: str
    """The owner of the account; empty if it is unknown."""
    environment: str
    """The environment of the account; empty if it is unknown."""
    account_tags: dict[str, str]
    """The account's tags in the inventory and the organization."""
    region: str
    """The expected region; `*` if the account's regions could not be listed."""
    collector: str
    """The collector that reads one kind of resource."""
    status: CoverageStatus
    """EXAMINED (in full), PARTIAL, NOT_EXAMINED, or EXCLUDED (on purpose)."""
    reason: Reason | None
    """Why it is not EXAMINED; null if it is."""
    detail: str
    """The reason in a sentence."""
    calls: int
    """Calls sent to AWS."""
    throttled: int
    """Calls that AWS refused because of their rate."""
    retried: int
    """Calls that repeated an earlier one."""
    duration_s: float
    """Seconds that it took."""
    resources: int
    """Resources that were listed."""


@dataclass(frozen=True)
class ChangeRow(Document):
    """A finding whose state differs from the one of the run before, or that is still stale."""

    schema_version: SchemaVersion
    """The version of this contract."""
    run_id: str
    """The run that wrote this row; sorts by time."""
    changed_at: str
    """When this run noticed it: ISO 8601, UTC."""
    finding_id: str
    """The finding, as in `findings/`."""
    state: LifecycleState
    """The state in this run."""
    previous_state: LifecycleState | None
    """The state in the run before; null if the finding was not known."""
    check_id: str
    """The check of the finding."""
    problem: str
    """What is wrong if the check fails."""
    severity: Severity
    """How bad the failure is."""
    account_id: str
    """The account of the resource: 12 digits."""
    account_name: str
    """The account's name in the inventory or the organization; empty if there is none."""
    ou: str
    """The account's path of organizational units; empty if it is unknown."""
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
    first_seen: str | None
    """When the failure was first seen: ISO 8601, UTC; null if it is unknown."""
    last_seen: str | None
    """When the failure was last seen: ISO 8601, UTC; null if it is unknown."""
    reason: str
    """Why it is stale or gone; empty for other states."""


def evidence_row(evidence: Evidence) -> EvidenceRow:
    """Return the row of a piece of evidence, for findings of a run and of files."""
    # In the order of the check, which names what matters most first; a stored run must render the same page.
    texts = ((name, detail_text(value)) for name, value in evidence.details.items())
    details = {name: text for name, text in texts if text is not None}
    return copy_fields(EvidenceRow, evidence, reasons=list(evidence.reasons), details=details)
