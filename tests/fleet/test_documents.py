"""The product's parsers accept the stand-in's documents about running workloads, as boto3 returns them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from auditor.parsers.ecs import capacity_providers, clusters, services, tasks
from tests.fleet import Fleet
from tests.fleet.conftest import Client, Connect


@pytest.fixture(scope="module")
def clients(fleet: Fleet, connect: Connect) -> list[Client]:
    """Return a client for every account and region."""
    organization = fleet.organization
    return [
        connect(fleet, "ecs", account=member.id, region=region)
        for member in organization.members
        for region in organization.regions
    ]


def all_clusters(clients: list[Client]) -> Iterator[tuple[Client, str]]:
    for ecs in clients:
        yield from ((ecs, arn) for arn in ecs.list_clusters()["clusterArns"])


def test_clusters_can_be_parsed(clients: list[Client]) -> None:
    parsed = [
        clusters.parse(cluster)
        for ecs, arn in all_clusters(clients)
        for cluster in ecs.describe_clusters(clusters=[arn], include=["TAGS", "SETTINGS", "CONFIGURATIONS"])["clusters"]
    ]

    running = [len(ecs.list_tasks(cluster=arn)["taskArns"]) for ecs, arn in all_clusters(clients)]
    assert any(running)
    assert [cluster.running_tasks for cluster in parsed] == running
    assert [cluster.arn for cluster in parsed] == [arn for _, arn in all_clusters(clients)]
    assert {cluster.container_insights for cluster in parsed} <= {"enabled", "enhanced", "disabled"}
    assert all(cluster.exec_logging.logging in {None, "NONE", "DEFAULT", "OVERRIDE"} for cluster in parsed)


def test_services_and_task_sets_can_be_parsed(clients: list[Client]) -> None:
    parsed = []
    for ecs, cluster in all_clusters(clients):
        for page in ecs.get_paginator("list_services").paginate(cluster=cluster):
            if page["serviceArns"]:
                answer = ecs.describe_services(cluster=cluster, services=page["serviceArns"], include=["TAGS"])
                parsed += [(ecs, services.parse(service)) for service in answer["services"]]

    with_sets = [(ecs, service) for ecs, service in parsed if service.task_sets]
    assert with_sets
    assert any(service.placement.public_ip for _, service in parsed)
    assert all(service.definitions for _, service in parsed)
    for ecs, service in with_sets:
        alone = ecs.describe_task_sets(cluster=service.cluster_arn, service=service.arn)["taskSets"]
        assert tuple(map(services.parse_task_set, alone)) == service.task_sets


def test_tasks_can_be_parsed(clients: list[Client]) -> None:
    count = 0
    for ecs, cluster in all_clusters(clients):
        for page in ecs.get_paginator("list_tasks").paginate(cluster=cluster):
            if page["taskArns"]:
                answer = ecs.describe_tasks(cluster=cluster, tasks=page["taskArns"])
                assert [tasks.parse(task).arn for task in answer["tasks"]] == page["taskArns"]
                count += len(page["taskArns"])

    assert count


def test_capacity_providers_can_be_parsed(clients: list[Client]) -> None:
    for ecs in clients:
        providers = [
            capacity_providers.parse(provider) for provider in ecs.describe_capacity_providers()["capacityProviders"]
        ]
        assert [provider.name for provider in providers if provider.scaling_group is None] == [
            "FARGATE",
            "FARGATE_SPOT",
        ]
        assert [
            provider.termination_protection in {"ENABLED", "DISABLED"}
            for provider in providers
            if provider.scaling_group
        ] == [True]
