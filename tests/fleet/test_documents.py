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
    found = [
        clusters.parse(each)
        for ecs, arn in all_clusters(clients)
        for each in ecs.describe_clusters(clusters=[arn], include=["TAGS", "SETTINGS", "CONFIGURATIONS"])["clusters"]
    ]

    assert [each.arn for each in found] == [arn for _, arn in all_clusters(clients)]
    assert {each.container_insights for each in found} <= {"enabled", "enhanced", "disabled"}
    assert all(each.exec_logging.logging in {None, "NONE", "DEFAULT", "OVERRIDE"} for each in found)


def test_services_and_task_sets_can_be_parsed(clients: list[Client]) -> None:
    found = []
    for ecs, where in all_clusters(clients):
        for page in ecs.get_paginator("list_services").paginate(cluster=where):
            if page["serviceArns"]:
                answer = ecs.describe_services(cluster=where, services=page["serviceArns"], include=["TAGS"])
                found += [(ecs, services.parse(each)) for each in answer["services"]]

    with_sets = [(ecs, each) for ecs, each in found if each.task_sets]
    assert with_sets
    assert any(each.placement.public_ip for _, each in found)
    assert all(each.definitions for _, each in found)
    for ecs, each in with_sets:
        alone = ecs.describe_task_sets(cluster=each.cluster_arn, service=each.arn)["taskSets"]
        assert tuple(map(services.parse_task_set, alone)) == each.task_sets


def test_tasks_can_be_parsed(clients: list[Client]) -> None:
    found = 0
    for ecs, where in all_clusters(clients):
        for page in ecs.get_paginator("list_tasks").paginate(cluster=where):
            if page["taskArns"]:
                answer = ecs.describe_tasks(cluster=where, tasks=page["taskArns"])
                assert [tasks.parse(each).arn for each in answer["tasks"]] == page["taskArns"]
                found += len(page["taskArns"])

    assert found


def test_capacity_providers_can_be_parsed(clients: list[Client]) -> None:
    for ecs in clients:
        found = [capacity_providers.parse(each) for each in ecs.describe_capacity_providers()["capacityProviders"]]
        assert [each.name for each in found if each.scaling_group is None] == ["FARGATE", "FARGATE_SPOT"]
        assert [each.termination_protection in {"ENABLED", "DISABLED"} for each in found if each.scaling_group] == [
            True
        ]
