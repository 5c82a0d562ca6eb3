"""ECS's clusters, services, tasks, task sets and capacity providers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fleet.calls import Call, ServerView, ServiceError
from tests.fleet.protocols import ecs_documents as documents
from tests.fleet.protocols.json11 import dumps, make_token, ok, read_token
from tests.fleet.protocols.paging import batch, described, page, page_size
from tests.fleet.workloads import Service, Task, Workloads, cluster_index

LOG_MODE = "defaultLogDriverMode"


def operations(world: ServerView) -> dict[str, Callable[[Call], bytes]]:
    """Operation name -> handler."""
    running = Running(world)
    return {
        "ListClusters": running.list_clusters,
        "DescribeClusters": running.describe_clusters,
        "ListServices": running.list_services,
        "DescribeServices": running.describe_services,
        "ListTasks": running.list_tasks,
        "DescribeTasks": running.describe_tasks,
        "DescribeTaskSets": running.describe_task_sets,
        "ListAccountSettings": running.list_account_settings,
        "DescribeCapacityProviders": running.describe_capacity_providers,
        "ListContainerInstances": running.list_container_instances,
    }


class Running:
    """The handlers. They read the organization in every call, because it changes from night to night."""

    def __init__(self, world: ServerView) -> None:
        """Serve the organization of the server."""
        self._world = world

    @property
    def _workloads(self) -> Workloads:
        return Workloads(self._world.organization)

    def list_account_settings(self, call: Call) -> bytes:
        """ListAccountSettings of one setting. Without `effectiveSettings`, a default of AWS is not listed."""
        if call.payload.get("name") != LOG_MODE:
            raise ServiceError("InvalidParameterException", "Invalid account setting.")
        blocking = self._world.organization.blocks_by_default(call.account, call.region)
        value, type_ = ("blocking", "user") if blocking else ("non-blocking", "aws_managed")
        listed = blocking or call.payload.get("effectiveSettings")
        setting = {"name": LOG_MODE, "value": value, "principalArn": f"arn:aws:iam::{call.account}:root", "type": type_}
        return ok(dumps({"settings": [setting] if listed else []}))

    def list_clusters(self, call: Call) -> bytes:
        """ListClusters."""
        total = self._workloads.cluster_count(call.account, call.region)
        return page(call, "clusterArns", (documents.cluster_arn(call, index) for index in range(total)))

    def describe_clusters(self, call: Call) -> bytes:
        """DescribeClusters; without names the default cluster."""
        names = batch(call, "clusters", 100) if "clusters" in call.payload else ["default"]
        include = call.payload.get("include", ())
        clusters = [self._cluster_document(call, cluster_index(name), include) for name in names]
        return described("clusters", clusters, names)

    def list_services(self, call: Call) -> bytes:
        """ListServices, by default 10 per page."""
        cluster = self._cluster(call)
        services = self._workloads.services_in(call.account, call.region, cluster)
        return page(call, "serviceArns", (service.arn for service in services), default=10)

    def describe_services(self, call: Call) -> bytes:
        """DescribeServices, at most 10."""
        cluster = self._cluster(call)
        names = batch(call, "services", 10)
        tags = "TAGS" in call.payload.get("include", ())
        services = [self._service(call, cluster, name) for name in names]
        return described(
            "services", [documents.service(service, tags=tags) if service else None for service in services], names
        )

    def list_tasks(self, call: Call) -> bytes:
        """ListTasks, by default RUNNING ones. PENDING returns nothing, as in AWS."""
        cluster = self._cluster(call)
        running = call.payload.get("desiredStatus", "RUNNING") == "RUNNING"
        tasks = self._workloads.tasks_in(call.account, call.region, cluster) if running else iter(())
        return page(call, "taskArns", (task.arn for task in tasks if _wanted(call, task)))

    def describe_tasks(self, call: Call) -> bytes:
        """DescribeTasks, at most 100."""
        cluster = self._cluster(call)
        names = batch(call, "tasks", 100)
        tags = "TAGS" in call.payload.get("include", ())
        find = self._workloads.find_task
        tasks = [find(call.account, call.region, cluster, name.rpartition("/")[2]) for name in names]
        return described("tasks", [documents.task(task, tags=tags) if task else None for task in tasks], names)

    def describe_task_sets(self, call: Call) -> bytes:
        """DescribeTaskSets of one service."""
        service = self._service(call, self._cluster(call), str(call.payload.get("service")))
        if service is None:
            raise ServiceError("ServiceNotFoundException", "Service not found.")
        return ok(dumps({"taskSets": documents.task_sets(service), "failures": []}))

    def describe_capacity_providers(self, call: Call) -> bytes:
        """DescribeCapacityProviders, 10 per page; unknown names are failures."""
        providers = documents.capacity_providers(call)
        names = call.payload.get("capacityProviders")
        limit = page_size(call, 10, 10)
        (start,) = read_token(call.payload.get("nextToken"), 1) or [0]
        if names is not None:
            by_name = {
                str(provider[key]): provider for provider in providers for key in ("name", "capacityProviderArn")
            }
            return described("capacityProviders", [by_name.get(name) for name in names], names)
        more = {"nextToken": make_token(start + limit)} if start + limit < len(providers) else {}
        return ok(dumps({"capacityProviders": providers[start : start + limit], "failures": [], **more}))

    def list_container_instances(self, call: Call) -> bytes:
        """ListContainerInstances, which returns none."""
        self._cluster(call)
        return page(call, "containerInstanceArns", ())

    def _cluster(self, call: Call) -> int:
        index = cluster_index(str(call.payload.get("cluster", "default")))
        if index is None or index >= self._workloads.cluster_count(call.account, call.region):
            raise ServiceError("ClusterNotFoundException", "Cluster not found.")
        return index

    def _service(self, call: Call, cluster: int, name: str) -> Service | None:
        digits = name.rpartition("/")[2].removeprefix("svc-")
        index = int(digits) if digits.isdecimal() else -1
        if not 0 <= index < self._workloads.service_count(call.account, call.region):
            return None
        service = self._workloads.service(call.account, call.region, index)
        return service if service.cluster == cluster and name in {service.name, service.arn} else None

    def _cluster_document(self, call: Call, index: int | None, include: list[str]) -> dict[str, Any] | None:
        if index is None or index >= self._workloads.cluster_count(call.account, call.region):
            return None
        tasks = self._workloads.task_count(call.account, call.region, index)
        return documents.cluster(call, index, include, self._world.organization) | {"runningTasksCount": tasks}


def _wanted(call: Call, task: Task) -> bool:
    service, family = call.payload.get("serviceName"), call.payload.get("family")
    if service and (task.service is None or service.rpartition("/")[2] != task.service.name):
        return False
    return not family or family == task.family.name
