"""The audited accounts of each kind of inventory: discovery with OUs, c7n-org, an Organizations export, role chains."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import MANAGEMENT, UNITS, Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import Night, audit

pytestmark = pytest.mark.slow

ACCOUNTS = 16
PRODUCTION = UNITS[0][0]


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(Shape(accounts=ACCOUNTS, regions=2, families=1, suspended=2), external_id="acme-audit") as fleet:
        yield fleet


def _examined(night: Night) -> set[str]:
    return {row["account_id"] for row in night.coverage() if row["status"] == "EXAMINED"}


def _excluded(night: Night) -> dict[str, str]:
    return {row["account_id"]: row["reason"] for row in night.coverage() if row["status"] == "EXCLUDED"}


def _members_below(fleet: Fleet, unit: str) -> set[str]:
    parents = {id_: parent for id_, _, parent in UNITS}

    def is_below(parent: str) -> bool:
        return parent == unit or (parent in parents and is_below(parents[parent]))

    return {member.id for member in fleet.organization.members if is_below(member.parent)}


def test_discovery_finds_all_accounts_and_excludes_suspended_ones(fleet: Fleet, tmp_path: Path) -> None:
    inventory = (
        "defaults: {role_name: AuditorReadOnly, external_id: acme-audit}\ndiscover: {}\n"
        f'accounts: [{{id: "{MANAGEMENT}", ambient: true}}]\n'
    )

    night = audit(fleet, tmp_path, inventory=inventory)

    accounts = fleet.organization.all_accounts
    assert night.code == 0, night.stderr
    assert _examined(night) == {account.id for account in accounts if account.state == "ACTIVE"}
    assert _excluded(night) == {account.id: "account-suspended" for account in accounts if account.state != "ACTIVE"}


def test_an_included_ou_covers_nested_ous_and_the_other_accounts_are_excluded(fleet: Fleet, tmp_path: Path) -> None:
    inventory = (
        "defaults: {role_name: AuditorReadOnly, external_id: acme-audit}\n"
        f"discover: {{include_ous: [{PRODUCTION}], exclude_ous: [{UNITS[3][0]}]}}\n"
    )

    night = audit(fleet, tmp_path, inventory=inventory)

    expected = _members_below(fleet, PRODUCTION) - _members_below(fleet, UNITS[3][0])
    assert expected
    assert night.code == 0, night.stderr
    assert _examined(night) == expected
    assert set(_excluded(night)) == {member.id for member in fleet.organization.all_accounts} - expected
    assert {row["ou"] for row in night.coverage() if row["account_id"] in expected} >= {"/Production"}


def test_an_unknown_ou_ends_the_run(fleet: Fleet, tmp_path: Path) -> None:
    night = audit(fleet, tmp_path, inventory="discover: {include_ous: [ou-f1ee-99999999]}\n")

    assert night.code == 1
    assert "ou-f1ee-99999999" in night.stderr


def test_an_organization_that_cannot_be_listed_ends_the_run(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults(Fault("access-denied", services=("organizations",)))
    night = audit(fleet, tmp_path, inventory="discover: {}\n")
    fleet.set_faults()

    assert night.code == 1
    assert "organizations:ListAccounts" in night.stderr
    assert not (tmp_path / "out").exists()


def test_the_accounts_file_of_c7n_org_is_accepted(fleet: Fleet, tmp_path: Path) -> None:
    rows = [
        f"- account_id: '{member.id}'\n  name: {member.name}\n  role: arn:aws:iam::{member.id}:role/AuditorReadOnly\n"
        f"  external_id: acme-audit\n  regions: [us-east-1]\n  tags: ['env:prod', 'path:/Production']\n"
        for member in fleet.organization.members[:3]
    ]

    night = audit(fleet, tmp_path, inventory="accounts:\n" + "".join(rows))

    assert night.code == 0, night.stderr
    assert _examined(night) == {member.id for member in fleet.organization.members[:3]}
    assert {row["region"] for row in night.coverage()} == {"us-east-1"}


def test_an_export_of_organizations_is_accepted(fleet: Fleet, tmp_path: Path) -> None:
    export = {
        "Accounts": [
            {"Id": member.id, "Name": member.name, "Status": member.state, "JoinedMethod": "CREATED"}
            for member in fleet.organization.all_accounts[1:]
        ]
    }

    night = audit(fleet, tmp_path, "--external-id", "acme-audit", inventory=json.dumps(export))

    assert night.code == 0, night.stderr
    assert len(_examined(night)) == ACCOUNTS
    assert set(_excluded(night).values()) == {"account-suspended"}


def test_a_wrong_external_id_is_reported_as_role_denied(fleet: Fleet, tmp_path: Path) -> None:
    member = fleet.organization.members[0]

    night = audit(fleet, tmp_path, inventory=f'accounts: [{{id: "{member.id}", external_id: other}}]\n')

    assert night.code == 4
    assert [row["reason"] for row in night.coverage()] == ["role-denied"]


def test_an_intermediate_role_is_assumed_once(fleet: Fleet, tmp_path: Path) -> None:
    intermediate_role = f"arn:aws:iam::{MANAGEMENT}:role/Intermediate"
    member_role = "arn:aws:iam::{account_id}:role/AuditorReadOnly"
    ids = [member.id for member in fleet.organization.members[:5]]
    accounts = "".join(f'- {{id: "{id_}"}}\n' for id_ in ids)
    roles = f'role_arn: ["{intermediate_role}", "{member_role}"]'
    chain = f"defaults:\n  {roles}\n  external_id: acme-audit\naccounts:\n"
    fleet.reset()

    night = audit(fleet, tmp_path, inventory=chain + accounts)

    assert night.code == 0, night.stderr
    assert fleet.report()["operations"]["AssumeRole"] == 1 + len(ids)


def test_accounts_and_regions_outside_the_flags_are_excluded(fleet: Fleet, tmp_path: Path) -> None:
    chosen = fleet.organization.members[4]

    night = audit(fleet, tmp_path, "--account", chosen.name, "--region", "eu-*")

    rows = [(row["account_id"], row["region"], row["status"]) for row in night.coverage()]
    assert night.code == 0, night.stderr
    assert [row for row in rows if row[0] == chosen.id] == [
        (chosen.id, "eu-west-1", "EXAMINED"),
        (chosen.id, "us-east-1", "EXCLUDED"),
    ]
    assert {status for id_, _, status in rows if id_ != chosen.id} == {"EXCLUDED"}
    assert len({id_ for id_, _, _ in rows}) == ACCOUNTS
    first_sentence = "Complete, narrowed by --account and --region: the account was fully examined. "
    assert night.stdout.startswith(f"{first_sentence}1 active account of\nthe organization is not in the inventory")
    assert night.stdout.splitlines()[-2] == "Narrowed by --account, --region: latest.json was not changed."
    assert not (night.output / "latest.json").exists()
