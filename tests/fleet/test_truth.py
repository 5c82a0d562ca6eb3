"""The truth is compared with an independent judgement of what boto3 reads, so that neither can drift alone."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import pytest

from tests.fleet import Fleet, Large, Shape
from tests.fleet.conftest import Client, Connect
from tests.fleet.definitions import CANARY, FAIL, NOT_APPLICABLE, PASS, RECIPES, Recipe
from tests.fleet.organization import Organization
from tests.fleet.truth import Expected, expected, latest
from tests.fleet.workloads import Workloads


def opinion(definition: dict[str, Any]) -> tuple[str, set[str], list[str]]:
    """Judge a definition by the rule alone, without knowledge of its recipe."""
    if definition.get("networkMode") != "host":
        return NOT_APPLICABLE, set(), []
    reasons, names = set(), []
    for container in definition["containerDefinitions"]:
        user = (container.get("user") or "").split(":")[0]
        own_reasons = {"privileged"} if container.get("privileged") else set()
        if user == "root" or re.fullmatch("[+-]?0+", user):
            own_reasons.add("root-user")
        reasons |= own_reasons
        names += [container["name"]] if own_reasons else []
    return (FAIL if reasons else PASS), reasons, names


def judgement(answer: dict[str, Any]) -> tuple[str, set[str], list[str]]:
    return opinion(answer["taskDefinition"])


def true_verdict(truth: Expected) -> tuple[str, set[str], list[str]]:
    return truth.verdict, set(truth.reasons), list(truth.failing)


def test_the_latest_revisions_that_boto3_reads_equal_the_truth(fleet: Fleet, connect: Connect) -> None:
    truths = list(fleet.truth())
    for truth in truths:
        ecs = connect(fleet, "ecs", account=truth.account, region=truth.region)
        answer = ecs.describe_task_definition(taskDefinition=truth.family)
        definition = answer["taskDefinition"]
        assert (definition["taskDefinitionArn"], definition["status"]) == (truth.arn, truth.status)
        assert (definition["family"], definition["revision"]) == (truth.family, truth.revision)
        assert judgement(answer) == true_verdict(truth)
    assert Counter(truth.verdict for truth in truths).keys() == {FAIL, PASS, NOT_APPLICABLE}


def test_all_revisions_that_boto3_reads_equal_the_truth(fleet: Fleet, connect: Connect) -> None:
    organization = fleet.organization
    account = organization.members[0].id
    ecs = connect(fleet, "ecs", account=account)
    for family in organization.families(account, "eu-west-1"):
        for revision in range(family.first, family.newest + 1):
            answer = ecs.describe_task_definition(taskDefinition=family.arn(revision))
            assert judgement(answer) == true_verdict(expected(organization, family, revision))
            assert answer["taskDefinition"]["status"] == family.status(revision)


def test_the_listed_active_families_equal_the_truth(fleet: Fleet, connect: Connect) -> None:
    expected_families = defaultdict(list)
    for truth in fleet.truth():
        expected_families[truth.account, truth.region].append(truth.family)
    for (account, region), names in expected_families.items():
        ecs = connect(fleet, "ecs", account=account, region=region)
        pages = ecs.get_paginator("list_task_definition_families").paginate(
            status="ACTIVE", PaginationConfig={"PageSize": 3}
        )
        assert [name for page in pages for name in page["families"]] == names


def test_the_revisions_in_use_are_those_of_services_and_tasks(fleet: Fleet, connect: Connect) -> None:
    services: Counter[str] = Counter()
    tasks: Counter[str] = Counter()
    for member in fleet.organization.members:
        for region in fleet.organization.regions:
            ecs = connect(fleet, "ecs", account=member.id, region=region)
            for cluster in ecs.list_clusters()["clusterArns"]:
                services.update(_named_by_services(ecs, cluster))
                tasks.update(_named_by_tasks(ecs, cluster))
    uses = list(fleet.in_use())
    assert {use.definition.arn: len(use.services) for use in uses if use.services} == dict(services)
    assert {use.definition.arn: use.tasks for use in uses if use.tasks} == dict(tasks)
    assert {use.definition.status for use in uses} >= {"ACTIVE", "INACTIVE"}


def _named_by_services(ecs: Client, cluster: str) -> list[str]:
    arns = []
    for page in ecs.get_paginator("list_services").paginate(cluster=cluster):
        if page["serviceArns"]:
            for service in ecs.describe_services(cluster=cluster, services=page["serviceArns"])["services"]:
                named = [service.get("taskDefinition"), *_all(service, "deployments"), *_all(service, "taskSets")]
                arns += sorted({arn for arn in named if arn})
    return arns


def _all(service: dict[str, Any], key: str) -> list[str]:
    return [entry["taskDefinition"] for entry in service[key]]


def _named_by_tasks(ecs: Client, cluster: str) -> list[str]:
    arns = []
    for page in ecs.get_paginator("list_tasks").paginate(cluster=cluster):
        if page["taskArns"]:
            described = ecs.describe_tasks(cluster=cluster, tasks=page["taskArns"])["tasks"]
            arns += [task["taskDefinitionArn"] for task in described]
    return arns


def test_every_definition_contains_a_canary(fleet: Fleet, connect: Connect) -> None:
    for truth in list(fleet.truth())[:20]:
        ecs = connect(fleet, "ecs", account=truth.account, region=truth.region)
        containers = ecs.describe_task_definition(taskDefinition=truth.family)["taskDefinition"]["containerDefinitions"]
        for container in containers:
            assert any(pair["value"].startswith(CANARY) for pair in container["environment"])


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
def test_every_recipe_has_the_verdict_it_was_written_for(recipe: Recipe) -> None:
    containers = [{"name": str(n), "user": u, "privileged": p} for n, (u, p) in enumerate(recipe.containers)]
    verdict, reasons, names = opinion({"networkMode": recipe.mode, "containerDefinitions": containers})
    assert (verdict, reasons) == (recipe.verdict, set(recipe.reasons))
    assert names == [str(number) for number in recipe.failing]


def test_shares_are_those_of_the_shape_and_every_recipe_is_served() -> None:
    shape = Shape(accounts=60, regions=6, families=6, host_share=0.5, fail_share=0.4)
    verdicts = Counter(truth.verdict for truth in latest(Organization(shape)))
    total = sum(verdicts.values())
    assert abs(verdicts[NOT_APPLICABLE] / total - 0.5) < 0.05
    assert abs(verdicts[FAIL] / total - 0.2) < 0.05


def test_the_verdict_of_a_family_changes_at_most_once_at_any_revision() -> None:
    organization = Organization(Shape(large=(Large(0, "us-east-1", 600, 4),), host_share=0.7))
    places: Counter[int] = Counter()
    for family in organization.families(organization.members[0].id, "us-east-1"):
        verdicts = [expected(organization, family, number).verdict for number in range(family.first, family.newest + 1)]
        changes = [place for place, (one, other) in enumerate(pairwise(verdicts)) if one != other]
        assert len(changes) <= 1
        places.update(changes)
    assert min(places[0], places[1], places[2]) > 20


def test_a_service_during_a_deployment_runs_both_revisions() -> None:
    organization = Organization(Shape(services=10, tasks=6, skew=0))
    workloads = Workloads(organization)
    account, region = organization.members[0].id, "us-east-1"
    services = [workloads.service(account, region, index) for index in range(workloads.service_count(account, region))]
    deploying = [service for service in services if len(set(service.revisions)) == 2]
    assert deploying
    for service in deploying:
        tasks = [workloads.service_task(service, number) for number in range(service.tasks)]
        assert {task.revision for task in tasks} == set(service.revisions)


def test_the_same_seed_has_the_same_truth() -> None:
    assert list(latest(Organization(Shape(seed=3)))) == list(latest(Organization(Shape(seed=3))))
    assert list(latest(Organization(Shape(seed=3)))) != list(latest(Organization(Shape(seed=4))))
