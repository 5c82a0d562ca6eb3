"""Judge facts with checks. Pure.

A check that crashes on a fact yields one UNKNOWN finding, and nothing else is lost.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from auditor.domain.aws_resource import Resource
from auditor.domain.check import Status, Verdict
from auditor.domain.coverage import Gap
from auditor.domain.fact import Fact, usage_of
from auditor.domain.finding import Finding
from auditor.domain.reason import Reason
from auditor.domain.scope import Account, Scope
from auditor.engine import tracebacks
from auditor.engine.ports import ConfiguredCheck


@dataclass(frozen=True, slots=True)
class Observation:
    """Where and when facts were read."""

    scope: Scope
    observed_at: datetime


#: For facts whose finding is dropped.
_NO_OBSERVATION = Observation(Scope(Account(""), ""), datetime.min.replace(tzinfo=UTC))


def judge(
    observation: Observation, fact: Fact, configured: ConfiguredCheck, resource: Resource | None = None
) -> Finding:
    """Return the finding of one check on one fact, also if it is NOT_APPLICABLE.

    `resource` is the fact's resource if the caller has it already. Evidence carries the revision of the resource,
    because findings of several revisions are merged later.
    """
    resource = resource or fact.resource
    check = configured.check
    try:
        verdict = check.judge(fact, configured.parameters)
        remediation = check.remediation if verdict.status is Status.FAIL else ""
        return _finding(observation, resource, configured, verdict, remediation, fact)
    except Exception as error:  # noqa: BLE001 - the boundary: one check on one resource
        detail = f"The check {check.id} raised {tracebacks.crash_site(error)}."
        return _unknown(observation, resource, configured, Reason.INTERNAL_ERROR, detail)


def status_of(fact: Fact, configured: ConfiguredCheck) -> Status:
    """Return the status that a check gives to a fact; UNKNOWN if it crashes."""
    return judge(_NO_OBSERVATION, fact, configured).status


def unread_findings(
    observation: Observation, gap: Gap, configured_checks: Iterable[ConfiguredCheck]
) -> tuple[Finding, ...]:
    """Return an UNKNOWN finding of each check for a resource that is known but could not be read.

    Its tags are None, not empty, because they were not read either.
    """
    if gap.resource is None:
        return ()
    resource = replace(gap.resource, tags=None)
    return tuple(
        _unknown(observation, resource, configured, gap.reason, gap.detail) for configured in configured_checks
    )


def _unknown(
    observation: Observation, resource: Resource, configured: ConfiguredCheck, reason: Reason, detail: str
) -> Finding:
    # A row has no field for the detail, so it stands in the remediation, next to what to do about it.
    remediation = f"Not examined. {detail.rstrip('.')}. {reason.advice}"
    return _finding(observation, resource, configured, Verdict(Status.UNKNOWN, (reason.value,)), remediation)


def _finding(  # noqa: PLR0913, PLR0917 - a finding has that many sources
    observation: Observation,
    resource: Resource,
    configured: ConfiguredCheck,
    verdict: Verdict,
    remediation: str,
    fact: Fact | None = None,
) -> Finding:
    check, evidence = configured.check, verdict.evidence
    if evidence and resource.revision is not None:
        evidence = tuple(replace(part, revision=resource.revision) for part in evidence)
    return Finding(
        check_id=check.id,
        title=check.title,
        severity=check.severity,
        status=verdict.status,
        account=observation.scope.account,
        region=observation.scope.region,
        resource=resource,
        observed_at=observation.observed_at,
        reasons=verdict.reasons,
        evidence=evidence,
        standards=verdict.standards,
        remediation=remediation,
        problem=check.problem,
        usage=usage_of(fact),
        frameworks=check.controls,
    )
