"""How most checks come to a verdict: each part of a resource is looked at, and one that fails is enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from auditor.domain.check import Detail, Evidence, Status, Verdict
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import Definition

#: What is said of a container beside its reasons.
Details = Callable[[Container], Mapping[str, Detail]]


def over_containers(
    definition: Definition, faults: Callable[[Container], Iterable[str]], details: Details | None = None
) -> Verdict:
    """FAIL where one container has a fault, with each such container as evidence; PASS otherwise."""
    found = ((container, tuple(faults(container))) for container in definition.containers)
    return from_evidence(
        of_container(container, reasons, details(container) if details else {}) for container, reasons in found
    )


def of_container(container: Container, reasons: Iterable[str], details: Mapping[str, Detail]) -> Evidence:
    """Return the evidence about one container."""
    return Evidence(container.name, "container", tuple(reasons), details)


def user_details(container: Container) -> Mapping[str, Detail]:
    """Return who a container runs as, for the checks that are about it."""
    return {"user": container.user, "privileged": container.privileged}


def from_evidence(evidence: Iterable[Evidence]) -> Verdict:
    """FAIL for the reasons of those that have any, which become the evidence; PASS where none has."""
    failing = tuple(each for each in evidence if each.reasons)
    if not failing:
        return Verdict(Status.PASS)
    return Verdict(Status.FAIL, tuple(sorted({reason for each in failing for reason in each.reasons})), failing)


def of_whole(reason: str | None, **details: Detail) -> Verdict:
    """Judge a resource as a whole: FAIL for a reason, PASS where that is None. `details` say what was looked at."""
    if reason is None:
        return Verdict(Status.PASS)
    return Verdict(Status.FAIL, (reason,), (Evidence(reasons=(reason,), details=details),))


def not_applicable() -> Verdict:
    """Return what is said of a resource that the rule is not about."""
    return Verdict(Status.NOT_APPLICABLE)
