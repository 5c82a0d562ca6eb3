r"""Fargate services use the latest platform version.

## Profile level
Level 1, automated: recommendation 3.8 of the CIS AWS Compute Services Benchmark 1.1.0.

## Description
Judges `platformVersion` wherever tasks of a service run on Fargate, by launch type or by capacity provider (FARGATE,
FARGATE_SPOT): of the service itself, of its older deployments that still have running tasks, and of its task sets
except those that are DRAINING. One old version is enough to fail the service; the evidence names each. In the table,
latest stands for `linux_version` or `windows_version`.

    platformVersion     platformFamily           verdict         reason
    ------------------  -----------------------  --------------  ------------------------
    LATEST              any                      PASS            -
    absent or empty     any                      PASS            -
    the latest, newer   Windows...               PASS            -
    the latest, newer   any other, absent        PASS            -
    older               Windows...               FAIL            old-platform-version
    older               any other, absent        FAIL            old-platform-version
    not a version       any                      UNKNOWN         platform-version-unclear
    not on Fargate      any                      NOT_APPLICABLE  -
    any, but deleted    any                      NOT_APPLICABLE  -

Absent means LATEST: according to the API reference, ECS uses LATEST if none is specified, for services, deployments and
task sets alike. A Windows family is one whose name starts with Windows, in any case (`Windows`,
`WINDOWS_SERVER_2022_CORE`); everything else is judged as Linux, the default of ECS. Versions are compared number by
number, so a version that AWS releases later passes, and does not fail until the parameter is raised. Text that is
neither a version nor LATEST is UNKNOWN, unless another part of the service has an old version.

`linux_version` (1.4.0) and `windows_version` (1.0.0) are the parameters: raise them when AWS releases another version.

A service that is DRAINING or INACTIVE is deleted, or will be when its last task has stopped. ECS accepts no changes to
it: not applicable.

## Other standards
Every finding carries the verdicts of two other tools on the service; neither looks at deployments or task sets.

  * `prowler` (ecs_service_fargate_latest_platform_version) looks only at services whose launch type is FARGATE, so not
    at those with a capacity provider strategy. It requires the exact version or, on Linux, the word LATEST: a Windows
    service on LATEST fails, because its condition about LATEST covers only Linux, and so does an absent version if the
    family is present. A family other than the words Linux and Windows passes.
  * `powerpipe` (ecs_service_fargate_using_latest_platform_version) accepts only the word LATEST, so 1.4.0 fails. Its
    verdict on a service without a launch type depends on the contents of its table, and is left out here.

## Rationale
A platform version is the kernel and the container runtime below the tasks. AWS patches the current versions and retires
old ones; Linux 1.3.0 and older do not encrypt the tasks' storage by default and do not support ECS Exec. A service that
pins a version keeps it until AWS retires it: Linux 1.3.0 was retired on June 15, 2026, and no new task starts on it.
Such a service cannot replace a task that it loses.

## Benefits
New tasks start on a patched platform automatically.

## Drawbacks
LATEST can change the platform between two deployments. If you test each change, pin the latest version and raise it
deliberately, which passes. Moving from 1.3.0 to 1.4.0 moves image pulls and secrets to the task's own network
interface, so subnets and endpoints may need changes. The update starts a deployment.

## Default value
LATEST, which is 1.4.0 on Linux and 1.0.0 on Windows.

## Permissions needed
To audit: ecs:ListClusters, ecs:ListServices and ecs:DescribeServices, on all resources.
To remediate by hand: ecs:UpdateService; for task sets the permissions that ecs-task-set-public-ip names.

## Audit, console
1. {{open-service}}
2. On the Configuration and networking tab look at Platform version.

## Audit, CLI
    aws ecs describe-services --cluster CLUSTER --services SERVICE --region REGION --query \
      "services[].[platformVersion, platformFamily, [deployments, taskSets][][].[status, platformVersion]]"

## Remediation, console
1. Open the service and choose Update service.
2. Under Compute configuration set Platform version to LATEST.
3. Choose Update, and wait until the deployment is complete.

## Remediation, CLI
    aws ecs update-service --cluster CLUSTER --service SERVICE --platform-version LATEST --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION

With CodeDeploy, set the platform version in the AppSpec file; with an external controller, set it in CreateTaskSet.

## Roll back
Run the same command with the old version, as long as AWS still supports it.

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-fargate-latest-platform-version.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html

## Related controls
Security Hub: ECS.10 (FSBP), by the Config rule ecs-fargate-latest-platform-version with the same two numbers, which
cannot be changed there. Prowler: ecs_service_fargate_latest_platform_version. Checkov: CKV_AWS_332, which accepts
LATEST or an absent version, and no number. Control Tower: CT.ECS.PR.1, LATEST only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from auditor.checks._verdicts import not_applicable, verdict_from
from auditor.checks.ecs._commands import ecs_call, service_parameters
from auditor.checks.ecs._common import deployment_name, is_terminating, older_running_deployments
from auditor.checks.ecs._platform_standards import other_standards
from auditor.domain.check import Evidence, Severity, Status, Verdict, check
from auditor.domain.ecs.workloads import Placement, Service
from auditor.domain.finding import Finding
from auditor.domain.repair import ManualStep

_VERSION = re.compile(r"\d{1,9}(\.\d{1,9})*", re.ASCII)
_OLD, _UNCLEAR = "old-platform-version", "platform-version-unclear"


@dataclass(frozen=True, slots=True)
class Parameters:
    """The latest platform versions, as numbers with dots. Newer ones pass as well."""

    linux_version: str = "1.4.0"
    windows_version: str = "1.0.0"

    def __post_init__(self) -> None:
        """Refuse versions that cannot be compared, because no service could then fail."""
        for name in ("linux_version", "windows_version"):
            value = getattr(self, name)
            if not _VERSION.fullmatch(value):
                raise ValueError(f"{name}: {value!r} is not a version; write numbers with dots, such as 1.4.0")


def _use_latest(finding: Finding) -> Iterator[ManualStep]:
    service = service_parameters(finding.resource.arn)
    yield ecs_call("UpdateService", **service, platformVersion="LATEST", forceNewDeployment=True)


@check(
    id="ecs-fargate-platform-version",
    aliases=("ecs_service_fargate_latest_platform_version",),
    title="Fargate services use the latest platform version",
    problem="Service not on the latest Fargate platform version",
    severity=Severity.MEDIUM,
    fact_type=Service,
    frameworks={
        "cis-compute-1.1": ("3.8",),
        "aws-fsbp": ("ECS.10",),
        "aws-config": ("ecs-fargate-latest-platform-version",),
        "nist-800-53-r5": ("ECS.10",),
        "pci-dss-4.0.1": ("ECS.10",),
        "control-tower-proactive": ("CT.ECS.PR.1",),
    },
    remediation="Update the service with the platform version LATEST, which starts a new deployment.",
    parameters=Parameters,
    reason_texts={
        _OLD: "runs on an old Fargate platform version",
        _UNCLEAR: "has a platform version that cannot be compared",
    },
    manual_steps=_use_latest,
)
def fargate_platform_version(service: Service, params: Parameters) -> Verdict:
    standards = other_standards(service)
    parts = [(name, placement) for name, placement in _placements(service) if placement.on_fargate]
    if is_terminating(service) or not parts:
        return replace(not_applicable(), standards=standards)
    verdict = verdict_from(_evidence(name, placement, params) for name, placement in parts)
    if verdict.reasons == (_UNCLEAR,):
        return replace(verdict, status=Status.UNKNOWN, standards=standards)
    return replace(verdict, standards=standards)


def _placements(service: Service) -> Iterator[tuple[str, Placement]]:
    """Yield the name and the placement of each part of a service; the name of the service itself is empty."""
    yield "", service.placement
    for deployment in older_running_deployments(service):
        yield deployment_name(deployment), deployment.placement
    for task_set in service.task_sets:
        if not is_terminating(task_set):
            yield task_set.id, task_set.placement


def _evidence(name: str, placement: Placement, params: Parameters) -> Evidence:
    reason = _reason(placement, params)
    details = {"platformVersion": placement.platform_version, "platformFamily": placement.platform_family}
    return Evidence(name, "deployment" if name else "", (reason,) if reason else (), details)


def _reason(placement: Placement, params: Parameters) -> str | None:
    version = placement.platform_version or "LATEST"
    if version == "LATEST":
        return None
    if not _VERSION.fullmatch(version):
        return _UNCLEAR
    on_windows = (placement.platform_family or "").upper().startswith("WINDOWS")
    latest = params.windows_version if on_windows else params.linux_version
    return _OLD if _numbers(version) < _numbers(latest) else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
