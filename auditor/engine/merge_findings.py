"""Families, not revisions: what one check says of several revisions of one definition is one finding. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from auditor.domain.check import Status
from auditor.domain.ecs.usage import merge_usages
from auditor.domain.finding import Finding

#: A failure of one revision is a failure of the family; what could not be judged outweighs what is well.
_GRAVEST_FIRST = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)


def merge_findings(findings: Sequence[Finding]) -> Finding:
    """Return one finding for all `findings`, which are of one check and of revisions of one resource.

    It is about the gravest of them, and among those about the one that runs, then the newest. Reasons, evidence and
    what runs are of all that are as grave.
    """
    if len(findings) == 1:
        return findings[0]
    status = min((each.status for each in findings), key=_GRAVEST_FIRST.index)
    grave = sorted((each for each in findings if each.status is status), key=_foremost, reverse=True)
    first = grave[0]
    if len(grave) == 1:
        return first
    known = [each.usage for each in grave if each.usage is not None]
    return replace(
        first,
        reasons=tuple(sorted({reason for each in grave for reason in each.reasons})),
        evidence=tuple(part for each in grave for part in each.evidence),
        usage=merge_usages(known) if known else None,
    )


def _foremost(finding: Finding) -> tuple[bool, int, str]:
    runs = finding.usage is not None and finding.usage.in_use
    return runs, finding.resource.revision or 0, finding.resource.arn
