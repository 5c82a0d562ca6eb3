"""The rows below `findings/` and `coverage/`."""

from dataclasses import dataclass
from typing import Any

from auditor.contracts.document import Document, SchemaVersion, copy_fields
from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason


@dataclass(frozen=True)
class AccountRow(Document):
    """The account of a row."""

    id: str
    """12 digits."""
    name: str
    """The name in the inventory or the organization; empty if there is none."""
    ou: str
    """The path of organizational units; empty if it is unknown."""
    tags: dict[str, str]
    """The account's tags in the inventory and the organization."""


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
    details: dict[str, str | int | bool | list[str] | None]
    """Other values that the check examined, under the API's names or, for files, those of `auditor checks --facts`.
    Never the value of an environment variable."""


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

    state: str | None
    """Whether the finding is new, for example; null if it was not compared."""
    first_seen: str | None
    """When it was first seen: ISO 8601, UTC; null if it was not compared."""


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
    account: AccountRow
    """The account of the resource."""
    region: str
    """The region of the resource."""
    resource: ResourceRow
    """The resource that was judged."""
    evidence: list[EvidenceRow]
    """What in the resource shows it."""
    usage: dict[str, Any] | None
    """Where the resource is used, in the form of its service; null if that was not examined or does not apply."""
    introduced_in: IntroductionRow | None
    """The revision that introduced the failure; null if it is unknown or the status is not FAIL."""
    standards: dict[str, Status]
    """What other rule sets say about the same facts, by their names."""
    exception: dict[str, str] | None
    """The accepted risk that covers this finding; null if there is none."""
    lifecycle: LifecycleRow
    """The finding in comparison with earlier runs."""
    remediation: str
    """What to do about it."""


@dataclass(frozen=True)
class CoverageRow(Document):
    """Whether one expected account, region and collector was examined."""

    schema_version: SchemaVersion
    """The version of this contract."""
    run_id: str
    """The run that wrote this row; sorts by time."""
    account: AccountRow
    """The expected account."""
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


def evidence_row(evidence: Evidence) -> EvidenceRow:
    """Return the row of a piece of evidence, for findings of a run and of files."""
    members = ((name, evidence.details[name]) for name in sorted(evidence.details))
    details = {name: list(value) if isinstance(value, tuple) else value for name, value in members}
    return copy_fields(EvidenceRow, evidence, reasons=list(evidence.reasons), details=details)
