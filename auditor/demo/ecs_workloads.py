"""Answer calls about clusters, services, task sets, tasks and capacity providers from the demo's tables.

moto's own implementation needs subnets or instances to run a task, keeps a service's tasks pending, keeps only the
newest deployment, and cannot list capacity providers without their names. Each list fits in one page.
"""

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
    """Return the response to a call about running workloads, or None for any other call."""
    scope = _Scope(account, call.region)
    if call.operation == "ListClusters":
        return http_adapter.json_response(
            {"clusterArns": [scope.arn("cluster", cluster.name) for cluster in scope.clusters()]}
        )
    if call.operation == "DescribeClusters":
        documents = {scope.arn("cluster", cluster.name): _cluster(cluster, scope, call) for cluster in scope.clusters()}
        return http_adapter.batch_response("clusters", documents, call.lists.get("clusters", ()))
    if call.operation == "DescribeCapacityProviders":
        return http_adapter.json_response({"capacityProviders": list(_providers(scope)), "failures": []})
    if call.operation in {"ListServices", "DescribeServices", "ListTasks", "DescribeTasks"}:
        return _answer_in_cluster(call, scope)
    return None


@dataclass(frozen=True, slots=True)
class _Scope:
    account: DemoAccount
    region: str

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:ecs:{self.region}:{self.account.id}:{kind}/{name}"

    def clusters(self) -> Iterator[Cluster]:
        return (cluster for cluster in self.account.workloads.clusters if self.region in cluster.regions)

    def families(self) -> dict[str, Family]:
        return {family.name: family for family in self.account.families if self.region in family.regions}

    def services(self, cluster: Cluster) -> Iterator[tuple[Service, Family]]:
        families = self.families()
        return ((service, families[service.family]) for service in cluster.services if service.family in families)

    def definition(self, family: Family, revision: int) -> str:
        return self.arn("task-definition", f"{family.name}:{revision or len(family.revisions)}")


def _answer_in_cluster(call: ApiCall, scope: _Scope) -> Response:
    name = call.parameters.get("cluster", "default").rpartition("/")[2]
    cluster = next((cluster for cluster in scope.clusters() if cluster.name == name), None)
    if cluster is None:
        return http_adapter.json_error(400, "ClusterNotFoundException", "Cluster not found.")
    if call.operation.endswith("Services"):
        key, documents = "services", {service["serviceArn"]: service for service in _services(cluster, scope, call)}
    else:
        key, documents = "tasks", {task["taskArn"]: task for task in _tasks(cluster, scope)}
    if call.operation.startswith("List"):
        return http_adapter.json_response({f"{key.removesuffix('s')}Arns": list(documents)})
    return http_adapter.batch_response(key, documents, call.lists.get(key, ()))


def _cluster(cluster: Cluster, scope: _Scope, call: ApiCall) -> dict[str, Any]:
    """Describe a cluster; like ECS, include settings, configurations and tags only on request."""
    include = call.lists.get("include", ())
    document: dict[str, Any] = {
        "clusterArn": scope.arn("cluster", cluster.name),
        "clusterName": cluster.name,
        "status": "ACTIVE",
        "activeServicesCount": len(list(scope.services(cluster))),
        "runningTasksCount": len(list(_tasks(cluster, scope))),
    }
    if "SETTINGS" in include:
        document["settings"] = [{"name": "containerInsights", "value": cluster.insights}]
    if "CONFIGURATIONS" in include and cluster.exec_logging:
        document["configuration"] = {"executeCommandConfiguration": _exec(cluster.exec_logging, scope)}
    return document | ({"tags": tag_list(cluster.tags)} if "TAGS" in include else {})


def _exec(setting: ExecLogging, scope: _Scope) -> dict[str, Any]:
    document: dict[str, Any] = {"logging": setting.logging}
    if setting.kms_key:
        document["kmsKeyId"] = f"arn:aws:kms:{scope.region}:{scope.account.id}:key/00000000-0000-4000-8000-00000000d3m0"
    if setting.logging == "OVERRIDE":
        log = {"cloudWatchLogGroupName": "/ecs/exec", "cloudWatchEncryptionEnabled": setting.kms_key}
        document["logConfiguration"] = log
    return document


def _services(cluster: Cluster, scope: _Scope, call: ApiCall) -> Iterator[dict[str, Any]]:
    for service, family in scope.services(cluster):
        sets = [_task_set(task_set, service, family, cluster, scope) for task_set in service.task_sets]
        document: dict[str, Any] = {
            "serviceArn": scope.arn("service", f"{cluster.name}/{service.family}"),
            "serviceName": service.family,
            "clusterArn": scope.arn("cluster", cluster.name),
            "status": "ACTIVE",
            "taskDefinition": scope.definition(family, service.revision),
            "desiredCount": service.count,
            "runningCount": service.count + bool(service.draining_revision),
            "pendingCount": 0,
            **_placement(service, family, public_ip=service.public_ip),
            "deploymentController": {"type": "CODE_DEPLOY" if sets else "ECS"},
            "deployments": [] if sets else list(_deployments(service, family, scope)),
            "taskSets": sets,
            "enableExecuteCommand": service.exec_enabled,
            "createdAt": _CREATED,
            "createdBy": f"arn:aws:iam::{scope.account.id}:role/deploy",
        }
        yield document | ({"tags": tag_list(service.tags)} if "TAGS" in call.lists.get("include", ()) else {})


