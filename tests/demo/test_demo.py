# ruff: noqa: ANN401 - botocore creates the methods of its clients at run time

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from auditor.demo import DemoOrganization, running
from auditor.demo.model import (
    AUDITOR_ACCOUNT,
    CANARY,
    EXTERNAL_ID,
    HOME_REGION,
    NOT_OPTED_IN,
    OTHER_REGIONS,
    REGIONS,
    ROLE_NAME,
    DemoAccount,
)
from auditor.demo.organization import ACCOUNTS
from auditor.domain.scope import Role
from auditor.inventory import Discover, parse

AUDITOR = f"arn:aws:sts::{AUDITOR_ACCOUNT}:assumed-role/auditor-task/nightly"
BY_NAME = {account.name: account for account in ACCOUNTS}
READABLE = [account for account in ACCOUNTS if account.audited and account.role_deployed]


class Cloud:
    """Creates plain botocore clients and keeps them, because creating one is slow."""

    def __init__(self, organization: DemoOrganization) -> None:
        self.organization = organization
        self._session = botocore.session.get_session()
        self._keys: dict[str, dict[str, str]] = {}
        self._clients: dict[tuple[str, str, str], Any] = {}

    def ambient(self, service: str, region: str = HOME_REGION, **keys: str) -> Any:
        return self._client("", service, region, keys)

    def member(self, account: DemoAccount, service: str, region: str = HOME_REGION) -> Any:
        if account.id not in self._keys:
            self._keys[account.id] = self._assume(account)
        return self._client(account.id, service, region, self._keys[account.id])

    def _assume(self, account: DemoAccount) -> dict[str, str]:
        answer = self.ambient("sts").assume_role(
            RoleArn=f"arn:aws:iam::{account.id}:role/{ROLE_NAME}", RoleSessionName="test", ExternalId=EXTERNAL_ID
        )
        credentials = answer["Credentials"]
        return {
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials["SessionToken"],
        }

    def _client(self, owner: str, service: str, region: str, keys: dict[str, Any]) -> Any:
        key = (keys.get("aws_access_key_id", owner), service, region)
        if key not in self._clients:
            self._clients[key] = self._session.create_client(service, region, **keys)
        return self._clients[key]


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running() as organization:
        yield Cloud(organization)


def families_of(client: Any) -> list[str]:
    families: list[str] = client.list_task_definition_families(status="ACTIVE", maxResults=100)["families"]
    return families


def arn_of(client: Any, family: str) -> str:
    definition = client.describe_task_definition(taskDefinition=family, include=["TAGS"])["taskDefinition"]
    return str(definition["taskDefinitionArn"])


def definitions_in_use(client: Any) -> set[str]:
    """Return the definitions that services, deployments, task sets and tasks name."""
    arns: set[str | None] = set()
    for cluster in client.list_clusters()["clusterArns"]:
        services = client.list_services(cluster=cluster)["serviceArns"]
        described = client.describe_services(cluster=cluster, services=services)["services"] if services else []
        assert len(described) == len(services)
        for service in described:
            arns.add(service["taskDefinition"])
            arns |= {deployment["taskDefinition"] for deployment in service["deployments"] + service["taskSets"]}
        tasks = client.list_tasks(cluster=cluster)["taskArns"]
        answer = client.describe_tasks(cluster=cluster, tasks=tasks)
        assert len(answer["tasks"]) == len(tasks)
        arns |= {task["taskDefinitionArn"] for task in answer["tasks"]}
    return {arn for arn in arns if arn}


def expected_families(account: DemoAccount, region: str) -> list[str]:
    return sorted(family.name for family in account.families if region in family.regions)


def _refusal(call: Any, **parameters: object) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


@pytest.mark.parametrize("account", READABLE, ids=lambda account: account.name)
def test_each_account_lists_only_its_own_families(cloud: Cloud, account: DemoAccount) -> None:
    for region in set(REGIONS) - set(account.denied_regions):
        assert families_of(cloud.member(account, "ecs", region)) == expected_families(account, region)


