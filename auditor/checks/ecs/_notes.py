"""What is worth knowing of a container that is not at fault."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.domain.check import Evidence, Status, Verdict


def noting(verdict: Verdict, notes: Iterable[Evidence]) -> Verdict:
    """Return a verdict with `notes` on it where it is a PASS; a FAIL has more pressing things to say."""
    worth_saying = tuple(each for each in notes if each.reasons)
    if verdict.status is not Status.PASS or not worth_saying:
        return verdict
    return Verdict(
        Status.PASS, tuple(sorted({reason for each in worth_saying for reason in each.reasons})), worth_saying
    )
