"""Usage of revisions: what uses which revision, merged, as a row and in words."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.ecs.usage_by_revision import usage_by_arn
from auditor.domain.ecs.workloads import Cluster, Deployment, Placement, Service, Task, TaskSet
from auditor.domain.fact import usage_types

CLUSTER = "arn:aws:ecs:eu-west-1:111122223333:cluster/prod"
SERVICE = "arn:aws:ecs:eu-west-1:111122223333:service/prod/web"
OLD, NEW = (f"arn:aws:ecs:eu-west-1:111122223333:task-definition/web:{number}" for number in (1, 2))

NAMES = st.lists(st.text(max_size=5), max_size=3).map(tuple)
MAYBE = st.one_of(st.none(), st.booleans())
COUNTS = st.integers(0, 9)
USAGES = st.builds(EcsUsage, NAMES, NAMES, COUNTS, NAMES, NAMES, MAYBE, MAYBE, st.booleans(), st.none() | COUNTS)


def service(**fields: object) -> Service:
    return Service(SERVICE, "web", CLUSTER, "ACTIVE", NEW, **fields)  # type: ignore[arg-type]  # fields of any type


def test_a_service_uses_the_revisions_of_all_its_deployments() -> None:
    usages = usage_by_arn([service(deployments=(Deployment(OLD, "ACTIVE"),))], [], complete=True)

    assert {arn: usage.services for arn, usage in usages.items()} == {OLD: (SERVICE,), NEW: (SERVICE,)}


def test_tasks_are_counted_in_addition_to_their_service() -> None:
    tasks = [Task("arn:1", CLUSTER, NEW, "service:web", "EC2"), Task("arn:2", CLUSTER, NEW)]

    usage = usage_by_arn([service()], tasks, complete=True)[NEW]

    assert (usage.services, usage.running_tasks, usage.clusters, usage.launch_types) == (
        (SERVICE,),
        2,
        ("prod",),
        ("EC2",),
    )


@pytest.mark.parametrize(
    ("placement", "launch_types", "public"),
    [
        (Placement("FARGATE", public_ip=True), ("FARGATE",), True),
        (Placement("FARGATE", public_ip=False), ("FARGATE",), False),
        (Placement(capacity_providers=("FARGATE_SPOT",), public_ip=False), ("FARGATE",), False),
        (Placement(capacity_providers=("own",)), (), None),
    ],
    ids=["launch type", "private", "Fargate Spot", "own capacity provider and the network of the host"],
)
def test_the_placement_decides_launch_type_and_address(
    placement: Placement,
    launch_types: tuple[str, ...],
    public: bool | None,  # noqa: FBT001 - the expectation
) -> None:
    fact = service(placement=placement)

    for usage in (usage_by_arn([fact], [], complete=True)[NEW], fact.own_usage()):
        assert (usage.launch_types, usage.public_ip, usage.is_public) == (launch_types, public, public)


def test_ecs_does_not_say_whether_a_standalone_task_is_public() -> None:
    private = service(placement=Placement("FARGATE", public_ip=False))
    of_service, standalone = Task("arn:1", CLUSTER, NEW, "service:web"), Task("arn:2", CLUSTER, OLD, "family:web")

    usages = usage_by_arn([private], [of_service, standalone], complete=True)

    assert (usages[NEW].is_public, usages[OLD].is_public) == (False, None)


def test_a_task_of_a_service_that_was_not_read_may_be_public() -> None:
    usages = usage_by_arn([], [Task("arn:1", CLUSTER, NEW, "service:web")], complete=True)

    assert usages[NEW].is_public is None


@pytest.mark.parametrize(
    ("usage", "public"),
    [
        pytest.param(EcsUsage(public_ip=True, complete=False), True, id="one public address is enough"),
        pytest.param(EcsUsage(complete=False), None, id="there may be more usage"),
        pytest.param(EcsUsage(), False, id="nothing uses it"),
        pytest.param(EcsUsage.merge([EcsUsage(), EcsUsage(public_ip=None)]), None, id="one part is unknown"),
        pytest.param(
            EcsUsage.merge([EcsUsage(public_ip=True), EcsUsage(public_ip=None)]), True, id="unknown and public"
        ),
    ],
)
def test_private_is_only_said_if_everything_is_known(usage: EcsUsage, *, public: bool | None) -> None:
    assert usage.is_public is public


@pytest.mark.parametrize(
    ("running", "desired", "in_use"), [(0, 0, False), (0, 2, True), (1, 0, True)], ids=["idle", "starting", "stopping"]
)
def test_a_service_is_in_use_if_it_runs_tasks_or_should(running: int, desired: int, *, in_use: bool) -> None:
    usage = service(running=running, desired=desired, exec_enabled=True).own_usage()

    assert (usage.in_use, usage.complete, usage.exec_enabled) == (in_use, True, True)
    assert (usage.running_tasks, usage.desired_tasks, usage.clusters) == (running, desired, ("prod",))


def test_a_service_is_public_if_an_older_deployment_or_a_task_set_is() -> None:
    private, public = Placement("FARGATE", public_ip=False), Placement("FARGATE", public_ip=True)
    old = Deployment(OLD, "ACTIVE", 1, public)
    task_set = TaskSet("arn:t", "t", SERVICE, CLUSTER, "PRIMARY", NEW, 2, public)

    assert service(placement=private, deployments=(old,)).own_usage().is_public is True
    assert service(placement=private, deployments=(replace(old, running=0),)).own_usage().is_public is False
    assert service(task_sets=(task_set,)).own_usage().is_public is True
    assert service(task_sets=(replace(task_set, placement=private),)).own_usage().is_public is False
    assert task_set.own_usage() == EcsUsage((), (), 2, ("prod",), ("FARGATE",), public_ip=True, exec_enabled=None)


def test_a_cluster_counts_its_tasks_and_does_not_say_whether_they_are_public() -> None:
    usage = Cluster("arn", "prod", "ACTIVE", running_tasks=3).own_usage()

    assert usage is not None
    assert (usage.in_use, usage.running_tasks, usage.is_public) == (True, 3, None)
    assert Cluster("arn", "prod", "ACTIVE").own_usage() is None


def test_incomplete_reading_makes_every_usage_incomplete() -> None:
    assert not usage_by_arn([service()], [], complete=False)[NEW].complete


@given(USAGES)
def test_a_row_reads_back_as_the_same_usage(usage: EcsUsage) -> None:
    assert EcsUsage.from_row(json.loads(json.dumps(usage.to_row()))) == usage


@given(st.lists(USAGES, min_size=1, max_size=4))
def test_merged_usage_is_in_use_if_any_part_is_and_complete_if_all_are(usages: list[EcsUsage]) -> None:
    merged = EcsUsage.merge(usages)

    assert merged.in_use is any(usage.in_use for usage in usages)
    assert merged.complete is all(usage.complete for usage in usages)
    assert merged.running_tasks == sum(usage.running_tasks for usage in usages)


def test_not_in_use_is_only_said_if_everything_was_read() -> None:
    assert EcsUsage().describe().short == "not in use"
    assert EcsUsage(complete=False).describe().short == "usage unknown"


def test_everything_that_runs_tasks_has_this_usage() -> None:
    names = ("Cluster", "DaemonTaskDefinition", "Service", "TaskDefinition", "TaskSet")

    assert usage_types() == {f"AWS::ECS::{name}": EcsUsage for name in names}
