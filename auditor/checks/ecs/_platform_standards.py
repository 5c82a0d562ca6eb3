"""Verdicts of other tools on a service's Fargate platform version, each exactly as the tool reports it."""

from auditor.domain.check import Status
from auditor.domain.ecs.workloads import Placement, Service

#: Prowler's default configuration. It compares the family's name case-sensitively.
_PROWLER_VERSIONS = {"Linux": "1.4.0", "Windows": "1.0.0"}


def other_standards(service: Service) -> dict[str, Status]:
    """Return the status by tool: `prowler`, and `powerpipe` if its table's row for the service is known.

    Sources: Prowler's check `ecs_service_fargate_latest_platform_version`; the query
    `ecs_service_fargate_using_latest_platform_version` of Powerpipe's AWS compliance mod.
    """
    placement = service.placement
    statuses = {"prowler": _on_fargate(placement, passes=_passes_prowler(placement))}
    if placement.launch_type:
        statuses["powerpipe"] = _on_fargate(placement, passes=placement.platform_version == "LATEST")
    return statuses


def _passes_prowler(placement: Placement) -> bool:
    """LATEST passes on Linux only: in Prowler's condition, `and` binds more tightly than `or`."""
    family = placement.platform_family or ""
    if family not in _PROWLER_VERSIONS or placement.platform_version == _PROWLER_VERSIONS[family]:
        return True
    return family == "Linux" and placement.platform_version == "LATEST"


def _on_fargate(placement: Placement, *, passes: bool) -> Status:
    if placement.launch_type != "FARGATE":
        return Status.NOT_APPLICABLE
    return Status.PASS if passes else Status.FAIL
