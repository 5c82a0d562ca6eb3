"""The parser of capacity providers accepts documented answers and raises MalformedValue for all others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from auditor.domain.ecs.workloads import CapacityProvider
from auditor.parsers.ecs.capacity_providers import MalformedValue, parse
from tests.parsers.ecs.answers import ANY_VALUE, ARN_PREFIX, MISSING, case_id, damaged, unmodelled_members, with_value

GROUP = "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:f1ee:autoScalingGroupName/ecs"
WHOLE: dict[str, Any] = {
    "capacityProviderArn": f"{ARN_PREFIX}:capacity-provider/instances",
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

#: The parser, typed to accept any argument.
parse_anything: Callable[..., CapacityProvider] = parse


def test_a_complete_answer_is_parsed_completely() -> None:
    assert parse(WHOLE) == CapacityProvider(
        arn=f"{ARN_PREFIX}:capacity-provider/instances",
        name="instances",
        status="ACTIVE",
        scaling_group=GROUP,
        termination_protection="ENABLED",
        managed_scaling="ENABLED",
        tags={"owner": "platform"},
    )


def test_botocore_models_every_member_of_the_example() -> None:
    assert unmodelled_members("CapacityProvider", WHOLE) == []


@pytest.mark.parametrize("name", ["FARGATE", "FARGATE_SPOT"])
def test_providers_of_aws_have_no_group(name: str) -> None:
    arn = f"{ARN_PREFIX}:capacity-provider/{name}"

    assert parse({"capacityProviderArn": arn, "name": name, "status": "ACTIVE", "type": name}) == CapacityProvider(
        arn, name, "ACTIVE"
    )


def test_managed_instances_have_no_group_and_their_arn_may_contain_the_cluster() -> None:
    arn = f"{ARN_PREFIX}:capacity-provider/prod/managed"
    raw = {
        "capacityProviderArn": arn,
        "name": "managed",
        "cluster": "prod",
        "type": "MANAGED_INSTANCES",
        "managedInstancesProvider": {},
    }

    assert parse(raw) == CapacityProvider(arn, "managed", "")


def test_a_group_may_be_given_by_name() -> None:
    assert parse(with_value(WHOLE, "autoScalingGroupProvider.autoScalingGroupArn", "ecs")).scaling_group == "ecs"


def test_without_a_type_the_group_decides() -> None:
    assert parse(with_value(WHOLE, "type", MISSING)).scaling_group == GROUP


@pytest.mark.parametrize("word", ["DISABLED", "", "a word of next year", None], ids=repr)
def test_the_protection_setting_is_kept_unchanged(word: str | None) -> None:
    path = "autoScalingGroupProvider.managedTerminationProtection"

    assert parse(with_value(WHOLE, path, word)).termination_protection == word


@pytest.mark.parametrize("tags", [None, [], MISSING], ids=["null", "empty", "missing"])
def test_missing_tags_are_an_empty_mapping(tags: object) -> None:
    assert parse(with_value(WHOLE, "tags", tags)).tags == {}


REFUSED: list[tuple[str, object]] = [
    ("capacityProviderArn", MISSING),
    ("capacityProviderArn", ""),
    ("capacityProviderArn", 7),
    ("capacityProviderArn", f"{ARN_PREFIX}:capacity-provider/others"),
    ("capacityProviderArn", f"{ARN_PREFIX}:cluster/instances"),
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


@pytest.mark.parametrize(("path", "value"), REFUSED, ids=map(case_id, REFUSED))
def test_an_undocumented_value_is_malformed_and_named_by_its_path(path: str, value: object) -> None:
    with pytest.raises(MalformedValue) as refusal:
        parse(with_value(WHOLE, path, value))

    assert refusal.value.path == path


@pytest.mark.parametrize("group", [{}, False, ""], ids=repr)
def test_a_group_without_a_name_is_malformed(group: object) -> None:
    with pytest.raises(MalformedValue, match=r"^autoScalingGroupProvider"):
        parse(with_value({**WHOLE, "autoScalingGroupProvider": group}, "type", MISSING))


@pytest.mark.parametrize("raw", [None, [], "{}", 1], ids=repr)
def test_an_answer_that_is_not_an_object_is_malformed(raw: object) -> None:
    with pytest.raises(MalformedValue, match="capacityProvider: expected an object, got"):
        parse_anything(raw)


@given(raw=damaged(WHOLE) | ANY_VALUE)
def test_the_parser_raises_only_malformed_value(raw: object) -> None:
    try:
        provider = parse_anything(raw)
    except MalformedValue:
        return

    assert isinstance(provider, CapacityProvider)
    assert provider.arn.endswith(f"/{provider.name}")
