from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.fleet import Fleet, Large, Shape, running
from tests.fleet.conftest import Client, Connect, code


@pytest.fixture
def ecs(fleet: Fleet, connect: Connect) -> Client:
    return connect(fleet, "ecs", account=fleet.organization.members[0].id)


def number(arn: str) -> tuple[str, int]:
    family, _, revision = arn.rpartition("/")[2].partition(":")
    return family, int(revision)


def test_definitions_are_listed_by_family_and_revision(ecs: Client) -> None:
    pages = ecs.get_paginator("list_task_definitions").paginate(PaginationConfig={"PageSize": 7})
    ascending = [arn for page in pages for arn in page["taskDefinitionArns"]]
    pages = ecs.get_paginator("list_task_definitions").paginate(sort="DESC", PaginationConfig={"PageSize": 7})
    descending = [arn for page in pages for arn in page["taskDefinitionArns"]]
    assert sorted(ascending, key=number) == ascending == descending[::-1]
    assert len(set(ascending)) == len(ascending) > 14


def test_the_lists_of_all_statuses_contain_every_revision_once(fleet: Fleet, ecs: Client) -> None:
    arns = [
        arn
        for status in ("ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS")
        for page in ecs.get_paginator("list_task_definitions").paginate(status=status)
        for arn in page["taskDefinitionArns"]
    ]
    account = fleet.organization.members[0].id
    families = list(fleet.organization.families(account, "eu-west-1"))
    assert sorted(arns) == sorted(f.arn(n) for f in families for n in range(f.first, f.newest + 1))


def test_the_family_prefix_is_a_full_name_for_definitions_and_a_prefix_for_families(ecs: Client) -> None:
    listed = ecs.list_task_definitions(familyPrefix="app-00000")["taskDefinitionArns"]
    assert {number(arn)[0] for arn in listed} == {"app-00000"}
    assert ecs.list_task_definition_families(familyPrefix="app-00000", status="ALL")["families"] == [
        "app-00000",
        "app-00000-sidecar",
    ]


def test_a_family_name_describes_its_latest_active_revision(fleet: Fleet, connect: Connect) -> None:
    rolled_back = 0
    for truth in fleet.truth():
        client = connect(fleet, "ecs", account=truth.account, region=truth.region)
        assert (
            client.describe_task_definition(taskDefinition=truth.family)["taskDefinition"]["revision"] == truth.revision
        )
        index = fleet.organization.index_of(truth.account, truth.region, truth.family)
        assert index is not None
        rolled_back += fleet.organization.family(truth.account, truth.region, index).newest > truth.revision
    assert rolled_back


def test_tags_are_included_on_request(fleet: Fleet, ecs: Client) -> None:
    names = [truth.family for truth in fleet.truth() if truth.account == fleet.organization.members[0].id]
    answers = [ecs.describe_task_definition(taskDefinition=name, include=["TAGS"]) for name in names[:6]]
    assert all("tags" in answer for answer in answers)
    assert "tags" not in ecs.describe_task_definition(taskDefinition=names[0])


