"""What runs in the demo: clusters, services, task sets, tasks, and the capacity providers that they run on.

moto knows these too, and would let a task run only on a made-up subnet or instance, counts a service's tasks as
pending for ever, keeps no deployment but the newest, and cannot list capacity providers without their names. So what
runs is answered from the table, in ECS's shapes and each list in one page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from auditor.demo import http_adapter
from auditor.demo.definitions import registered_at, tag_list
from auditor.demo.http_adapter import ApiCall, Response
from auditor.demo.model import Cluster, DemoAccount, ExecLogging, Family, Provider, Service, TaskSet

_ON_FARGATE = {"FARGATE", "FARGATE_SPOT"}
_CREATED = registered_at(1).timestamp()
_NETWORK = {"subnets": ["subnet-0d3m000000000000a"], "securityGroups": ["sg-0d3m000000000000a"]}


def answer(call: ApiCall, account: DemoAccount) -> Response | None:
    """Return the answer to a call about what runs, or None for any other."""
    place = _RegionInAccount(account, call.region)
    if call.operation == "ListClusters":
        return http_adapter.json_response(
            {"clusterArns": [place.arn("cluster", each.name) for each in place.clusters()]}
        )
    if call.operation == "DescribeClusters":
        known = {place.arn("cluster", each.name): _cluster(each, place, call) for each in place.clusters()}
        return http_adapter.batch_response("clusters", known, call.lists.get("clusters", ()))
    if call.operation == "DescribeCapacityProviders":
        return http_adapter.json_response({"capacityProviders": list(_providers(place)), "failures": []})
    if call.operation in {"ListServices", "DescribeServices", "ListTasks", "DescribeTasks"}:
        return _answer_in_cluster(call, place)
    return None


@dataclass(frozen=True, slots=True)
class _RegionInAccount:
    account: DemoAccount
    region: str

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:ecs:{self.region}:{self.account.id}:{kind}/{name}"

    def clusters(self) -> Iterator[Cluster]:
        return (each for each in self.account.workloads.clusters if self.region in each.regions)

    def families(self) -> dict[str, Family]:
        return {each.name: each for each in self.account.families if self.region in each.regions}

    def services(self, cluster: Cluster) -> Iterator[tuple[Service, Family]]:
        families = self.families()
        return ((each, families[each.family]) for each in cluster.services if each.family in families)

    def definition(self, family: Family, revision: int) -> str:
        return self.arn("task-definition", f"{family.name}:{revision or len(family.revisions)}")


def _answer_in_cluster(call: ApiCall, place: _RegionInAccount) -> Response:
    wanted = call.parameters.get("cluster", "default").rpartition("/")[2]
    cluster = next((each for each in place.clusters() if each.name == wanted), None)
    if cluster is None:
        return http_adapter.json_error(400, "ClusterNotFoundException", "Cluster not found.")
    if call.operation.endswith("Services"):
        key, documents = "services", {each["serviceArn"]: each for each in _services(cluster, place, call)}
    else:
        key, documents = "tasks", {each["taskArn"]: each for each in _tasks(cluster, place)}
    if call.operation.startswith("List"):
        return http_adapter.json_response({f"{key.removesuffix('s')}Arns": list(documents)})
    return http_adapter.batch_response(key, documents, call.lists.get(key, ()))


def _cluster(cluster: Cluster, place: _RegionInAccount, call: ApiCall) -> dict[str, Any]:
    """As ECS answers: settings, configurations and tags only where they are asked for."""
    asked = call.lists.get("include", ())
    document: dict[str, Any] = {
        "clusterArn": place.arn("cluster", cluster.name),
        "clusterName": cluster.name,
        "status": "ACTIVE",
        "activeServicesCount": len(list(place.services(cluster))),
        "runningTasksCount": len(list(_tasks(cluster, place))),
    }
    if "SETTINGS" in asked:
        document["settings"] = [{"name": "containerInsights", "value": cluster.insights}]
    if "CONFIGURATIONS" in asked and cluster.exec_logging:
        document["configuration"] = {"executeCommandConfiguration": _exec(cluster.exec_logging, place)}
    return document | ({"tags": tag_list(cluster.tags)} if "TAGS" in asked else {})


def _exec(setting: ExecLogging, place: _RegionInAccount) -> dict[str, Any]:
    document: dict[str, Any] = {"logging": setting.logging}
    if setting.kms_key:
        document["kmsKeyId"] = f"arn:aws:kms:{place.region}:{place.account.id}:key/00000000-0000-4000-8000-00000000d3m0"
    if setting.logging == "OVERRIDE":
        log = {"cloudWatchLogGroupName": "/ecs/exec", "cloudWatchEncryptionEnabled": setting.kms_key}
        document["logConfiguration"] = log
    return document


def _services(cluster: Cluster, place: _RegionInAccount, call: ApiCall) -> Iterator[dict[str, Any]]:
    for service, family in place.services(cluster):
        sets = [_task_set(each, service, family, cluster, place) for each in service.task_sets]
        document: dict[str, Any] = {
            "serviceArn": place.arn("service", f"{cluster.name}/{service.family}"),
            "serviceName": service.family,
            "clusterArn": place.arn("cluster", cluster.name),
            "status": "ACTIVE",
            "taskDefinition": place.definition(family, service.revision),
            "desiredCount": service.count,
            "runningCount": service.count + bool(service.draining_revision),
            "pendingCount": 0,
            **_placement(service, family, public_ip=service.public_ip),
            "deploymentController": {"type": "CODE_DEPLOY" if sets else "ECS"},
            "deployments": [] if sets else list(_deployments(service, family, place)),
            "taskSets": sets,
            "enableExecuteCommand": service.exec_enabled,
            "createdAt": _CREATED,
            "createdBy": f"arn:aws:iam::{place.account.id}:role/deploy",
        }
        yield document | ({"tags": tag_list(service.tags)} if "TAGS" in call.lists.get("include", ()) else {})


def _deployments(service: Service, family: Family, place: _RegionInAccount) -> Iterator[dict[str, Any]]:
    rolled_out = [("PRIMARY", service.revision, service.count)]
    rolled_out += [("ACTIVE", service.draining_revision, 1)] if service.draining_revision else []
    for status, revision, count in rolled_out:
        yield {
            "id": f"ecs-svc/{_stable_id(place, service.family, status)[:19]}",
            "status": status,
            "taskDefinition": place.definition(family, revision),
            "desiredCount": count if status == "PRIMARY" else 0,
            "runningCount": count,
            "pendingCount": 0,
            **_placement(service, family, public_ip=service.public_ip),
        }


def _task_set(
    each: TaskSet, service: Service, family: Family, cluster: Cluster, place: _RegionInAccount
) -> dict[str, Any]:
    return {
        "id": each.id,
        "taskSetArn": place.arn("task-set", f"{cluster.name}/{service.family}/{each.id}"),
        "serviceArn": place.arn("service", f"{cluster.name}/{service.family}"),
        "clusterArn": place.arn("cluster", cluster.name),
        "status": each.status,
        "taskDefinition": place.definition(family, each.revision),
        "runningCount": service.count if each.status == "PRIMARY" else 1,
        "pendingCount": 0,
        **_placement(service, family, public_ip=each.public_ip),
        "createdAt": _CREATED,
    }


def _placement(service: Service, family: Family, *, public_ip: bool) -> dict[str, Any]:
    document: dict[str, Any] = (
        {"launchType": service.launch}
        if service.launch in {"FARGATE", "EC2"}
        else {"capacityProviderStrategy": [{"capacityProvider": service.launch, "weight": 1, "base": 0}]}
    )
    latest = family.revisions[-1]
    if service.launch in _ON_FARGATE:
        document |= {"platformVersion": service.platform, "platformFamily": latest.os_family or "Linux"}
    if latest.network_mode == "awsvpc":
        network = {**_NETWORK, "assignPublicIp": "ENABLED" if public_ip else "DISABLED"}
        document["networkConfiguration"] = {"awsvpcConfiguration": network}
    return document


def _tasks(cluster: Cluster, place: _RegionInAccount) -> Iterator[dict[str, Any]]:
    for service, family in place.services(cluster):
        group = f"service:{service.family}"
        running = [service.revision] * service.count + (
            [service.draining_revision] if service.draining_revision else []
        )
        sets = [each.revision for each in service.task_sets if each.status != "PRIMARY"]
        for number, revision in enumerate(running + sets):
            yield _task(cluster, place, f"{group}/{number}", place.definition(family, revision), service)
    families = place.families()
    for name in cluster.standalone_tasks:
        if name in families:
            job = Service(name, "FARGATE" if families[name].revisions[-1].fargate else "EC2")
            yield _task(cluster, place, f"family:{name}/0", place.definition(families[name], 0), job)


def _task(cluster: Cluster, place: _RegionInAccount, name: str, definition: str, started_as: Service) -> dict[str, Any]:
    return {
        "taskArn": place.arn("task", f"{cluster.name}/{_stable_id(place, cluster.name, name)}"),
        "clusterArn": place.arn("cluster", cluster.name),
        "taskDefinitionArn": definition,
        "group": name.partition("/")[0],
        "launchType": "FARGATE" if started_as.launch in _ON_FARGATE else "EC2",
        "lastStatus": "RUNNING",
        "desiredStatus": "RUNNING",
        "enableExecuteCommand": started_as.exec_enabled,
    }


def _providers(place: _RegionInAccount) -> Iterator[dict[str, Any]]:
    for name in sorted(_ON_FARGATE):  # which AWS has put into every account
        yield {
            "name": name,
            "capacityProviderArn": place.arn("capacity-provider", name),
            "status": "ACTIVE",
            "type": name,
        }
    for each in place.account.workloads.providers:
        if place.region in each.regions:
            yield _provider(each, place)


def _provider(provider: Provider, place: _RegionInAccount) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": provider.name,
        "capacityProviderArn": place.arn("capacity-provider", provider.name),
        "status": "ACTIVE",
        "tags": [],
    }
    if provider.protected is None:
        infrastructure = f"arn:aws:iam::{place.account.id}:role/ecsInfrastructureRole"
        managed = {"infrastructureRoleArn": infrastructure, "propagateTags": "NONE"}
        return document | {"type": "MANAGED_INSTANCES", "managedInstancesProvider": managed}
    group = f"autoScalingGroup:00000000-0000-4000-8000-000000000000:autoScalingGroupName/{provider.name}"
    scaling = {
        "autoScalingGroupArn": f"arn:aws:autoscaling:{place.region}:{place.account.id}:{group}",
        "managedScaling": {"status": "ENABLED"},
        "managedTerminationProtection": "ENABLED" if provider.protected else "DISABLED",
    }
    return document | {"type": "EC2_AUTOSCALING", "autoScalingGroupProvider": scaling}


def _stable_id(place: _RegionInAccount, *parts: str) -> str:
    """Return what looks drawn and is the same every time."""
    return sha256("/".join((place.account.id, place.region, *parts)).encode()).hexdigest()[:32]
