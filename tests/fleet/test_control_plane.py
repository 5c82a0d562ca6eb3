"""STS, EC2, Account and Organizations, as boto3 sees them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.fleet import Fleet, running
from tests.fleet.conftest import SHAPE, Client, Connect, code
from tests.fleet.organization import DEFAULT_REGIONS, MANAGEMENT, OPT_IN_REGIONS, ROOT, UNITS

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["ecs:List*"], "Resource": "*"}]}


@pytest.fixture
def sts(fleet: Fleet, connect: Connect) -> Client:
    return connect(fleet, "sts")


@pytest.fixture
def organizations(fleet: Fleet, connect: Connect) -> Client:
    return connect(fleet, "organizations", region="us-east-1")


@pytest.fixture(scope="module")
def strict() -> Iterator[Fleet]:
    """Start a stand-in whose trust policies require an external ID and whose role may only list."""
    with running(SHAPE, external_id="acme", allowed=("ecs:List*", "sts:*")) as started:
        yield started


def role(fleet: Fleet, number: int = 0, name: str = "path/Auditor") -> str:
    return f"arn:aws:iam::{fleet.organization.members[number].id}:role/{name}"


def assume(fleet: Fleet, sts: Client, service: str = "sts", **more: Any) -> Client:  # noqa: ANN401 - parameters of boto3
    credentials = sts.assume_role(RoleArn=role(fleet), RoleSessionName="run-1", **more)["Credentials"]
    return boto3.session.Session(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
    ).client(service, region_name="eu-west-1", endpoint_url=fleet.url)  # type: ignore[call-overload]  # the name is a parameter


def test_the_default_credentials_belong_to_the_management_account(sts: Client) -> None:
    assert sts.get_caller_identity()["Account"] == MANAGEMENT


def test_an_assumed_role_belongs_to_the_account_in_its_arn(fleet: Fleet, sts: Client) -> None:
    client = assume(fleet, sts)
    identity = client.get_caller_identity()
    client.close()
    account = fleet.organization.members[0].id
    assert identity["Account"] == account
    assert identity["Arn"] == f"arn:aws:sts::{account}:assumed-role/Auditor/run-1"


def test_a_session_has_the_requested_duration(fleet: Fleet, sts: Client) -> None:
    answer = sts.assume_role(RoleArn=role(fleet), RoleSessionName="run-1", DurationSeconds=900)
    left = answer["Credentials"]["Expiration"] - datetime.now(UTC)
    assert timedelta(seconds=890) < left <= timedelta(seconds=900)


@pytest.mark.parametrize("number", ["unknown", "suspended"])
def test_the_role_of_an_unknown_or_suspended_account_is_denied(fleet: Fleet, sts: Client, number: str) -> None:
    account = "000000000001" if number == "unknown" else fleet.organization.all_accounts[-1].id
    with pytest.raises(ClientError) as error:
        sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/Auditor", RoleSessionName="run-1")
    assert code(error) == "AccessDenied"


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"RoleSessionName": "no spaces please"}, "ValidationError"),
        ({"DurationSeconds": 50_000}, "ValidationError"),
        ({"Policy": "{"}, "MalformedPolicyDocument"),
        ({"Policy": json.dumps(POLICY) + " " * 2048}, "ValidationError"),
        ({"RoleArn": "arn:aws:iam::12:role/too-short"}, "ValidationError"),
    ],
)
def test_invalid_parameters_are_rejected(fleet: Fleet, sts: Client, parameters: dict[str, Any], expected: str) -> None:
    with pytest.raises(ClientError) as error:
        sts.assume_role(**{"RoleArn": role(fleet), "RoleSessionName": "run-1", **parameters})
    assert code(error) == expected


def test_a_chained_session_cannot_last_longer_than_an_hour(fleet: Fleet, sts: Client) -> None:
    client = assume(fleet, sts)
    client.assume_role(RoleArn=role(fleet, 1), RoleSessionName="run-1", DurationSeconds=3600)
    with pytest.raises(ClientError, match="1 hour session limit"):
        client.assume_role(RoleArn=role(fleet, 1), RoleSessionName="run-1", DurationSeconds=3601)
    client.close()


def test_a_session_policy_limits_the_session(fleet: Fleet, sts: Client) -> None:
    client = assume(fleet, sts, "ecs", Policy=json.dumps(POLICY))
    client.list_clusters()
    with pytest.raises(ClientError, match="no session policy allows the ecs:DescribeClusters action"):
        client.describe_clusters()
    client.close()


def test_the_policy_of_the_role_can_be_limited(strict: Fleet, connect: Connect) -> None:
    ecs = connect(strict, "ecs", account=strict.organization.members[0].id)
    ecs.list_clusters()
    with pytest.raises(ClientError, match="because no identity-based policy allows") as error:
        ecs.describe_clusters()
    assert code(error) == "AccessDeniedException"


@pytest.mark.parametrize(("given", "works"), [("acme", True), ("other", False), (None, False)])
def test_a_trust_policy_can_require_an_external_id(
    strict: Fleet, connect: Connect, given: str | None, *, works: bool
) -> None:
    parameters = {"RoleArn": role(strict), "RoleSessionName": "run-1", **({"ExternalId": given} if given else {})}
    if works:
        assert connect(strict, "sts").assume_role(**parameters)["Credentials"]
    else:
        with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
            connect(strict, "sts").assume_role(**parameters)


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("ecs", "list_clusters", "UnrecognizedClientException"),
        ("ec2", "describe_regions", "AuthFailure"),
        ("account", "list_regions", "UnrecognizedClientException"),
        ("organizations", "list_roots", "UnrecognizedClientException"),
        ("s3", "list_buckets", "InvalidAccessKeyId"),
    ],
)
def test_unknown_keys_are_rejected(fleet: Fleet, service: str, operation: str, expected: str) -> None:
    session = boto3.session.Session("ASIAMADEUPMADEUPMADE", "secret", "token")
    client: Client = session.client(service, region_name="eu-west-1", endpoint_url=fleet.url)  # type: ignore[call-overload]  # the name is a parameter
    with pytest.raises(ClientError) as error:
        getattr(client, operation)()
    client.close()
    assert code(error) == expected


def test_the_enabled_regions_are_those_that_every_account_has(fleet: Fleet, connect: Connect) -> None:
    ec2 = connect(fleet, "ec2", account=fleet.organization.members[0].id)
    assert {row["RegionName"] for row in ec2.describe_regions()["Regions"]} == {*DEFAULT_REGIONS}
    everything = {row["RegionName"] for row in ec2.describe_regions(AllRegions=True)["Regions"]}
    assert everything == {*DEFAULT_REGIONS, *OPT_IN_REGIONS}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"Filters": [{"Name": "opt-in-status", "Values": ["opted-in"]}]}, set()),
        (
            {"Filters": [{"Name": "opt-in-status", "Values": ["opt-in-not-required", "opted-in"]}]},
            {*DEFAULT_REGIONS},
        ),
        ({"Filters": [{"Name": "region-name", "Values": ["eu-w*-1"]}]}, {"eu-west-1"}),
        ({"RegionNames": ["us-east-1"]}, {"us-east-1"}),
    ],
)
def test_regions_are_filtered(fleet: Fleet, connect: Connect, parameters: dict[str, Any], expected: set[str]) -> None:
    ec2 = connect(fleet, "ec2", account=fleet.organization.members[0].id)
    assert {row["RegionName"] for row in ec2.describe_regions(**parameters)["Regions"]} == expected


def test_account_management_lists_regions_in_pages(fleet: Fleet, connect: Connect) -> None:
    account = connect(fleet, "account", region="us-east-1")
    member = fleet.organization.members[0].id
    statuses = ["ENABLED", "ENABLED_BY_DEFAULT"]
    rows = account.list_regions(AccountId=member, RegionOptStatusContains=statuses)["Regions"]
    assert {row["RegionName"] for row in rows} == {*DEFAULT_REGIONS}
    pages = list(account.get_paginator("list_regions").paginate(PaginationConfig={"PageSize": 7}))
    assert len(pages) > 2
    assert sum(len(page["Regions"]) for page in pages) == len(DEFAULT_REGIONS) + len(OPT_IN_REGIONS)


def test_only_the_management_account_may_read_another_account(fleet: Fleet, connect: Connect) -> None:
    first, second = (member.id for member in fleet.organization.members[:2])
    with pytest.raises(ClientError) as error:
        connect(fleet, "account", account=first, region="us-east-1").list_regions(AccountId=second)
    assert code(error) == "AccessDeniedException"


def test_accounts_are_listed_in_pages_and_some_are_empty(connect: Connect) -> None:
    with running(type(SHAPE)(accounts=45, regions=1, suspended=2)) as fleet:
        client = connect(fleet, "organizations", region="us-east-1")
        pages = list(client.get_paginator("list_accounts").paginate())
        sizes = [len(page["Accounts"]) for page in pages]
        accounts = [account for page in pages for account in page["Accounts"]]
        assert max(sizes) == 20
        assert 0 in sizes
        assert [account["Id"] for account in accounts] == [member.id for member in fleet.organization.all_accounts]
        assert [account["State"] for account in accounts].count("SUSPENDED") == 2


def test_the_tree_of_units_contains_every_account_once(fleet: Fleet, organizations: Client) -> None:
    (root,) = organizations.list_roots()["Roots"]
    parents, seen = [root["Id"]], []
    for parent in parents:
        units = organizations.get_paginator("list_organizational_units_for_parent").paginate(ParentId=parent)
        parents += [unit["Id"] for page in units for unit in page["OrganizationalUnits"]]
        accounts = organizations.get_paginator("list_accounts_for_parent").paginate(ParentId=parent)
        for page in accounts:
            for account in page["Accounts"]:
                seen.append(account["Id"])
                assert organizations.list_parents(ChildId=account["Id"])["Parents"][0]["Id"] == parent
    assert parents == [ROOT, *sorted((unit[0] for unit in UNITS), key=parents.index)]
    assert sorted(seen) == sorted(member.id for member in fleet.organization.all_accounts)


def test_one_account_and_one_unit_are_described(fleet: Fleet, organizations: Client) -> None:
    member = fleet.organization.members[0]
    assert organizations.describe_account(AccountId=member.id)["Account"]["Name"] == member.name
    assert {tag["Key"] for tag in organizations.list_tags_for_resource(ResourceId=member.id)["Tags"]} == {
        "env",
        "owner",
    }
    unit = organizations.describe_organizational_unit(OrganizationalUnitId=UNITS[0][0])
    assert unit["OrganizationalUnit"]["Name"] == UNITS[0][1]
    assert organizations.describe_organization()["Organization"]["MasterAccountId"] == MANAGEMENT


def test_a_member_account_may_not_list_the_organization(fleet: Fleet, connect: Connect) -> None:
    with pytest.raises(ClientError) as error:
        connect(fleet, "organizations", account=fleet.organization.members[0].id).list_accounts()
    assert code(error) == "AccessDeniedException"