def _deployments(service: Service, family: Family, scope: _Scope) -> Iterator[dict[str, Any]]:
    rolled_out = [("PRIMARY", service.revision, service.count)]
    rolled_out += [("ACTIVE", service.draining_revision, 1)] if service.draining_revision else []
    for status, revision, count in rolled_out:
        yield {
            "id": f"ecs-svc/{_stable_id(scope, service.family, status)[:19]}",
            "status": status,
            "taskDefinition": scope.definition(family, revision),
            "desiredCount": count if status == "PRIMARY" else 0,
            "runningCount": count,
            "pendingCount": 0,
            **_placement(service, family, public_ip=service.public_ip),
        }


def _task_set(task_set: TaskSet, service: Service, family: Family, cluster: Cluster, scope: _Scope) -> dict[str, Any]:
    return {
        "id": task_set.id,
        "taskSetArn": scope.arn("task-set", f"{cluster.name}/{service.family}/{task_set.id}"),
        "serviceArn": scope.arn("service", f"{cluster.name}/{service.family}"),
        "clusterArn": scope.arn("cluster", cluster.name),
        "status": task_set.status,
        "taskDefinition": scope.definition(family, task_set.revision),
        "runningCount": service.count if task_set.status == "PRIMARY" else 1,
        "pendingCount": 0,
        **_placement(service, family, public_ip=task_set.public_ip),
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


def _tasks(cluster: Cluster, scope: _Scope) -> Iterator[dict[str, Any]]:
    for service, family in scope.services(cluster):
        group = f"service:{service.family}"
        running = [service.revision] * service.count + (
            [service.draining_revision] if service.draining_revision else []
        )
        sets = [task_set.revision for task_set in service.task_sets if task_set.status != "PRIMARY"]
        for number, revision in enumerate(running + sets):
            yield _task(cluster, scope, f"{group}/{number}", scope.definition(family, revision), service)
    families = scope.families()
    for name in cluster.standalone_tasks:
        if name in families:
            job = Service(name, "FARGATE" if families[name].revisions[-1].fargate else "EC2")
            yield _task(cluster, scope, f"family:{name}/0", scope.definition(families[name], 0), job)


def _task(cluster: Cluster, scope: _Scope, name: str, definition: str, started_as: Service) -> dict[str, Any]:
    return {
        "taskArn": scope.arn("task", f"{cluster.name}/{_stable_id(scope, cluster.name, name)}"),
        "clusterArn": scope.arn("cluster", cluster.name),
        "taskDefinitionArn": definition,
        "group": name.partition("/")[0],
        "launchType": "FARGATE" if started_as.launch in _ON_FARGATE else "EC2",
        "lastStatus": "RUNNING",
        "desiredStatus": "RUNNING",
        "enableExecuteCommand": started_as.exec_enabled,
    }


def _providers(scope: _Scope) -> Iterator[dict[str, Any]]:
    for name in sorted(_ON_FARGATE):  # AWS provides these in every account
        yield {
            "name": name,
            "capacityProviderArn": scope.arn("capacity-provider", name),
            "status": "ACTIVE",
            "type": name,
        }
    for provider in scope.account.workloads.providers:
        if scope.region in provider.regions:
            yield _provider(provider, scope)


def _provider(provider: Provider, scope: _Scope) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": provider.name,
        "capacityProviderArn": scope.arn("capacity-provider", provider.name),
        "status": "ACTIVE",
        "tags": [],
    }
    if provider.protected is None:
        infrastructure = f"arn:aws:iam::{scope.account.id}:role/ecsInfrastructureRole"
        managed = {"infrastructureRoleArn": infrastructure, "propagateTags": "NONE"}
        return document | {"type": "MANAGED_INSTANCES", "managedInstancesProvider": managed}
    group = f"autoScalingGroup:00000000-0000-4000-8000-000000000000:autoScalingGroupName/{provider.name}"
    scaling = {
        "autoScalingGroupArn": f"arn:aws:autoscaling:{scope.region}:{scope.account.id}:{group}",
        "managedScaling": {"status": "ENABLED"},
        "managedTerminationProtection": "ENABLED" if provider.protected else "DISABLED",
    }
    return document | {"type": "EC2_AUTOSCALING", "autoScalingGroupProvider": scaling}


def _stable_id(scope: _Scope, *parts: str) -> str:
    """Return an ID that looks random and is the same in every run."""
    return sha256("/".join((scope.account.id, scope.region, *parts)).encode()).hexdigest()[:32]
