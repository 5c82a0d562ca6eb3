"""What is worth knowing of a container that is not at fault."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.domain.check import Evidence, Status, Verdict


def noting(verdict: Verdict, notes: Iterable[Evidence]) -> Verdict:
    """Return a verdict with `notes` on it where it is a PASS; a FAIL has more pressing things to say."""
    if verdict.status is not Status.PASS:
        return verdict
    said = tuple(each for each in notes if each.reasons)
    return Verdict(Status.PASS, tuple(sorted({reason for each in said for reason in each.reasons})), said)