@pytest.mark.parametrize("wanted", ["nothing", "app-00000:99", "app-00000:x", "app-99999", "arn:aws:ecs:us-east-1:1:x"])
def test_an_unknown_definition_cannot_be_described(ecs: Client, wanted: str) -> None:
    with pytest.raises(ClientError) as error:
        ecs.describe_task_definition(taskDefinition=wanted)
    assert code(error) == "ClientException"


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("list_task_definitions", {"maxResults": 101}),
        ("list_task_definition_families", {"nextToken": "made-up"}),
        ("list_services", {"maxResults": 0}),
        ("describe_services", {"services": ["x"] * 11}),
        ("describe_tasks", {"tasks": ["x"] * 101}),
        ("describe_clusters", {"clusters": ["x"] * 101}),
        ("describe_capacity_providers", {"maxResults": 11}),
    ],
)
def test_pages_and_batches_have_the_limits_of_aws(ecs: Client, operation: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as error:
        getattr(ecs, operation)(**parameters)
    assert code(error) == "InvalidParameterException"


def test_services_are_listed_in_pages_of_ten_by_default(connect: Connect) -> None:
    with running(Shape(accounts=1, regions=("eu-west-1",), skew=0, services=25, clusters=1)) as fleet:
        client = connect(fleet, "ecs", account=fleet.organization.members[0].id)
        first = client.list_services()
        assert len(first["serviceArns"]) == 10
        assert "nextToken" in first
        assert len(client.list_services(maxResults=100)["serviceArns"]) == 25


def test_missing_members_of_a_batch_are_failures_in_a_200(ecs: Client) -> None:
    present = ecs.list_services()["serviceArns"][0]
    answer = ecs.describe_services(services=[present, "svc-99999"])
    assert [service["serviceArn"] for service in answer["services"]] == [present]
    assert answer["failures"] == [{"arn": "svc-99999", "reason": "MISSING"}]
    gone = "0" * 32
    assert ecs.describe_tasks(tasks=[gone])["failures"] == [{"arn": gone, "reason": "MISSING"}]
    assert ecs.describe_clusters(clusters=["gone"])["failures"] == [{"arn": "gone", "reason": "MISSING"}]


def test_an_unknown_cluster_is_an_error(ecs: Client) -> None:
    with pytest.raises(ecs.exceptions.ClusterNotFoundException):
        ecs.list_services(cluster="gone")


def test_tasks_are_listed_by_family_and_service_but_never_pending_ones(ecs: Client) -> None:
    everything = ecs.describe_tasks(tasks=ecs.list_tasks()["taskArns"])["tasks"]
    family = number(everything[0]["taskDefinitionArn"])[0]
    same = [task["taskArn"] for task in everything if number(task["taskDefinitionArn"])[0] == family]
    assert ecs.list_tasks(family=family)["taskArns"] == same
    service = next(
        task["group"].removeprefix("service:") for task in everything if task["group"].startswith("service:")
    )
    assert ecs.list_tasks(serviceName=service)["taskArns"]
    assert ecs.list_tasks(desiredStatus="PENDING")["taskArns"] == []


def test_task_sets_belong_to_services_with_an_external_deployment_controller(fleet: Fleet, connect: Connect) -> None:
    count = 0
    for member in fleet.organization.members:
        client = connect(fleet, "ecs", account=member.id, region="eu-west-1")
        for arn in client.list_services(maxResults=100)["serviceArns"]:
            (service,) = client.describe_services(services=[arn])["services"]
            sets = client.describe_task_sets(cluster="default", service=arn)["taskSets"]
            assert sets == service["taskSets"]
            assert (
                bool(sets)
                == (service["deploymentController"]["type"] == "EXTERNAL")
                == ("taskDefinition" not in service)
            )
            count += len(sets)
    assert count


def test_clusters_include_optional_members_on_request(ecs: Client) -> None:
    (plain,) = ecs.describe_clusters()["clusters"]
    assert "settings" not in plain
    (full,) = ecs.describe_clusters(clusters=["default"], include=["SETTINGS", "CONFIGURATIONS", "TAGS"])["clusters"]
    assert full["settings"][0]["name"] == "containerInsights"


def test_capacity_providers_are_described(ecs: Client) -> None:
    names = [provider["name"] for provider in ecs.describe_capacity_providers()["capacityProviders"]]
    assert names == ["FARGATE", "FARGATE_SPOT", "instances"]
    answer = ecs.describe_capacity_providers(capacityProviders=["instances", "gone"])
    assert [provider["name"] for provider in answer["capacityProviders"]] == ["instances"]
    assert answer["failures"] == [{"arn": "gone", "reason": "MISSING"}]


def test_daemons_lead_to_their_running_definitions(ecs: Client) -> None:
    newest = [
        row["arn"] for row in ecs.list_daemon_task_definitions(revision="LAST_REGISTERED")["daemonTaskDefinitions"]
    ]
    everything = [row["arn"] for row in ecs.list_daemon_task_definitions()["daemonTaskDefinitions"]]
    assert set(newest) <= set(everything)
    running_arns = []
    for daemon in ecs.list_daemons()["daemonSummariesList"]:
        (revision,) = ecs.describe_daemon(daemonArn=daemon["daemonArn"])["daemon"]["currentRevisions"]
        (described,) = ecs.describe_daemon_revisions(daemonRevisionArns=[revision["arn"]])["daemonRevisions"]
        running_arns.append(described["daemonTaskDefinitionArn"])
    assert running_arns == newest != []
    definition = ecs.describe_daemon_task_definition(daemonTaskDefinition=newest[0])["daemonTaskDefinition"]
    assert definition["daemonTaskDefinitionArn"] == newest[0]
    assert definition["containerDefinitions"][0]["name"] == "agent"


def test_five_thousand_families_in_one_region_are_fifty_pages(connect: Connect) -> None:
    with running(Shape(accounts=1, regions=("eu-west-1",), large=(Large(0, "eu-west-1", 5000),))) as fleet:
        client = connect(fleet, "ecs", account=fleet.organization.members[0].id)
        pages = list(client.get_paginator("list_task_definition_families").paginate())
        names = [name for page in pages for name in page["families"]]
        assert (len(pages), len(set(names))) == (50, 5000)


def test_an_unknown_operation_is_an_error(ecs: Client) -> None:
    with pytest.raises(ClientError) as error:
        ecs.list_attributes(targetType="container-instance")
    assert code(error) == "UnknownOperationException"
