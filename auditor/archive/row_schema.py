"""The rows that other programs build on, field by field: this is the contract that `SCHEMA_VERSION` names.

The published JSON Schemas are generated from these classes and the sentences below their fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from auditor.domain.check import Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason

SCHEMA_VERSION: Literal["1.0"] = "1.0"


@dataclass(frozen=True)
class AccountRow:
    """The account that a row is about."""

    id: str
    """12 digits."""
    name: str
    """The name in the inventory or the organization; empty where none is known."""
    ou: str
    """The path of organizational units; empty where it is not known."""
    tags: dict[str, str]
    """The account's tags in the inventory and the organization."""


@dataclass(frozen=True)
class ResourceRow:
    """The AWS resource that a finding is about."""

    arn: str
    """Its ARN, with the revision where it has one."""
    type: str
    """Its type, as CloudFormation names it."""
    family: str | None
    """The task definition family; null for what has none."""
    revision: int | None
    """The revision; null where there is none or it was not learnt."""
    name: str
    """Its name, as people know it."""
    tags: dict[str, str] | None
    """Its tags in AWS; null where they were not looked at in this run."""
    registered_at: str | None
    """When this revision was registered: ISO 8601, UTC; null where it is not known."""
    registered_by: str | None
    """The ARN of whoever registered this revision; null where it is not known."""


@dataclass(frozen=True)
class EvidenceRow:
    """What one container, or another part of the resource, contributed to the verdict."""

    part: str
    """The name of the part; empty for the resource as a whole."""
    kind: str
    """What the part is, such as `container` or `volume`; empty for the resource as a whole."""
    reasons: list[str]
    """What counts for or against it, in the check's words."""
    revision: int | None
    """The revision that this is about; null for what has none."""
    details: dict[str, str | int | bool | list[str] | None]
    """What else the check looked at, by the API's names or, where it is a file, by those of `auditor checks --facts`.
    Never the value of an environment variable."""


@dataclass(frozen=True)
class IntroductionRow:
    """The revision that brought the fault in."""

    revision: int
    """The first revision that had it without a break."""
    registered_at: str | None
    """When it was registered: ISO 8601, UTC; null where it is not known."""
    registered_by: str | None
    """The ARN of whoever registered it; null where it is not known."""


@dataclass(frozen=True)
class LifecycleRow:
    """The finding over time."""

    state: str | None
    """Where the finding stands against earlier runs; null where it was not compared."""
    first_seen: str | None
    """When it was first seen: ISO 8601, UTC; null where it was not compared."""


@dataclass(frozen=True)
class FindingRow:
    """What one check says of one resource."""

    schema_version: Literal["1.0"]
    """The version of this contract."""
    run_id: str
    """The run that wrote this row; sorts by time."""
    observed_at: str
    """When the resource was read: ISO 8601, UTC."""
    finding_id: str
    """32 hexadecimal digits: the same from run to run and from revision to revision."""
    check_id: str
    """The check that was made."""
    title: str
    """What the check requires."""
    problem: str
    """What is wrong if the check fails."""
    severity: Severity
    """How bad it is where the check fails."""
    status: Status
    """The verdict. UNKNOWN: the resource is known, but could not be read or judged."""
    reasons: list[str]
    """The check's words for a verdict, or the cause where the status is UNKNOWN."""
    account: AccountRow
    """The account that the resource is in."""
    region: str
    """The region that the resource is in."""
    resource: ResourceRow
    """The resource that was judged."""
    evidence: list[EvidenceRow]
    """What each container contributed."""
    usage: dict[str, Any] | None
    """What runs it; null where that was not looked at, or does not apply."""
    introduced_in: IntroductionRow | None
    """The revision that brought the fault in; null where that is not known, and for what does not fail."""
    standards: dict[str, Status]
    """What other rule sets say of the same facts, by their names."""
    exception: dict[str, str] | None
    """The accepted risk that covers this finding; null where there is none."""
    lifecycle: LifecycleRow
    """The finding over time."""
    remediation: str
    """What to do about it."""


@dataclass(frozen=True)
class CoverageRow:
    """How much of one expected account, region and collector was looked at."""

    schema_version: Literal["1.0"]
    """The version of this contract."""
    run_id: str
    """The run that wrote this row; sorts by time."""
    account: AccountRow
    """The account that was to be looked at."""
    region: str
    """The region that was to be looked at; `*` where the account's regions could not be learnt."""
    collector: str
    """What was to be read there."""
    status: CoverageStatus
    """EXAMINED in full, PARTIAL, NOT_EXAMINED at all, or EXCLUDED on purpose."""
    reason: Reason | None
    """Why it is not EXAMINED; null where it is."""
    detail: str
    """The reason in a sentence."""
    calls: int
    """Calls sent to AWS."""
    throttled: int
    """Of them, those that AWS refused for their rate."""
    retried: int
    """Of them, those that repeated an earlier one."""
    duration_s: float
    """Seconds that it took."""
    resources: int
    """Resources that were listed there."""
