"""The tag index as boto3 sees it: what it lists, what it leaves out, and when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.fleet import Fault, Fleet, running
from tests.fleet.conftest import SHAPE, Connect, code
from tests.fleet.organization import Family
from tests.fleet.resource_tags import registered_tags

REGION = "eu-west-1"


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(replace(SHAPE, families=8, skew=0.0), tag_page=7) as started:
        yield started


@pytest.fixture
def client(fleet: Fleet, connect: Connect) -> Any:  # noqa: ANN401 - a client of boto3
    return connect(fleet, "resourcegroupstaggingapi", account=account(fleet), region=REGION)


def account(fleet: Fleet) -> str:
    return fleet.organization.members[0].id


def revisions(fleet: Fleet) -> list[tuple[Family, int]]:
    families = fleet.organization.families(account(fleet), REGION)
    return [(family, revision) for family in families for revision in range(family.first, family.newest + 1)]


def indexed(client: Any, **parameters: Any) -> dict[str, dict[str, str]]:  # noqa: ANN401 - a client and arguments of boto3
    pages = client.get_paginator("get_resources").paginate(ResourceTypeFilters=["ecs:task-definition"], **parameters)
    mappings = [mapping for page in pages for mapping in page["ResourceTagMappingList"]]
    tags = {mapping["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in mapping["Tags"]} for mapping in mappings}
    assert len(tags) == len(mappings)
    return tags


def test_it_lists_every_revision_that_was_registered_with_tags_in_any_status(fleet: Fleet, client: Any) -> None:  # noqa: ANN401 - a client of boto3
    tagged = {
        family.arn(revision): tags
        for family, revision in revisions(fleet)
        if (tags := registered_tags(fleet.organization, family, revision))
    }
    statuses = {family.status(revision) for family, revision in revisions(fleet) if family.arn(revision) in tagged}

    assert indexed(client) == tagged
    assert len(tagged) < len(revisions(fleet))
    assert statuses >= {"ACTIVE", "INACTIVE"}


def test_pages_can_be_shorter_than_requested_although_more_follow(client: Any) -> None:  # noqa: ANN401 - a client of boto3
    page = client.get_resources(ResourceTypeFilters=["ecs:task-definition"], ResourcesPerPage=100)

    assert len(page["ResourceTagMappingList"]) == 7
    assert page["PaginationToken"]


def test_a_change_is_shown_late_and_by_ecs_at_once(fleet: Fleet, client: Any, connect: Connect) -> None:  # noqa: ANN401 - a client of boto3
    ecs = connect(fleet, "ecs", account=account(fleet), region=REGION)
    before = indexed(client)
    tagged, untagged = next(iter(before)), next(f.arn(r) for f, r in revisions(fleet) if f.arn(r) not in before)
    fleet.set_tags({tagged: {}, untagged: {"owner": "a"}}, lag=3600)
    late = indexed(client)
    current = [ecs.list_tags_for_resource(resourceArn=arn)["tags"] for arn in (tagged, untagged)]
    described = ecs.describe_task_definition(taskDefinition=tagged, include=["TAGS"])["tags"]
    fleet.set_tags({tagged: {}, untagged: {"owner": "a"}})

    assert late == before
    assert current == [[], [{"key": "owner", "value": "a"}]]
    assert described == []
    assert indexed(client) == {**before, tagged: {}, untagged: {"owner": "a"}}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("throttle", "ThrottledException"),
        ("http-500", "InternalServiceException"),
        ("access-denied", "AccessDeniedException"),
        ("page-expired", "PaginationTokenExpiredException"),
    ],
)
def test_its_errors_have_the_codes_of_this_api(fleet: Fleet, client: Any, fault: str, expected: str) -> None:  # noqa: ANN401 - a client of boto3
    fleet.set_faults(Fault(fault, operation="GetResources"))
    with pytest.raises(ClientError) as error:
        indexed(client)
    fleet.set_faults()

    assert code(error) == expected


def test_its_calls_have_a_rate_limit_of_their_own(connect: Connect) -> None:
    with running(SHAPE, enforce=True) as limited:
        client = connect(limited, "resourcegroupstaggingapi", account=account(limited), region=REGION)
        for _ in range(50):
            with suppress(ClientError):
                client.get_resources(ResourceTypeFilters=["ecs:task-definition"])
        outcomes = limited.report()["outcomes"]["GetResources"]

    assert outcomes["ok"] >= 10
    assert outcomes["throttled"] > 20
