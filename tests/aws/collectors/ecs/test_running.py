"""Usage is read once for all collectors, and unreadable usage is a gap of everything that it affects."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.aws.collectors.collector import CollectOptions
from auditor.domain.coverage import Gap
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.reason import Reason
from tests.aws.collectors.ecs.region import PREFIX, Region, definition_arn, read, service, task
from tests.aws.fakes import client_error

DEFINITIONS, SERVICES, TASKS = "ecs-task-definitions", "ecs-services", "ecs-tasks"
DENIED = client_error("AccessDeniedException", "because no identity-based policy allows it")
DOWN = client_error("ServerException", "down", status=500)
OLD, NEW = definition_arn("web", 1), definition_arn("web", 2)


def gaps(items: list[Any]) -> list[Gap]:
    return [item for item in items if isinstance(item, Gap)]


def facts(items: list[Any]) -> list[Any]:
    return [item for item in items if not isinstance(item, Gap)]


def by_revision(items: list[Any]) -> dict[int, TaskDefinition]:
    return {definition.revision: definition for definition in items if isinstance(definition, TaskDefinition)}


def test_the_latest_revision_and_those_in_use_are_each_described_once() -> None:
    region = Region(
        {"default": [service("web", NEW, OLD)]}, {"default": [task("t1", OLD), task("t2", NEW)]}, {"web": 2, "job": 5}
    )
    reading = read(region, [DEFINITIONS])

    assert {(definition.family, definition.revision) for definition in reading.items[DEFINITIONS]} == {
        ("web", 1),
        ("web", 2),
        ("job", 5),
    }
    assert reading.operations() == [
        *("ListClusters", "ListServices", "DescribeServices", "ListTasks", "DescribeTasks"),
        *("ListTaskDefinitionFamilies", "DescribeTaskDefinition", "DescribeTaskDefinition", "DescribeTaskDefinition"),
    ]


def test_each_revision_has_its_usage_and_the_number_of_the_latest() -> None:
    web = service("web", NEW, OLD, enableExecuteCommand=True)
    region = Region({"default": [web]}, {"default": [task("t1", OLD), task("t2", OLD)]}, {"web": 2, "job": 5})
    definitions = {definition.arn: definition for definition in read(region, [DEFINITIONS]).items[DEFINITIONS]}
    arn = (web["serviceArn"],)

    assert definitions[OLD].usage == EcsUsage(arn, (), 2, ("default",), ("EC2",), public_ip=None, exec_enabled=True)
    assert definitions[NEW].usage == EcsUsage(arn, (), 0, ("default",), ("EC2",), public_ip=None, exec_enabled=True)
    assert definitions[definition_arn("job", 5)].usage == EcsUsage()
    assert {definition.revision: definition.latest_active for definition in definitions.values()} == {1: 2, 2: 2, 5: 5}
    assert definitions[OLD].status == "INACTIVE"


def test_a_family_without_an_active_revision_has_no_latest_revision() -> None:
    region = Region({"default": [service("web", OLD)]})

    (definition,) = read(region, [DEFINITIONS]).items[DEFINITIONS]

    assert (definition.revision, definition.latest_active) == (1, 0)


def test_services_are_described_by_ten_and_tasks_by_a_hundred() -> None:
    region = Region(
        {"default": [service(f"s{n}", NEW) for n in range(25)]}, {"default": [task(f"t{n}", NEW) for n in range(150)]}
    )
    reading = read(region, [SERVICES, TASKS])
    calls_made = [
        (operation, parameters) for operation, parameters in reading.calls if operation.startswith("Describe")
    ]

    assert [len(parameters["services"]) for operation, parameters in calls_made if operation == "DescribeServices"] == [
        10,
        10,
        5,
    ]
    assert [len(parameters["tasks"]) for operation, parameters in calls_made if operation == "DescribeTasks"] == [
        100,
        50,
    ]
    assert len(facts(reading.items[SERVICES])) == 25
    assert len(facts(reading.items[TASKS])) == 150
    assert (
        next(parameters for operation, parameters in reading.calls if operation == "ListServices")["maxResults"] == 100
    )


def test_clusters_that_cannot_be_listed_are_listed_once_and_latest_revisions_are_still_read() -> None:
    region = Region(families={"web": 2}, broken={"ListClusters": DENIED})
    reading = read(region, [DEFINITIONS])
    (definition,) = facts(reading.items[DEFINITIONS])
    (gap,) = gaps(reading.items[DEFINITIONS])

    assert reading.operations().count("ListClusters") == 1
    assert {name: failure.reason for name, failure in reading.failures.items()} == {
        SERVICES: Reason.PERMISSION_DENIED,
        TASKS: Reason.PERMISSION_DENIED,
    }
    assert (gap.reason, gap.resource) == (Reason.PERMISSION_DENIED, None)
    assert definition.usage == EcsUsage(complete=False)


@pytest.mark.parametrize("operation", ["ListServices", "DescribeServices", "ListTasks", "DescribeTasks"])
def test_an_unreadable_cluster_affects_no_other_and_is_a_gap_of_the_definitions_too(operation: str) -> None:
    lost, kept = service("lost", OLD, cluster="a"), service("kept", NEW, cluster="b")
    first = {"List": f"{PREFIX}:cluster/a", "DescribeServices": lost["serviceArn"]}
    about = first["List"] if operation.startswith("List") else lost["serviceArn"]
    about = f"{PREFIX}:task/a/lost" if operation == "DescribeTasks" else about
    region = Region(
        {"a": [lost], "b": [kept]},
        {"a": [task("lost", OLD, "a")], "b": [task("kept", NEW, "b")]},
        {"web": 2},
        {(operation, about): DENIED},
    )
    reading = read(region, [DEFINITIONS])
    collector = SERVICES if "Services" in operation else TASKS
    (gap,) = gaps(reading.items[collector])

    assert gap.reason is Reason.PERMISSION_DENIED
    assert "kept" in str([fact.arn for fact in facts(reading.items[collector])])
    assert [gap.reason for gap in gaps(reading.items[DEFINITIONS])] == [Reason.PERMISSION_DENIED]
    assert not any(definition.usage.complete for definition in facts(reading.items[DEFINITIONS]))


def test_an_unreadable_service_is_an_unknown_resource_for_service_checks_only() -> None:
    region = Region({"default": [service("web", NEW)]}, broken={"DescribeServices": DENIED})

    (gap,) = gaps(read(region, [SERVICES]).items[SERVICES])

    assert gap.resource is not None
    assert (gap.resource.type, gap.resource.name) == ("AWS::ECS::Service", "default/web")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param({"failures": []}, Reason.MALFORMED_RESPONSE, id="no list at all"),
        pytest.param(
            {"tasks": [], "failures": []}, Reason.MALFORMED_RESPONSE, id="an answer that does not speak of it"
        ),
        pytest.param({"tasks": [{}], "failures": []}, Reason.MALFORMED_RESPONSE, id="an object that is no task"),
        pytest.param({"tasks": [task("t2", NEW)]}, Reason.MALFORMED_RESPONSE, id="another task"),
        pytest.param(
            {"tasks": [], "failures": [{"arn": f"{PREFIX}:task/default/t1", "reason": "ACCESS_DENIED"}]},
            Reason.PERMISSION_DENIED,
            id="a refusal within the answer",
        ),
        pytest.param(
            {"tasks": [], "failures": [{"arn": f"{PREFIX}:task/default/t1", "reason": "of next year", "detail": "x"}]},
            Reason.SERVICE_ERROR,
            id="an unknown reason",
        ),
        pytest.param(DOWN, Reason.SERVICE_ERROR, id="an error after every retry"),
    ],
)
def test_a_failure_to_describe_a_task_is_a_gap(answer: Any, reason: Reason) -> None:  # noqa: ANN401 - any JSON, or a script of answers
    region = Region(tasks={"default": [task("t1", NEW)]}, broken={"DescribeTasks": answer})

    (gap,) = read(region, [TASKS]).items[TASKS]

    assert isinstance(gap, Gap)
    assert gap.reason is reason


def test_a_malformed_service_affects_no_other() -> None:
    good, bad = service("good", NEW), {**service("bad", NEW), "launchType": 7}
    region = Region({"default": [good, bad]})

    items_read = read(region, [SERVICES]).items[SERVICES]

    assert [fact.name for fact in facts(items_read)] == ["good"]
    assert [(gap.reason, gap.resource and gap.resource.name) for gap in gaps(items_read)] == [
        (Reason.MALFORMED_RESPONSE, "default/bad")
    ]


def test_a_revision_in_use_that_ecs_does_not_describe_is_a_gap() -> None:
    gone = client_error("ClientException", "Unable to describe task definition.")
    region = Region({"default": [service("web", OLD)]}, broken={("DescribeTaskDefinition", OLD): gone})

    (gap,) = read(region, [DEFINITIONS]).items[DEFINITIONS]

    assert isinstance(gap, Gap)
    assert gap.resource is not None
    assert (gap.resource.family, gap.resource.revision, gap.reason) == ("web", 1, Reason.SERVICE_ERROR)


def test_a_definition_with_an_unusual_name_is_a_gap_of_its_own() -> None:
    odd = "arn:aws:ecs:eu-west-1:999999999999:task-definition/other:1"
    region = Region({"default": [service("web", odd)]}, families={"web": 2})
    items = read(region, [DEFINITIONS]).items[DEFINITIONS]

    assert [definition.revision for definition in facts(items)] == [2]
    assert [gap.reason for gap in gaps(items)] == [Reason.MALFORMED_RESPONSE]


def test_an_older_revision_in_use_does_not_know_a_latest_one_that_cannot_be_read() -> None:
    region = Region(
        {"default": [service("web", OLD)]}, families={"web": 2}, broken={("DescribeTaskDefinition", "web"): DENIED}
    )
    items = read(region, [DEFINITIONS]).items[DEFINITIONS]

    assert {definition.revision: definition.latest_active for definition in facts(items)} == {1: None}
    assert [gap.resource and gap.resource.name for gap in gaps(items)] == ["web"]


def test_with_running_only_revisions_in_use_are_read_with_the_number_of_the_latest() -> None:
    region = Region({"default": [service("web", OLD)]}, families={"web": 2, "job": 5})
    reading = read(region, [DEFINITIONS], CollectOptions("running"))

    assert {definition.revision: definition.latest_active for definition in facts(reading.items[DEFINITIONS])} == {1: 2}
    assert "ListTaskDefinitionFamilies" not in reading.operations()


def test_with_latest_usage_is_not_read() -> None:
    region = Region({"default": [service("web", OLD)]}, families={"web": 2})
    reading = read(region, [DEFINITIONS], CollectOptions("latest"))

    assert by_revision(reading.items[DEFINITIONS])[2].usage is None
