"""The accounts of an organization with their OUs, excluded ones too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from auditor.aws.calls import CallContext, RegionClient
from auditor.aws.organizations import discover, open_and_list
from auditor.aws.roles import DefaultCredentials, Identity, Roles, identify
from auditor.domain.errors import OrganizationError
from auditor.domain.scope import DiscoveredAccount, Role
from tests.aws.conftest import Connect
from tests.aws.fakes import Script, SentCall, answers_in_turn, call_context, client_error, region_client, sent_calls
from tests.fleet import Fault, Fleet
from tests.fleet.organization import MANAGEMENT, ROOT, UNITS

PRODUCTION, PAYMENTS, SHOP, BATCH = (UNITS[index][0] for index in (0, 3, 4, 5))
PATHS = {
    ROOT: "",
    PRODUCTION: "/Production",
    UNITS[1][0]: "/Development",
    UNITS[2][0]: "/Sandbox",
    PAYMENTS: "/Production/Payments",
    SHOP: "/Production/Shop",
    BATCH: "/Production/Shop/Batch",
}

#: What a small organization answers: a root with one unit, and an account in each.
SMALL: dict[tuple[str, str], dict[str, Any]] = {
    ("ListAccounts", ""): {
        "Accounts": [{"Id": "111111111111", "Name": "a", "State": "ACTIVE"}, {"Id": "222222222222"}]
    },
    ("ListRoots", ""): {"Roots": [{"Id": "r-1"}]},
    ("ListOrganizationalUnitsForParent", "r-1"): {"OrganizationalUnits": [{"Id": "ou-1", "Name": "One"}]},
    ("ListOrganizationalUnitsForParent", "ou-1"): {"OrganizationalUnits": []},
    ("ListAccountsForParent", "r-1"): {"Accounts": [{"Id": "111111111111"}]},
    ("ListAccountsForParent", "ou-1"): {"Accounts": [{"Id": "222222222222"}]},
}


def small(**changed: Any) -> Script:  # noqa: ANN401 - any JSON, or a script of answers
    """Return a script for a small organization. `ListAccounts={...}` replaces an answer."""

    def script(call: SentCall) -> Any:  # noqa: ANN401 - any JSON, or a script of answers
        return changed.get(call.operation, SMALL[call.operation, call.parameters.get("ParentId", "")])

    return script


def listed(script: Script, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> list[DiscoveredAccount]:
    return discover(region_client(call_context(script)), include, exclude)


def excluded(accounts: list[DiscoveredAccount]) -> dict[str, str]:
    return {account.id: account.excluded_detail for account in accounts if account.excluded_detail is not None}


def test_every_account_is_listed_with_its_ou() -> None:
    assert listed(small()) == [
        DiscoveredAccount("111111111111", "a", "", state="ACTIVE"),
        DiscoveredAccount("222222222222", "", "/One", state="ACTIVE"),
    ]


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({"State": "PENDING_CLOSURE", "Status": "ACTIVE"}, "PENDING_CLOSURE"),
        ({"Status": "SUSPENDED"}, "SUSPENDED"),
        ({}, "ACTIVE"),
    ],
)
def test_the_status_is_read_only_if_there_is_no_state(row: dict[str, str], state: str) -> None:
    accounts = {"Accounts": [{"Id": "111111111111", **row}]}
    assert [account.state for account in listed(small(ListAccounts=accounts))] == [state]


@pytest.mark.parametrize(
    ("include", "exclude", "left_out"),
    [
        ((), (), {}),
        (("r-1",), (), {}),
        (("ou-1",), (), {"111111111111": "in none of the OUs in `discover.include_ous`"}),
        ((), ("ou-1",), {"222222222222": "in ou-1, which `discover.exclude_ous` excludes"}),
        (
            ("ou-1",),
            ("ou-1",),
            {
                "111111111111": "in none of the OUs in `discover.include_ous`",
                "222222222222": "in ou-1, which `discover.exclude_ous` excludes",
            },
        ),
    ],
)
def test_excluded_accounts_are_listed_with_the_reason(
    include: tuple[str, ...], exclude: tuple[str, ...], left_out: dict[str, str]
) -> None:
    accounts_listed = listed(small(), include, exclude)
    assert [account.id for account in accounts_listed] == ["111111111111", "222222222222"]
    assert excluded(accounts_listed) == left_out


def test_an_account_that_moved_while_the_tree_was_read_is_not_excluded() -> None:
    accounts = {"Accounts": [*SMALL["ListAccounts", ""]["Accounts"], {"Id": "333333333333"}]}
    accounts_listed = listed(small(ListAccounts=accounts), ("ou-1",), ())
    assert "333333333333" not in excluded(accounts_listed)


def test_an_organization_without_accounts_is_an_error() -> None:
    listing = small()

    with pytest.raises(OrganizationError, match="listed no account of the organization"):
        listed(lambda call: {"Accounts": []} if call.operation == "ListAccounts" else listing(call))


def test_an_ou_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(OrganizationError, match=r"This organization does not contain ou-2, ou-3\."):
        listed(small(), ("ou-1", "ou-3"), ("ou-2",))


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"Accounts": None},
        {"Accounts": ["111111111111"]},
        {"Accounts": [{"Id": "1111111111"}]},
        {"Accounts": [{"Id": "../../../../1"}]},
        {"Accounts": [{"Id": "\N{FULLWIDTH DIGIT ONE}" * 12}]},
        {"Accounts": [{"Name": "no id"}]},
        {"Accounts": [], "NextToken": 3},
        {"Accounts": [], "NextToken": "again"},
    ],
)
def test_a_malformed_page_is_an_error_and_not_an_empty_organization(answer: dict[str, Any]) -> None:
    with pytest.raises(OrganizationError, match="could not be listed"):
        listed(small(ListAccounts=answer))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (client_error("AccessDeniedException", "You don't have permissions."), "You don't have permissions."),
        (
            client_error("AWSOrganizationsNotInUseException", "Not a member"),
            "AWSOrganizationsNotInUseException: Not a member.",
        ),
        (client_error("TooManyRequestsException", "slow down"), "TooManyRequestsException: slow down."),
    ],
)
def test_a_denied_call_is_an_error_with_the_actions_to_allow(error: Exception, message: str) -> None:
    with pytest.raises(OrganizationError) as raised:
        listed(answers_in_turn(error))
    assert raised.value.message.startswith("The organization could not be listed: ")
    assert raised.value.message.endswith(message)
    assert "organizations:ListOrganizationalUnitsForParent" in raised.value.advice


def test_the_discovery_role_is_assumed_without_a_session_policy() -> None:
    grant: dict[str, Any] = {}
    context = call_context(lambda call: grant if call.operation == "AssumeRole" else small()(call))
    grant |= {
        "Credentials": {
            "AccessKeyId": "ASIAORG",
            "SecretAccessKey": "s",
            "SessionToken": "t",
            "Expiration": context.clock.now().replace(year=2030),
        },
        "AssumedRoleUser": {"Arn": "arn:aws:sts::999999999999:assumed-role/OrgReader/auditor"},
    }
    roles = Roles(context, Identity("999999999999", "arn:aws:iam::999999999999:user/u"), "discover", {})
    role = Role("arn:aws:iam::999999999999:role/OrgReader")
    assert len(open_and_list(context, roles, role, ((), ()))) == 2
    assume, *lists = sent_calls(context)
    assert "Policy" not in assume.parameters
    assert {call.key for call in lists} == {"ASIAORG"}


def test_a_denied_discovery_role_is_an_error_that_names_the_setting() -> None:
    context = call_context(
        answers_in_turn(client_error("AccessDenied", "not authorized to perform: sts:AssumeRole", 403))
    )
    roles = Roles(context, Identity("999999999999", "arn:aws:iam::999999999999:user/u"), "discover", {})
    with pytest.raises(OrganizationError, match=r"role/OrgReader: AccessDenied: .*AssumeRole\.") as raised:
        open_and_list(context, roles, Role("arn:aws:iam::999999999999:role/OrgReader"), ((), ()))
    assert "discover.role_arn" in raised.value.advice


@pytest.fixture
def default_client(fleet: Fleet, connect: Connect) -> RegionClient:
    context = connect()
    return RegionClient(context, DefaultCredentials(context, MANAGEMENT), "us-east-1")


def test_over_the_wire_empty_pages_do_not_end_the_list(fleet: Fleet, default_client: RegionClient) -> None:
    accounts_listed = discover(default_client)
    everyone = fleet.organization.all_accounts
    assert len(everyone) == 48
    assert fleet.report()["operations"]["ListAccounts"] > 48 / 20
    assert [account.id for account in accounts_listed] == sorted(member.id for member in everyone)
    truth = {member.id: (member.name, PATHS[member.parent], member.state) for member in everyone}
    assert {account.id: (account.name, account.ou, account.state) for account in accounts_listed} == truth
    assert [account.state for account in accounts_listed].count("SUSPENDED") == 2


def test_over_the_wire_ous_include_the_ous_within_them(fleet: Fleet, default_client: RegionClient) -> None:
    included = {
        account.id for account in discover(default_client, [PRODUCTION], [SHOP]) if account.excluded_detail is None
    }
    assert included == {
        member.id for member in fleet.organization.all_accounts if member.parent in {PRODUCTION, PAYMENTS}
    }
    assert included


def test_over_the_wire_transient_faults_lose_no_account(fleet: Fleet, default_client: RegionClient) -> None:
    services = ("organizations",)
    kinds = ("http-500", "reset", "throttle", "garbled", "empty", "truncated")
    fleet.set_faults(*(Fault(kind, rate=0.1, services=services) for kind in kinds))
    assert len(discover(default_client)) == len(fleet.organization.all_accounts)
    assert default_client.stats.retried > 0


def test_over_the_wire_a_member_account_is_denied(fleet: Fleet, connect: Connect) -> None:
    context: CallContext = connect()
    roles = Roles(context, identify(context), "discover", {})
    role = Role(f"arn:aws:iam::{fleet.organization.members[0].id}:role/OrgReader")
    with pytest.raises(OrganizationError, match=r"You don't have permissions to access this resource\.") as raised:
        open_and_list(context, roles, role, ((), ()))
    assert "delegated administrator" in raised.value.advice
