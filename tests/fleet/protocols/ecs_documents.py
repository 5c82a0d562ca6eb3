"""The JSON documents of running ECS workloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fleet.workloads import Service, Task, cluster_name

if TYPE_CHECKING:
    from tests.fleet.calls import Call
    from tests.fleet.organization import Organization

_CREATED = 1_650_000_000.25
_TAGS = [{"key": "owner", "value": "platform"}]
_SUBNETS = ["subnet-0123456789abcdef0"]


def cluster_arn(call: Call, index: int) -> str:
    """Return the ARN of a cluster."""
    return f"arn:aws:ecs:{call.region}:{call.account}:cluster/{cluster_name(index)}"


def cluster(call: Call, index: int, include: list[str], organization: Organization) -> dict[str, Any]:
    """Describe a cluster with the requested members."""
    bits = organization.random_bits("cluster", call.account, call.region, index)
    document: dict[str, Any] = {
        "clusterArn": cluster_arn(call, index),
        "clusterName": cluster_name(index),
        "status": "ACTIVE",
        "capacityProviders": ["FARGATE"],
        "defaultCapacityProviderStrategy": [],
        "tags": _TAGS if "TAGS" in include and bits % 2 else [],
    }
    if "SETTINGS" in include:
        value = ("enabled", "enhanced", "disabled")[(bits >> 8) % 3]
        document["settings"] = [{"name": "containerInsights", "value": value}]
    if "CONFIGURATIONS" in include and (bits >> 16) % 2:
        logging = ("NONE", "DEFAULT", "OVERRIDE")[(bits >> 24) % 3]
        document["configuration"] = {"executeCommandConfiguration": {"logging": logging}}
    return document


def service(one: Service, *, tags: bool) -> dict[str, Any]:
    """Describe a service with its deployments or task sets."""
    document: dict[str, Any] = {
        "serviceArn": one.arn,
        "serviceName": one.name,
        "clusterArn": _cluster_of(one),
        "status": "ACTIVE",
        "desiredCount": one.tasks,
        "runningCount": one.tasks,
        "pendingCount": 0,
        "launchType": _launch_type(one),
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "EXTERNAL" if one.has_task_sets else "ECS"},
        "enableExecuteCommand": one.exec_enabled,
        "createdAt": _CREATED,
        "deployments": [],
        "taskSets": task_sets(one),
        "events": [],
        **_placed(one),
    }
    if not one.has_task_sets:
        document["taskDefinition"] = one.family.arn(one.revisions[0])
        document["deployments"] = [
            {
                "id": f"ecs-svc/{one.index:019d}{number}",
                "status": "ACTIVE" if number else "PRIMARY",
                "taskDefinition": one.family.arn(revision),
                "launchType": _launch_type(one),
                "createdAt": _CREATED,
                "updatedAt": _CREATED,
                **_placed(one),
            }
            for number, revision in enumerate(one.revisions)
        ]
    return document | ({"tags": _TAGS} if tags and one.index % 2 else {})


def task_sets(one: Service) -> list[dict[str, Any]]:
    """Describe the task sets of a service with an external deployment controller; others have none."""
    if not one.has_task_sets:
        return []
    return [
        {
            "id": f"ecs-svc/{one.index:019d}{number}",
            "taskSetArn": f"{one.arn.replace(':service/', ':task-set/')}/ecs-svc/{one.index:019d}{number}",
            "serviceArn": one.arn,
            "clusterArn": _cluster_of(one),
            "status": "ACTIVE" if number else "PRIMARY",
            "taskDefinition": one.family.arn(revision),
            "launchType": _launch_type(one),
            "createdAt": _CREATED,
            **_placed(one),
        }
        for number, revision in enumerate(one.revisions)
    ]


def task(one: Task, *, tags: bool) -> dict[str, Any]:
    """Describe a running task."""
    owner = f"service:{one.service.name}" if one.service else f"family:{one.family.name}"
    document = {
        "taskArn": one.arn,
        "clusterArn": f"{one.arn.partition(':task/')[0]}:cluster/{cluster_name(one.cluster)}",
        "taskDefinitionArn": one.family.arn(one.revision),
        "group": owner,
        "lastStatus": "RUNNING",
        "desiredStatus": "RUNNING",
        "launchType": _launch_type(one.service) if one.service else "EC2",
        "startedAt": _CREATED,
        "createdAt": _CREATED,
        "containers": [],
        "enableExecuteCommand": bool(one.service and one.service.exec_enabled),
    }
    return document | ({"tags": _TAGS} if tags else {})


def capacity_providers(call: Call) -> list[dict[str, Any]]:
    """Describe the two Fargate providers and an Auto Scaling group, whose instances every second account protects."""
    prefix = f"arn:aws:ecs:{call.region}:{call.account}:capacity-provider"
    group = f"arn:aws:autoscaling:{call.region}:{call.account}:autoScalingGroup:f1ee:autoScalingGroupName/ecs"
    protection = "ENABLED" if int(call.account[-1]) % 2 else "DISABLED"
    return [
        {"capacityProviderArn": f"{prefix}/FARGATE", "name": "FARGATE", "status": "ACTIVE"},
        {"capacityProviderArn": f"{prefix}/FARGATE_SPOT", "name": "FARGATE_SPOT", "status": "ACTIVE"},
        {
            "capacityProviderArn": f"{prefix}/instances",
            "name": "instances",
            "status": "ACTIVE",
            "autoScalingGroupProvider": {"autoScalingGroupArn": group, "managedTerminationProtection": protection},
        },
    ]


def _cluster_of(one: Service) -> str:
    return f"{one.arn.partition(':service/')[0]}:cluster/{cluster_name(one.cluster)}"


def _launch_type(one: Service) -> str:
    return "FARGATE" if one.fargate else "EC2"


def _placed(one: Service) -> dict[str, Any]:
    """Return the network configuration, and the platform for Fargate."""
    if not one.fargate:
        return {}
    address = "ENABLED" if one.public_ip else "DISABLED"
    network = {"awsvpcConfiguration": {"subnets": _SUBNETS, "assignPublicIp": address}}
    return {"networkConfiguration": network, "platformVersion": "LATEST", "platformFamily": "Linux"}
