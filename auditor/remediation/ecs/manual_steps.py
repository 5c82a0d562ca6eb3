"""What to do where no new document closes a finding: commands with blanks, for a person to fill in. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from auditor.domain.ecs.repair import BLANK
from auditor.domain.ecs.usage import ecs_usage
from auditor.domain.finding import Finding
from auditor.domain.repair import Repair
from auditor.remediation.arns import cluster_of
from auditor.remediation.script import commands, printable

#: An operation in the API's words, with its parameters.
Call = tuple[str, Mapping[str, Any]]

_UNTAGGED = ("ecs-cluster-untagged", "ecs-service-untagged", "ecs-task-definition-untagged")
_NO_PUBLIC_IP = {
    "awsvpcConfiguration": {"subnets": [BLANK], "securityGroups": [BLANK], "assignPublicIp": "DISABLED"},
}


def manual_steps(finding: Finding, repairs: Mapping[str, Repair], why: str) -> str:
    """Return what to do about a finding, as text: why there is no document, what to decide, and commands."""
    decide = dict.fromkeys(
        repairs[reason].manual for reason in finding.reasons if reason in repairs and repairs[reason].manual
    )
    parts = [
        f"{printable(finding.resource.name)}: {why}",
        f"  {printable(finding.remediation)}",
        *(f"  * {printable(each)}" for each in decide),
    ]
    calls = tuple((api, {**parameters, "region": finding.region}) for api, parameters in _calls(finding))
    if calls:
        blanks = f" (fill in each {BLANK})" if any(BLANK in str(each) for each in calls) else ""
        parts += ["", f"Commands{blanks}, in account {printable(str(finding.account))}:", commands(calls)]
    return "\n".join(parts)


def _calls(finding: Finding) -> Iterable[Call]:
    if finding.check_id in _UNTAGGED:
        return _tag(finding)
    make = _BY_CHECK.get(finding.check_id)
    return make(finding) if make else ()


def _tag(finding: Finding) -> Iterable[Call]:
    missing = [key for each in finding.evidence for key in _listed(each.details.get("missing"))]
    tags = [{"key": key, "value": BLANK} for key in dict.fromkeys(missing or [BLANK])]
    yield "TagResource", {"resourceArn": finding.resource.arn, "tags": tags}


def _listed(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _service(finding: Finding) -> dict[str, Any]:
    return {"cluster": cluster_of(finding.resource.arn) or BLANK, "service": finding.resource.arn}


def _service_public_ip(finding: Finding) -> Iterable[Call]:
    where = _service(finding)
    query = "services[0].networkConfiguration"
    yield "DescribeServices", {"cluster": where["cluster"], "services": [where["service"]], "query": query}
    yield "UpdateService", {**where, "networkConfiguration": _NO_PUBLIC_IP}


def _task_set_public_ip(finding: Finding) -> Iterable[Call]:
    head, _, name = finding.resource.arn.partition(":task-set/")
    service = f"{head}:service/{'/'.join(name.split('/')[:2])}"  # the id of a set has slashes of its own
    definitions = [each.details.get("taskDefinition") for each in finding.evidence]
    where = {"cluster": cluster_of(service) or BLANK, "service": service}
    definition = next(filter(None, definitions), BLANK)
    yield "CreateTaskSet", {**where, "taskDefinition": definition, "networkConfiguration": _NO_PUBLIC_IP}
    yield "UpdateServicePrimaryTaskSet", {**where, "primaryTaskSet": BLANK}
    yield "DeleteTaskSet", {**where, "taskSet": finding.resource.arn}


def _platform(finding: Finding) -> Iterable[Call]:
    yield "UpdateService", {**_service(finding), "platformVersion": "LATEST", "forceNewDeployment": True}


def _insights(finding: Finding) -> Iterable[Call]:
    settings = [{"name": "containerInsights", "value": "enhanced"}]
    yield "UpdateClusterSettings", {"cluster": finding.resource.arn, "settings": settings}


def _exec_log(finding: Finding) -> Iterable[Call]:
    inside = {"logging": "OVERRIDE", "logConfiguration": {"cloudWatchLogGroupName": BLANK}}
    return _cluster(finding, inside)


def _exec_key(finding: Finding) -> Iterable[Call]:
    log = {"cloudWatchLogGroupName": BLANK, "cloudWatchEncryptionEnabled": True}
    return _cluster(finding, {"kmsKeyId": BLANK, "logging": "OVERRIDE", "logConfiguration": log})


def _cluster(finding: Finding, execute: Mapping[str, Any]) -> Iterable[Call]:
    """The configuration is replaced as a whole, so what it is now comes first."""
    arn = finding.resource.arn
    query = "clusters[0].configuration"
    yield "DescribeClusters", {"clusters": [arn], "include": ["CONFIGURATIONS"], "query": query}
    yield "UpdateCluster", {"cluster": arn, "configuration": {"executeCommandConfiguration": execute}}


def _capacity(finding: Finding) -> Iterable[Call]:
    provider = {"managedScaling": {"status": "ENABLED"}, "managedTerminationProtection": "ENABLED"}
    yield "UpdateCapacityProvider", {"name": finding.resource.name, "autoScalingGroupProvider": provider}


def _redeploy(finding: Finding) -> Iterable[Call]:
    """A family without a number is its latest ACTIVE revision."""
    usage = ecs_usage(finding.usage)
    for service in usage.services:
        cluster = cluster_of(service, usage.clusters) or BLANK
        yield "UpdateService", {"cluster": cluster, "service": service, "taskDefinition": finding.resource.family}


_BY_CHECK: Mapping[str, Callable[[Finding], Iterable[Call]]] = {
    "ecs-service-public-ip": _service_public_ip,
    "ecs-task-set-public-ip": _task_set_public_ip,
    "ecs-fargate-platform-version": _platform,
    "ecs-container-insights": _insights,
    "ecs-exec-logging-off": _exec_log,
    "ecs-exec-no-cmk": _exec_key,
    "ecs-capacity-termination-protection": _capacity,
    "ecs-running-inactive-revision": _redeploy,
    "ecs-running-non-latest-revision": _redeploy,
}
