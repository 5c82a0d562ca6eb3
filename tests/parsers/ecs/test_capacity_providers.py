"""The parser takes what ECS documents of a capacity provider, refuses all else, and never fails in any other way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from auditor.domain.ecs.workloads import CapacityProvider
from auditor.parsers.ecs.capacity_providers import MalformedValue, parse
from tests.aws.collectors.ecs.answers import ANYTHING, HERE, MISSING, like, name_of, spoilt, unmodelled

GROUP = "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:f1ee:autoScalingGroupName/ecs"
WHOLE: dict[str, Any] = {
    "capacityProviderArn": f"{HERE}:capacity-provider/instances",
    "name": "instances",
    "status": "ACTIVE",
    "type": "EC2_AUTOSCALING",
    "autoScalingGroupProvider": {
        "autoScalingGroupArn": GROUP,
        "managedScaling": {"status": "ENABLED"},
        "managedTerminationProtection": "ENABLED",
    },
    "tags": [{"key": "owner", "value": "platform"}],
}

#: The parser as JSON meets it: with an argument of any type.
loosely: Callable[..., CapacityProvider] = parse


def test_a_whole_answer_is_read_whole() -> None:
    assert parse(WHOLE) == CapacityProvider(
        arn=f"{HERE}:capacity-provider/instances",
        name="instances",
        status="ACTIVE",
        scaling_group=GROUP,
        termination_protection="ENABLED",
        tags={"owner": "platform"},
    )


def test_the_answer_above_is_one_that_the_client_hands_on() -> None:
    assert unmodelled("CapacityProvider", WHOLE) == []


@pytest.mark.parametrize("name", ["FARGATE", "FARGATE_SPOT"])
def test_aws_s_own_have_no_group(name: str) -> None:
    arn = f"{HERE}:capacity-provider/{name}"

    assert parse({"capacityProviderArn": arn, "name": name, "status": "ACTIVE", "type": name}) == CapacityProvider(
        arn, name, "ACTIVE"
    )


def test_managed_instances_have_no_group_and_may_be_named_within_their_cluster() -> None:
    arn = f"{HERE}:capacity-provider/prod/managed"
    raw = {
        "capacityProviderArn": arn,
        "name": "managed",
        "cluster": "prod",
        "type": "MANAGED_INSTANCES",
        "managedInstancesProvider": {},
    }

    assert parse(raw) == CapacityProvider(arn, "managed", "")


def test_a_group_may_go_by_its_name() -> None:
    assert parse(spoilt(WHOLE, "autoScalingGroupProvider.autoScalingGroupArn", "ecs")).scaling_group == "ecs"


def test_without_a_type_the_group_tells() -> None:
    assert parse(spoilt(WHOLE, "type", MISSING)).scaling_group == GROUP


@pytest.mark.parametrize("word", ["DISABLED", "", "a word of next year", None], ids=repr)
def test_the_word_for_protection_is_kept_as_it_is(word: str | None) -> None:
    path = "autoScalingGroupProvider.managedTerminationProtection"

    assert parse(spoilt(WHOLE, path, word)).termination_protection == word


@pytest.mark.parametrize("tags", [None, [], MISSING], ids=["null", "empty", "missing"])
def test_no_tags_are_no_tags(tags: object) -> None:
    assert parse(spoilt(WHOLE, "tags", tags)).tags == {}


REFUSED: list[tuple[str, object]] = [
    ("capacityProviderArn", MISSING),
    ("capacityProviderArn", ""),
    ("capacityProviderArn", 7),
    ("capacityProviderArn", f"{HERE}:capacity-provider/others"),
    ("capacityProviderArn", f"{HERE}:cluster/instances"),
    ("capacityProviderArn", "instances"),
    ("name", MISSING),
    ("name", ""),
    ("name", 1),
    ("status", ["ACTIVE"]),
    ("type", 1),
    ("autoScalingGroupProvider", MISSING),
    ("autoScalingGroupProvider", None),
    ("autoScalingGroupProvider", GROUP),
    ("autoScalingGroupProvider.autoScalingGroupArn", MISSING),
    ("autoScalingGroupProvider.autoScalingGroupArn", ""),
    ("autoScalingGroupProvider.managedTerminationProtection", True),
    ("tags", "owner"),
    ("tags[0].key", None),
]


@pytest.mark.parametrize(("path", "value"), REFUSED, ids=map(name_of, REFUSED))
def test_what_ecs_does_not_document_is_refused_by_its_place(path: str, value: object) -> None:
    with pytest.raises(MalformedValue) as refusal:
        parse(spoilt(WHOLE, path, value))

    assert refusal.value.path == path


@pytest.mark.parametrize("group", [{}, False, ""], ids=repr)
def test_a_group_that_lost_its_name_is_not_read_as_none(group: object) -> None:
    with pytest.raises(MalformedValue, match=r"^autoScalingGroupProvider"):
        parse(spoilt({**WHOLE, "autoScalingGroupProvider": group}, "type", MISSING))


@pytest.mark.parametrize("raw", [None, [], "{}", 1], ids=repr)
def test_an_answer_that_is_no_object_is_refused(raw: object) -> None:
    with pytest.raises(MalformedValue, match="capacityProvider: expected an object, got"):
        loosely(raw)


@given(raw=like(WHOLE) | ANYTHING)
def test_no_answer_makes_the_parser_fail_in_any_other_way(raw: object) -> None:
    try:
        provider = loosely(raw)
    except MalformedValue:
        return

    assert isinstance(provider, CapacityProvider)
    assert provider.arn.endswith(f"/{provider.name}")
