"""What other tools say of a service's Fargate platform version, each by its own letter, oddities included."""

from __future__ import annotations

from auditor.domain.check import Status
from auditor.domain.ecs.workloads import Placement, Service

#: Prowler's own, unless its configuration says otherwise. Its words for the family are compared with their case.
_PROWLERS = {"Linux": "1.4.0", "Windows": "1.0.0"}


def readings(service: Service) -> dict[str, Status]:
    """Tool to verdict: `prowler`, and `powerpipe` where it is known how its table shows the service.

    Sources: Prowler's check `ecs_service_fargate_latest_platform_version`; the query
    `ecs_service_fargate_using_latest_platform_version` of Powerpipe's AWS compliance mod.
    """
    placement = service.placement
    said = {"prowler": _on_fargate(placement, good=_prowler(placement))}
    if placement.launch_type:
        said["powerpipe"] = _on_fargate(placement, good=placement.platform_version == "LATEST")
    return said


def _prowler(placement: Placement) -> bool:
    """LATEST is let through on Linux only: in the condition, `and` binds more tightly than `or`."""
    family = placement.platform_family or ""
    if family not in _PROWLERS or placement.platform_version == _PROWLERS[family]:
        return True
    return family == "Linux" and placement.platform_version == "LATEST"


def _on_fargate(placement: Placement, *, good: bool) -> Status:
    if placement.launch_type != "FARGATE":
        return Status.NOT_APPLICABLE
    return Status.PASS if good else Status.FAIL
