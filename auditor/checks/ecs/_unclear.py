"""What is said of a resource that the rule is about, where the fact it turns on is missing."""

from __future__ import annotations

from auditor.domain.check import Detail, Evidence, Status, Verdict


def unclear(reason: str, **details: Detail) -> Verdict:
    """UNKNOWN for a reason of the check's own. `details` say what was there to look at."""
    return Verdict(Status.UNKNOWN, (reason,), (Evidence(reasons=(reason,), details=details),))