def test_a_family_name_describes_its_latest_revision_with_tags_date_and_author(cloud: Cloud) -> None:
    client = cloud.member(BY_NAME["payments-prod"], "ecs", "eu-central-1")
    answer = client.describe_task_definition(taskDefinition="datadog-agent", include=["TAGS"])
    definition = answer["taskDefinition"]
    users = {
        container["name"]: (container.get("user"), container.get("privileged"))
        for container in definition["containerDefinitions"]
    }
    assert (definition["revision"], definition["status"], definition["networkMode"]) == (3, "ACTIVE", "host")
    assert users == {"agent": ("dd-agent", None), "trace-agent": ("dd-agent", False)}
    assert answer["tags"] == [
        {"key": "team", "value": "observability"},
        {"key": "managed-by", "value": "terraform"},
    ]
    assert definition["registeredAt"].isoformat().startswith("2026-06-05")
    assert definition["registeredBy"] == "arn:aws:sts::111122223333:assumed-role/deploy/pipeline"


def test_a_definition_without_a_network_mode_is_described_without_one(cloud: Cloud) -> None:
    client = cloud.member(BY_NAME["ci-runners"], "ecs")
    assert "networkMode" not in client.describe_task_definition(taskDefinition="artifact-cache")["taskDefinition"]


def test_every_account_has_the_regions_enabled_that_no_account_can_disable(cloud: Cloud) -> None:
    client = cloud.member(BY_NAME["data-lake"], "ec2")
    enabled = client.describe_regions()["Regions"]
    all_regions = client.describe_regions(AllRegions=True)["Regions"]
    assert {region["RegionName"] for region in enabled} == {*REGIONS, *OTHER_REGIONS}
    assert {region["RegionName"]: region["OptInStatus"] for region in all_regions} == {
        **dict.fromkeys((*REGIONS, *OTHER_REGIONS), "opt-in-not-required"),
        NOT_OPTED_IN: "not-opted-in",
    }


def test_the_default_credentials_are_a_role_of_the_auditors_account(cloud: Cloud) -> None:
    identity = cloud.ambient("sts").get_caller_identity()
    assert identity["Account"] == AUDITOR_ACCOUNT
    assert identity["Arn"] == AUDITOR


def test_a_role_that_was_never_deployed_is_denied_like_sts_does(cloud: Cloud) -> None:
    role = f"arn:aws:iam::{BY_NAME['acquired-logistics'].id}:role/{ROLE_NAME}"
    assert _refusal(cloud.ambient("sts").assume_role, RoleArn=role, RoleSessionName="test", ExternalId=EXTERNAL_ID) == (
        403,
        "AccessDenied",
        f"User: {AUDITOR} is not authorized to perform: sts:AssumeRole on resource: {role}",
    )


@pytest.mark.parametrize(
    ("role", "external_id"),
    [
        pytest.param(ROLE_NAME, "guessed", id="a wrong external ID"),
        pytest.param(ROLE_NAME, None, id="no external ID"),
        pytest.param("Administrator", EXTERNAL_ID, id="another role"),
    ],
)
def test_a_trust_policy_is_enforced(cloud: Cloud, role: str, external_id: str | None) -> None:
    parameters = {"RoleArn": f"arn:aws:iam::111122223333:role/{role}", "RoleSessionName": "test"}
    parameters |= {"ExternalId": external_id} if external_id else {}
    assert _refusal(cloud.ambient("sts").assume_role, **parameters)[:2] == (403, "AccessDenied")


