"""Verdicts of most checks: each part of a resource is examined, and one failing part fails the resource."""

from collections.abc import Iterable

from auditor.domain.check import Detail, Evidence, Status, Verdict


def verdict_from(evidence: Iterable[Evidence]) -> Verdict:
    """Return FAIL with the evidence that has reasons, or PASS if none has."""
    failing = _with_reasons(evidence)
    return Verdict(Status.FAIL, reasons_of(failing), failing) if failing else Verdict(Status.PASS)


def resource_verdict(reason: str | None, **details: Detail) -> Verdict:
    """Return FAIL for a reason that is about the whole resource, or PASS if it is None.

    `details` are the values that were examined, by the names of the AWS API.
    """
    return verdict_from([Evidence(reasons=(reason,), details=details)] if reason else ())


def unknown_verdict(reason: str, **details: Detail) -> Verdict:
    """Return UNKNOWN because the value that decides is missing or not known. `details` are as in `resource_verdict`."""
    return Verdict(Status.UNKNOWN, (reason,), (Evidence(reasons=(reason,), details=details),))


def not_applicable() -> Verdict:
    """Return the verdict on a resource that the check does not cover."""
    return Verdict(Status.NOT_APPLICABLE)


def pass_with_notes(verdict: Verdict, notes: Iterable[Evidence]) -> Verdict:
    """Add the notes that have reasons to a verdict if it is PASS; other verdicts stay as they are."""
    if verdict.status is not Status.PASS:
        return verdict
    evidence = _with_reasons(notes)
    return Verdict(Status.PASS, reasons_of(evidence), evidence)


def reasons_of(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """Return the reasons of all evidence, sorted and without repetition."""
    return tuple(sorted({reason for part in evidence for reason in part.reasons}))


def _with_reasons(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(part for part in evidence if part.reasons)
