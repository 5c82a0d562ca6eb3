"""The evidence for one control: `auditor report --control`."""

from dataclasses import dataclass

from auditor.contracts.document import Document, SchemaVersion
from auditor.domain.check import Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason


@dataclass(frozen=True, order=True)
class ControlFinding(Document):
    """One resource, as one check of the control judged it."""

    account_id: str
    """12 digits."""
    region: str
    """The region of the resource."""
    resource_arn: str
    """ARN of the resource, with the revision if it has one."""
    check_id: str
    """The check."""
    severity: Severity
    """How bad a failure is."""
    status: Status
    """The verdict."""
    reasons: list[str]
    """Why it was given."""
    observed_at: str
    """When the resource was read: ISO 8601, UTC."""
    finding_id: str
    """The finding, as in `findings/`."""
    exception: str | None
    """ID of the exception that covers a failure; null if there is none."""


@dataclass(frozen=True, order=True)
class ControlGap(Document):
    """A scope that the control needs and that was not examined in full."""

    account_id: str
    """12 digits."""
    region: str
    """The region; `*` if the account's regions could not be listed."""
    collector: str
    """The collector that reads the resources."""
    status: CoverageStatus
    """How much was examined."""
    reason: Reason | None
    """Why not everything was."""
    detail: str
    """The particulars, in words."""


@dataclass(frozen=True, kw_only=True)
class ControlDocument(Document):
    """The evidence of one run for one control."""

    schema_version: SchemaVersion
    """The version of this contract."""
    run_id: str
    """The run."""
    control: str
    """The framework and the control, such as `cis-compute-1.1/3.4`."""
    checks: list[str]
    """IDs of the enabled checks that cover it. A control that no check covers has no evidence."""
    failed: list[ControlFinding]
    """Resources that fail, those with an exception included."""
    passed: list[ControlFinding]
    """Resources that pass. Empty if the run wrote no PASS rows; `passing` counts them."""
    passing: int
    """PASS verdicts."""
    unknown: list[ControlFinding]
    """Resources that exist and could not be read or judged."""
    not_applicable: int
    """Verdicts that the control does not apply to a resource."""
    not_examined: list[ControlGap]
    """Scopes that were not examined in full, those excluded on purpose included."""
