"""Facts by rules to findings. Pure; a rule that crashes on a fact is one UNKNOWN finding, and nothing else is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from auditor.domain.check import Status, Verdict
from auditor.domain.facts import Fact, Resource
from auditor.domain.reason import Reason
from auditor.domain.result import Finding, Gap
from auditor.domain.scope import Scope
from auditor.engine import crash
from auditor.engine.ports import Rule


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when facts were read."""

    scope: Scope
    observed_at: datetime


def judge(place: Place, fact: Fact, rule: Rule) -> Finding:
    """Return what one rule says of one fact, NOT_APPLICABLE included."""
    try:
        verdict = rule.check.judge(fact, rule.parameters)
        remedy = rule.check.remediation if verdict.status is Status.FAIL else ""
        return _finding(place, fact.resource, rule, verdict, remedy)
    except Exception as error:  # noqa: BLE001 - the boundary: one check, one resource
        detail = f"The check {rule.check.id} raised {crash.place(error)}."
        return _unknown(place, fact.resource, rule, Reason.INTERNAL_ERROR, detail)


def unread(place: Place, gap: Gap, rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """Return the UNKNOWN findings of a known resource that could not be read: one for every rule over it."""
    if gap.resource is None:
        return ()
    return tuple(_unknown(place, gap.resource, rule, gap.reason, gap.detail) for rule in rules)


def _unknown(place: Place, resource: Resource, rule: Rule, reason: Reason, detail: str) -> Finding:
    # A row has no field for the detail, and what to do about it is where its reader looks.
    remedy = f"Not examined. {detail.rstrip('.')}. {reason.advice}"
    return _finding(place, resource, rule, Verdict(Status.UNKNOWN, (reason.value,)), remedy)


def _finding(place: Place, resource: Resource, rule: Rule, verdict: Verdict, remediation: str) -> Finding:
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
        evidence=verdict.evidence,
        standards=verdict.standards,
        remediation=remediation,
    )
