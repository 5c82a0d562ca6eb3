"""Facts by rules to findings. Pure; a rule that crashes on a fact is one UNKNOWN finding, and nothing else is lost."""

from __future__ import annotations

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


_NOWHERE = Observation(Scope(Account(""), ""), datetime.min.replace(tzinfo=UTC))


def judge(place: Observation, fact: Fact, rule: ConfiguredCheck, resource: Resource | None = None) -> Finding:
    """Return what one rule says of one fact, NOT_APPLICABLE included. `resource` is the fact's own, if it is at hand.

    Evidence is marked with the revision that it is about: it may be read beside that of others.
    """
    resource = resource or fact.resource
    try:
        verdict = rule.check.judge(fact, rule.parameters)
        remedy = rule.check.remediation if verdict.status is Status.FAIL else ""
        return _finding(place, resource, rule, verdict, remedy, fact)
    except Exception as error:  # noqa: BLE001 - the boundary: one check, one resource
        detail = f"The check {rule.check.id} raised {tracebacks.crash_site(error)}."
        return _unknown(place, resource, rule, Reason.INTERNAL_ERROR, detail)


def status_of(fact: Fact, rule: ConfiguredCheck) -> Status:
    """Return what one rule says of a fact that no finding is about; UNKNOWN where it crashes."""
    resource = fact.resource
    return judge(_NOWHERE, fact, rule, resource).status


def unread_findings(place: Observation, gap: Gap, rules: Iterable[ConfiguredCheck]) -> tuple[Finding, ...]:
    """Return the UNKNOWN findings of a known resource that could not be read: one for every rule.

    Nobody has seen its tags, so that a row must not read as if there were none.
    """
    if gap.resource is None:
        return ()
    resource = replace(gap.resource, tags=None)
    return tuple(_unknown(place, resource, rule, gap.reason, gap.detail) for rule in rules)


def _unknown(place: Observation, resource: Resource, rule: ConfiguredCheck, reason: Reason, detail: str) -> Finding:
    # A row has no field for the detail, and what to do about it is where its reader looks.
    remedy = f"Not examined. {detail.rstrip('.')}. {reason.advice}"
    return _finding(place, resource, rule, Verdict(Status.UNKNOWN, (reason.value,)), remedy)


def _finding(  # noqa: PLR0913, PLR0917 - what a finding is made of
    place: Observation,
    resource: Resource,
    rule: ConfiguredCheck,
    verdict: Verdict,
    remediation: str,
    fact: Fact | None = None,
) -> Finding:
    evidence = verdict.evidence
    if evidence and resource.revision is not None:
        evidence = tuple(replace(each, revision=resource.revision) for each in evidence)
    return Finding(
        check_id=rule.check.id,
        title=rule.check.title,
        severity=rule.check.severity,
        status=verdict.status,
        account=place.scope.account,
        region=place.scope.region,
        resource=resource,
        observed_at=place.observed_at,
        reasons=verdict.reasons,
        evidence=evidence,
        standards=verdict.standards,
        remediation=remediation,
        problem=rule.check.problem,
        usage=usage_of(fact),
    )
