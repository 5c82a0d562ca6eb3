"""Usage of revisions: what uses which revision, merged, as a row and in words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.domain.ecs.usage import EcsUsage, usage_by_arn
from auditor.domain.ecs.workloads import Deployment, Placement, Service, Task
from auditor.domain.fact import usage_types

CLUSTER = "arn:aws:ecs:eu-west-1:111122223333:cluster/prod"
SERVICE = "arn:aws:ecs:eu-west-1:111122223333:service/prod/web"
OLD, NEW = (f"arn:aws:ecs:eu-west-1:111122223333:task-definition/web:{number}" for number in (1, 2))

NAMES = st.lists(st.text(max_size=5), max_size=3).map(tuple)
USAGES = st.builds(EcsUsage, NAMES, NAMES, st.integers(0, 9), NAMES, NAMES, st.booleans(), st.booleans(), st.booleans())


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
        (Placement(capacity_providers=("FARGATE_SPOT",)), ("FARGATE",), False),
        (Placement(capacity_providers=("own",)), (), False),
    ],
    ids=["launch type", "Fargate Spot", "own capacity provider"],
)
def test_the_placement_decides_launch_type_and_address(
    placement: Placement,
    launch_types: tuple[str, ...],
    public: bool,  # noqa: FBT001 - the expectation
) -> None:
    usage = usage_by_arn([service(placement=placement)], [], complete=True)[NEW]

    assert (usage.launch_types, usage.public_ip) == (launch_types, public)


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


def test_task_definitions_of_both_kinds_have_this_usage() -> None:
    assert usage_types() == {
        "AWS::ECS::TaskDefinition": EcsUsage,
        "AWS::ECS::DaemonTaskDefinition": EcsUsage,
    }
