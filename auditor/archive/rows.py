"""Rows: findings and the coverage ledger as other programs read them. This is the contract that `SCHEMA_VERSION` names.

The published JSON Schemas are generated from these classes and the sentences below their fields.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.facts import Resource
from auditor.domain.reason import Reason
from auditor.domain.result import Coverage, CoverageStatus, Finding
from auditor.domain.scope import Account

_Value = TypeVar("_Value")

SCHEMA_VERSION: Literal["1.0"] = "1.0"

#: An escape that can only be one half of a character beyond U+FFFF. Most lines have none.
_SURROGATE_ESCAPE = re.compile(r"\\ud[89a-f]")


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
    """What one container contributed to the verdict."""

    container: str
    """The container's name."""
    user: str | None
    """The user as the definition has it; null where it has none, so that the image decides."""
    privileged: bool
    """Whether the definition asks for a privileged container."""
    reasons: list[str]
    """What counts for or against it, in the check's words."""


@dataclass(frozen=True)
class InUseRow:
    """What runs this resource."""

    services: list[str]
    """ARNs of the services that use it."""
    running_tasks: int
    """Tasks of it that run, within services or on their own."""


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
    """What holds where the check passes."""
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
    in_use: InUseRow | None
    """What runs it; null where that was not looked at."""
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


def finding_row(finding: Finding, run_id: str) -> FindingRow:
    """One finding as a row of `run_id`."""
    return FindingRow(
        schema_version=SCHEMA_VERSION,
        run_id=run_id,
        observed_at=timestamp(finding.observed_at),
        finding_id=finding.finding_id,
        check_id=finding.check_id,
        title=finding.title,
        severity=finding.severity,
        status=finding.status,
        reasons=list(finding.reasons),
        account=_account(finding.account),
        region=finding.region,
        resource=_resource(finding.resource),
        evidence=[_evidence(each) for each in finding.evidence],
        in_use=None,
        standards=_sorted(finding.standards),
        exception=None,
        lifecycle=LifecycleRow(state=None, first_seen=None),
        remediation=finding.remediation,
    )


def coverage_row(coverage: Coverage, run_id: str) -> CoverageRow:
    """One line of the ledger as a row of `run_id`."""
    return CoverageRow(
        schema_version=SCHEMA_VERSION,
        run_id=run_id,
        account=_account(coverage.account),
        region=coverage.region,
        collector=coverage.collector,
        status=coverage.status,
        reason=coverage.reason,
        detail=coverage.detail,
        calls=coverage.calls,
        throttled=coverage.throttled,
        retried=coverage.retried,
        duration_s=round(coverage.duration_s, 3),
        resources=coverage.resources,
    )


def timestamp(moment: datetime) -> str:
    """`2026-11-23T02:00:00Z`. A moment without a zone is taken for UTC."""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def encode(rows: Iterable[FindingRow | CoverageRow]) -> bytes:
    """Rows as gzipped JSON lines, in an order of their own: the same bytes for the same rows."""
    lines = sorted((_order(row), line(row)) for row in rows)
    text = "".join(f"{each}\n" for _, each in lines)
    return gzip.compress(text.encode("ascii"), compresslevel=6, mtime=0)


def line(row: FindingRow | CoverageRow) -> str:
    """One row as JSON without a line break, ASCII only: what a terminal or a browser would act on is escaped."""
    text = json.dumps(row, default=vars, separators=(",", ":"))
    # Half a character is no text, and strict readers refuse it: U+FFFD takes its place.
    return json.dumps(_whole(json.loads(text)), separators=(",", ":")) if _SURROGATE_ESCAPE.search(text) else text


def _order(row: FindingRow | CoverageRow) -> tuple[str, str, str, str]:
    if isinstance(row, FindingRow):
        return row.account.id, row.region, row.check_id, row.resource.arn
    return row.account.id, row.region, row.collector, ""


def _account(account: Account) -> AccountRow:
    return AccountRow(id=account.id, name=account.name, ou=account.ou, tags=_sorted(account.tags))


def _resource(resource: Resource) -> ResourceRow:
    return ResourceRow(
        arn=resource.arn,
        type=resource.type,
        family=resource.family,
        revision=resource.revision,
        name=resource.name,
        tags=None if resource.tags is None else _sorted(resource.tags),
        registered_at=timestamp(resource.registered_at) if resource.registered_at else None,
        registered_by=resource.registered_by,
    )


def _evidence(evidence: Evidence) -> EvidenceRow:
    return EvidenceRow(
        container=evidence.container,
        user=evidence.user,
        privileged=evidence.privileged,
        reasons=list(evidence.reasons),
    )


def _sorted(mapping: Mapping[str, _Value]) -> dict[str, _Value]:
    return {key: mapping[key] for key in sorted(mapping)}


def _whole(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return {_whole(key): _whole(each) for key, each in value.items()} if isinstance(value, dict) else value