def test_a_role_in_a_suspended_account_is_denied(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        cloud.member(BY_NAME["legacy-billing"], "ecs")


def test_a_session_policy_is_accepted_and_more_than_an_hour_is_not(cloud: Cloud) -> None:
    parameters = {
        "RoleArn": f"arn:aws:iam::111122223333:role/{ROLE_NAME}",
        "RoleSessionName": "test",
        "ExternalId": EXTERNAL_ID,
        "Policy": json.dumps({"Version": "2012-10-17", "Statement": []}),
    }
    sts = cloud.ambient("sts")
    assert sts.assume_role(**parameters, DurationSeconds=3_600)["Credentials"]["AccessKeyId"].startswith("ASIA")
    status, code, message = _refusal(sts.assume_role, **parameters, DurationSeconds=3_601)
    assert (status, code) == (400, "ValidationError")
    assert "role chaining" in message


def test_a_service_control_policy_denies_ecs_in_one_region_of_one_account(cloud: Cloud) -> None:
    account = BY_NAME["media-pipeline"]
    status, code, message = _refusal(cloud.member(account, "ecs", "us-east-1").list_task_definition_families)
    assert (status, code) == (400, "AccessDeniedException")
    assert re.fullmatch(
        rf"User: arn:aws:sts::{account.id}:assumed-role/{ROLE_NAME}/test is not authorized to perform: "
        r"ecs:ListTaskDefinitionFamilies on resource: \* with an explicit deny in a service control policy: "
        r"arn:aws:organizations::\d{12}:policy/o-\w+/service_control_policy/p-\w+",
        message,
    )


def test_one_family_cannot_be_described_in_one_region_by_name_or_arn(cloud: Cloud) -> None:
    client = cloud.member(BY_NAME["data-lake"], "ecs", "eu-west-1")
    arn = "arn:aws:ecs:eu-west-1:444455556666:task-definition/spark-history-server"
    for name in ("spark-history-server", "spark-history-server:1", f"{arn}:1"):
        status, code, message = _refusal(client.describe_task_definition, taskDefinition=name)
        assert (status, code) == (400, "AccessDeniedException")
        assert message == (
            f"User: arn:aws:sts::444455556666:assumed-role/{ROLE_NAME}/test is not authorized to perform: "
            f"ecs:DescribeTaskDefinition on resource: {arn} because no identity-based policy allows the "
            "ecs:DescribeTaskDefinition action"
        )


def test_other_families_and_regions_can_be_described(cloud: Cloud) -> None:
    account = BY_NAME["data-lake"]
    other_family = cloud.member(account, "ecs", "eu-west-1").describe_task_definition(
        taskDefinition="airflow-scheduler"
    )
    other_region = cloud.member(account, "ecs", "us-east-1").describe_task_definition(
        taskDefinition="spark-history-server"
    )
    assert other_family["taskDefinition"]["family"] == "airflow-scheduler"
    assert other_region["taskDefinition"]["family"] == "spark-history-server"


def test_an_unknown_family_is_a_client_exception(cloud: Cloud) -> None:
    client = cloud.member(BY_NAME["data-lake"], "ecs")
    assert _refusal(client.describe_task_definition, taskDefinition="no-such-family") == (
        400,
        "ClientException",
        "Unable to describe task definition.",
    )


BAD_TOKEN = "The security token included in the request is invalid."


def test_a_region_that_is_not_enabled_rejects_the_token(cloud: Cloud) -> None:
    client = cloud.member(BY_NAME["data-lake"], "ecs", NOT_OPTED_IN)
    assert _refusal(client.list_task_definition_families) == (400, "UnrecognizedClientException", BAD_TOKEN)


@pytest.mark.parametrize(
    ("service", "operation", "refusal"),
    [
        ("sts", "get_caller_identity", (403, "InvalidClientTokenId", BAD_TOKEN)),
        ("ecs", "list_task_definition_families", (400, "UnrecognizedClientException", BAD_TOKEN)),
        (
            "ec2",
            "describe_regions",
            (401, "AuthFailure", "AWS was not able to validate the provided access credentials"),
        ),
    ],
)
def test_unknown_keys_are_rejected(cloud: Cloud, service: str, operation: str, refusal: tuple[int, str, str]) -> None:
    client = cloud.ambient(service, aws_access_key_id="AKIAUNKNOWNKEY000000", aws_secret_access_key="x")
    assert _refusal(getattr(client, operation)) == refusal


def test_at_least_eight_accounts_are_fully_readable_in_three_regions(cloud: Cloud) -> None:
    readable = [
        account
        for account in READABLE
        if {region for number, region in cloud.organization.truth.examined if number == account.id} == set(REGIONS)
    ]
    assert len(readable) >= 8


def test_the_expected_results_have_one_unknown_three_gaps_and_three_exclusions(cloud: Cloud) -> None:
    truth = cloud.organization.truth
    assert truth.unknown == {"arn:aws:ecs:eu-west-1:444455556666:task-definition/spark-history-server"}
    assert truth.gaps == {
        ("444455556666", "eu-west-1", "permission-denied"),
        ("777788889999", "us-east-1", "scp-denied"),
        ("223344556677", "*", "role-denied"),
    }
    assert truth.excluded == {
        ("100020003000", "excluded-by-config"),
        ("334455667788", "excluded-by-config"),
        ("445566778899", "account-suspended"),
    }


def test_the_expected_results_match_the_served_definitions(cloud: Cloud) -> None:
    truth = cloud.organization.truth
    served, running = set(), set()
    for account in READABLE:
        for region in set(REGIONS) - set(account.denied_regions):
            client = cloud.member(account, "ecs", region)
            refused = {arn.rpartition("/")[2] for arn in truth.unknown if f":{region}:{account.id}:" in arn}
            served |= {arn_of(client, family) for family in families_of(client) if family not in refused}
            running |= definitions_in_use(client)
    assert running == truth.running
    assert served | running == truth.evaluated
    assert running - served
    findings = [*truth.passing, *truth.failing, *truth.not_applicable]
    assert sorted(arn.rpartition(":")[0] for arn in findings) == sorted(arn.rpartition(":")[0] for arn in served)
    assert truth.user_unset < truth.passing
    assert len(served) + len(truth.unknown) >= 80


def test_environment_variables_contain_canaries_and_the_inputs_do_not(cloud: Cloud) -> None:
    client = cloud.member(BY_NAME["payments-prod"], "ecs", "eu-central-1")
    described = json.dumps(client.describe_task_definition(taskDefinition="hsm-bridge"), default=str)
    assert f"{CANARY}pin-4411" in described
    assert CANARY not in repr(cloud.organization)


def test_the_inventory_discovers_the_organization_and_adds_tags_and_exclusions(cloud: Cloud) -> None:
    inventory = parse(cloud.organization.inventory, "demo.yaml", known_regions=[*REGIONS, NOT_OPTED_IN])
    targets = {target.account.id: target for target in inventory.targets}
    assert inventory.discover == Discover()
    assert {id_: (target.account.name, dict(target.account.tags)) for id_, target in targets.items()} == {
        account.id: (account.name, dict(account.tags)) for account in ACCOUNTS if not account.suspended
    }
    assert {id_: target.excluded.detail for id_, target in targets.items() if target.excluded} == {
        "334455667788": "Emptied every night; accepted in ticket SEC-12.",
        "100020003000": "Policy ORG-1: no workloads in the management account.",
    }
    assert targets["111122223333"].roles == (
        Role("arn:{partition}:iam::111122223333:role/AuditorReadOnly", external_id=EXTERNAL_ID),
    )
    assert targets["111122223333"].regions.include == tuple(f"{region}*" for region in REGIONS)


def test_the_organization_lists_every_account_with_its_state(cloud: Cloud) -> None:
    listed = cloud.ambient("organizations", "us-east-1").list_accounts()["Accounts"]
    assert {row["Id"]: (row["Name"], row["State"], row["Status"]) for row in listed} == {
        account.id: (account.name, *["SUSPENDED" if account.suspended else "ACTIVE"] * 2) for account in ACCOUNTS
    }


def test_the_tree_of_units_has_every_account_in_the_unit_of_the_table(cloud: Cloud) -> None:
    client = cloud.ambient("organizations", "us-east-1")

    def walk(parent: str, path: str) -> Iterator[tuple[str, str]]:
        for row in client.list_accounts_for_parent(ParentId=parent)["Accounts"]:
            yield row["Id"], path
        for unit in client.list_organizational_units_for_parent(ParentId=parent)["OrganizationalUnits"]:
            yield from walk(unit["Id"], f"{path}/{unit['Name']}".lstrip("/"))

    (root,) = client.list_roots()["Roots"]
    assert sorted(walk(root["Id"], "")) == sorted((account.id, account.ou) for account in ACCOUNTS)


def test_a_member_account_may_not_list_the_organization(cloud: Cloud) -> None:
    client = cloud.member(BY_NAME["data-lake"], "organizations", "us-east-1")
    assert _refusal(client.list_accounts)[:2] == (400, "AccessDeniedException")
