"""Merge the findings of one check on several revisions of one resource. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from auditor.domain.check import Status
from auditor.domain.finding import Finding

#: One failing revision fails the family; an UNKNOWN revision outweighs those that pass.
_WORST_FIRST = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)


def merge_findings(findings: Sequence[Finding]) -> Finding:
    """Return one finding for `findings`, which are of one check and of revisions of one resource.

    Keeps the worst status. Ties go to the revision in use, then to the newest; reasons, evidence and usage are merged
    across ties.
    """
    if len(findings) == 1:
        return findings[0]
    status = min((finding.status for finding in findings), key=_WORST_FIRST.index)
    worst = sorted((finding for finding in findings if finding.status is status), key=_precedence, reverse=True)
    first = worst[0]
    if len(worst) == 1:
        return first
    usages = [finding.usage for finding in worst if finding.usage is not None]
    return replace(
        first,
        reasons=tuple(sorted({reason for finding in worst for reason in finding.reasons})),
        evidence=tuple(part for finding in worst for part in finding.evidence),
        usage=usages[0].merge(usages) if usages else None,
    )


def _precedence(finding: Finding) -> tuple[bool, int, str]:
    in_use = finding.usage is not None and finding.usage.in_use
    return in_use, finding.resource.revision or 0, finding.resource.arn
