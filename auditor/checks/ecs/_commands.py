"""API calls that fix findings without a new revision. A person fills in the blanks and runs them."""

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.domain.ecs.arns import cluster_of
from auditor.domain.ecs.usage import ecs_usage
from auditor.domain.finding import Finding
from auditor.domain.repair import BLANK, ManualStep

PRIVATE_NETWORK: Mapping[str, Any] = {
    "awsvpcConfiguration": {"subnets": [BLANK], "securityGroups": [BLANK], "assignPublicIp": "DISABLED"}
}


def ecs_call(operation: str, **parameters: object) -> ManualStep:
    """Return a call of the ECS API, with the API's names of the operation and its parameters."""
    return ManualStep("ecs", operation, parameters)


def service_parameters(arn: str) -> dict[str, Any]:
    """Return the parameters that name a service and its cluster."""
    return {"cluster": cluster_of(arn) or BLANK, "service": arn}


def replace_exec_configuration(finding: Finding, configuration: Mapping[str, Any]) -> Iterator[ManualStep]:
    """Yield calls that replace a cluster's configuration of ECS Exec, after one that shows the current one."""
    cluster = finding.resource.arn
    yield ecs_call(
        "DescribeClusters", clusters=[cluster], include=["CONFIGURATIONS"], query="clusters[0].configuration"
    )
    yield ecs_call("UpdateCluster", cluster=cluster, configuration={"executeCommandConfiguration": configuration})


def redeploy_services(finding: Finding) -> Iterator[ManualStep]:
    """Yield a call for each service that uses a family, to deploy the family's latest ACTIVE revision."""
    usage = ecs_usage(finding.usage)
    for service in usage.services:
        cluster = cluster_of(service, usage.clusters) or BLANK
        yield ecs_call("UpdateService", cluster=cluster, service=service, taskDefinition=finding.resource.family)
