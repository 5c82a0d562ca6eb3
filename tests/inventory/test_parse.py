"""Inventories of all formats become targets."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from auditor.domain.errors import ConfigError
from auditor.domain.reason import Reason
from auditor.domain.scope import Account, DiscoveredAccount, ExcludedBy, RegionRule, Role, Target
from auditor.inventory import Discover, Inventory, filter_targets, parse

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1")
ONE = "000000000001"
TWO = "000000000002"
THREE = "000000000003"


def read(text: str, source: str = "inventory.yaml") -> Inventory:
    return parse(dedent(text), source, known_regions=REGIONS)


def only(text: str) -> Target:
    (target,) = read(text).targets
    return target


def arns(target: Target) -> list[str]:
    return [role.arn for role in target.roles]


# The native format


def test_defaults_apply_to_accounts_that_set_nothing() -> None:
    target = only(f"""
        defaults:
          role_name: Auditor
          external_id: acme-audit
          regions: [eu-*, us-east-1]
          exclude_regions: eu-central-1
          tags: {{env: prod, owner: default}}
        accounts:
          - {{id: "{ONE}", name: one, tags: {{owner: payments}}}}
    """)

    assert target == Target(
        account=Account(ONE, "one"),
        roles=(Role(f"arn:{{partition}}:iam::{ONE}:role/Auditor", "acme-audit"),),
        regions=RegionRule(("eu-*", "us-east-1"), ("eu-central-1",)),
    )
    assert target.account.tags == {"env": "prod", "owner": "payments"}


def test_an_account_can_override_every_default() -> None:
    target = only(f"""
        defaults: {{role_name: Auditor, external_id: acme-audit, regions: all, exclude_regions: [us-*]}}
        accounts:
          - id: "{ONE}"
            role_arn: arn:aws-us-gov:iam::{ONE}:role/path/Other
            external_id: other
            regions: us-east-1
            exclude_regions: []
    """)

    assert target.roles == (Role(f"arn:aws-us-gov:iam::{ONE}:role/path/Other", "other"),)
    assert target.regions == RegionRule(("us-east-1",), ())


def test_the_role_of_the_deployment_templates_is_the_default() -> None:
    target = only(f'accounts: [{{id: "{ONE}"}}]')

    assert target.roles == (Role(f"arn:{{partition}}:iam::{ONE}:role/AuditorReadOnly", None),)
    assert target.regions == RegionRule(("all",))


def test_flags_set_role_and_external_id_if_the_file_has_none() -> None:
    text = f'accounts: [{{id: "{ONE}"}}, {{id: "{TWO}", role_name: Mine, external_id: mine}}]'

    inventory = parse(text, "f", known_regions=REGIONS, default_role_name="audit/Flag", default_external_id="flag")

    assert [target.roles for target in inventory.targets] == [
        (Role(f"arn:{{partition}}:iam::{ONE}:role/audit/Flag", "flag"),),
        (Role(f"arn:{{partition}}:iam::{TWO}:role/Mine", "mine"),),
    ]


@pytest.mark.parametrize(
    ("defaults", "account", "expected"),
    [
        pytest.param(
            'role_arn: "arn:{partition}:iam::{account_id}:role/R"',
            "",
            ["arn:{partition}:iam::000000000001:role/R"],
            id="the account is filled in and the partition is kept",
        ),
        pytest.param(
            'role_arn: ["arn:aws:iam::000000000009:role/Hub", "arn:aws:iam::{account_id}:role/R"]',
            "",
            ["arn:aws:iam::000000000009:role/Hub", "arn:aws:iam::000000000001:role/R"],
            id="a list of ARNs is a chain through another account",
        ),
        pytest.param(
            "role_name: [First, Second]",
            "",
            ["arn:{partition}:iam::000000000001:role/First", "arn:{partition}:iam::000000000001:role/Second"],
            id="a list of names is a chain within the account",
        ),
        pytest.param(
            'role_arn: "arn:aws:iam::{account_id}:role/R"',
            ", role_name: Mine",
            ["arn:{partition}:iam::000000000001:role/Mine"],
            id="the role name of an account replaces the default ARN",
        ),
        pytest.param("role_name: R", ", ambient: true", [], id="ambient credentials are used without a role"),
        pytest.param(
            "role_name: R",
            ", ambient: false",
            ["arn:{partition}:iam::000000000001:role/R"],
            id="ambient false means the default role",
        ),
    ],
)
def test_roles_are_chains_of_arns(defaults: str, account: str, expected: list[str]) -> None:
    target = only(f'defaults: {{{defaults}}}\naccounts: [{{id: "{ONE}"{account}}}]')

    assert arns(target) == expected


def test_the_external_id_is_used_for_every_role_of_a_chain() -> None:
    target = only(f'accounts: [{{id: "{ONE}", role_name: [A, B], external_id: xy}}]')

    assert [role.external_id for role in target.roles] == ["xy", "xy"]


def test_an_excluded_account_is_a_target_with_a_reason() -> None:
    target = only(f'accounts: [{{id: "{ONE}", exclude: "sandbox, ticket SEC-12"}}]')

    assert target.excluded == ExcludedBy(Reason.EXCLUDED_BY_CONFIG, "sandbox, ticket SEC-12")


def test_discovery_has_an_optional_role_and_optional_units() -> None:
    full = read("""
        discover:
          role_arn: arn:{partition}:iam::999999999999:role/OrgReader
          external_id: org
          include_ous: [ou-abcd-11111111, r-abcd]
          exclude_ous: [ou-abcd-22222222]
    """)

    assert full.discover == Discover(
        Role("arn:{partition}:iam::999999999999:role/OrgReader", "org"),
        ("ou-abcd-11111111", "r-abcd"),
        ("ou-abcd-22222222",),
    )
    assert read("discover: {}").discover == Discover()
    assert read(f'accounts: [{{id: "{ONE}"}}]').discover is None


def test_targets_are_sorted_by_id() -> None:
    inventory = read(f'accounts: [{{id: "{TWO}"}}, {{id: "{ONE}"}}]')

    assert [target.account.id for target in inventory.targets] == [ONE, TWO]


def test_the_inventory_has_the_digest_of_its_text() -> None:
    text = f'accounts: [{{id: "{ONE}", name: "é"}}]'

    assert read(text).sha256 == hashlib.sha256(text.encode()).hexdigest()


# Formats of other programs


def test_an_accounts_file_of_c7n_org_is_accepted() -> None:
    inventory = read("""
        vars: {org: acme}
        accounts:
        - account_id: '000000000001'
          name: one
          display_name: Account One
          email: one@example.com
          org_id: o-abc
          role: arn:aws:iam::000000000001:role/Custodian
          external_id: secret
          regions: [us-east-1, "eu-west-1,eu-central-1"]
          tags: ["env:prod", "url:https://x", lone, "path:/corp", "path:/corp/payments"]
          vars: {charge_code: null}
          future_key: 1
        - account_id: '000000000002'
          display_name: Two
          role: [arn:aws:iam::000000000009:role/Hub, Custodian]
          profile: two
          regions: [all]
        - account_id: '000000000003'
          name: three
          role: Custodian
        subscriptions: []
    """)

    one, two, three = inventory.targets
    assert one.account == Account(ONE, "one", "/corp/payments")
    assert one.account.tags == {"env": "prod", "url": "https://x", "lone": ""}
    assert one.roles == (Role("arn:aws:iam::000000000001:role/Custodian", "secret"),)
    assert one.regions == RegionRule(("us-east-1", "eu-west-1", "eu-central-1"))
    assert two.account.name == "Two"
    assert arns(two) == ["arn:aws:iam::000000000009:role/Hub", "arn:{partition}:iam::000000000002:role/Custodian"]
    assert arns(three) == ["arn:{partition}:iam::000000000003:role/Custodian"]
    assert (two.regions, three.regions) == (RegionRule(("all",)), RegionRule(("all",)))


def exported(**fields: object) -> dict[str, object]:
    usual = {
        "Arn": "arn:aws:organizations::000000000009:account/o-abcdefghij/000000000001",
        "Email": "one@example.com",
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": "2020-01-01T00:00:00+00:00",
        "Name": "One 😀",
    }
    return usual | fields


def test_an_export_of_organizations_is_accepted() -> None:
    accounts = [
        exported(Id=ONE, Status="SUSPENDED", State="ACTIVE"),
        exported(Id=TWO, Status="SUSPENDED", Paths=["o-abcdefghij/r-abcd/ou-abcd-1/ou-abcd-2/000000000002/"]),
        exported(Id=THREE, JoinedTimestamp=1577836800.5),
    ]

    one, two, three = read(json.dumps({"Accounts": accounts}, indent=4)).targets

    assert one.account == Account(ONE, "One 😀")
    assert (one.excluded, three.excluded) == (None, None)
    assert two.excluded == ExcludedBy(Reason.ACCOUNT_SUSPENDED, "state in AWS Organizations: SUSPENDED")
    assert two.account.ou == "ou-abcd-1/ou-abcd-2"
    assert arns(one) == [f"arn:{{partition}}:iam::{ONE}:role/AuditorReadOnly"]


@pytest.mark.parametrize("state", ["ACTIVE", "Active", "PENDING_ACTIVATION", "PENDING_CLOSURE", "of next year", ""])
def test_an_account_in_any_other_state_than_suspended_and_closed_is_audited(state: str) -> None:
    assert only(json.dumps([exported(Id=ONE, State=state, Status=state)])).excluded is None


@pytest.mark.parametrize("state", ["SUSPENDED", "suspended", "Closed", "CLOSED"])
def test_a_suspended_or_closed_account_is_excluded_in_any_letter_case(state: str) -> None:
    excluded = ExcludedBy(Reason.ACCOUNT_SUSPENDED, f"state in AWS Organizations: {state}")
    assert only(json.dumps([exported(Id=ONE, State=state)])).excluded == excluded


def test_null_members_of_an_export_are_absent() -> None:
    account = exported(Id=ONE, Name=None, State=None, Status="ACTIVE", Paths=None)
    target = only(json.dumps({"Accounts": [account], "NextToken": None}))

    assert target.account == Account(ONE)
    assert target.excluded is None


def test_an_export_can_be_a_bare_list() -> None:
    assert only(json.dumps([exported(Id=ONE)])).account.id == ONE


YAML_STREAM = f"""
    - Accounts:
      - {{Id: '{ONE}', Name: a, Status: ACTIVE}}
      NextToken: page-2
    - Accounts:
      - {{Id: '{TWO}', Name: b, Status: SUSPENDED}}
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(YAML_STREAM, id="pages of --output yaml-stream"),
        pytest.param(YAML_STREAM.replace("NextToken: page-2", "NextToken:"), id="pages without a token"),
        pytest.param(
            json.dumps([{"Accounts": [{"Id": ONE}], "NextToken": "b"}, {"Accounts": []}, {"Accounts": [{"Id": TWO}]}]),
            id="pages of a paginator, one of them empty",
        ),
        pytest.param(
            json.dumps([{"Accounts": [exported(Id=ONE), exported(Id=TWO)], "NextToken": None}]), id="one page"
        ),
        pytest.param(json.dumps({"accounts": [exported(Id=ONE), exported(Id=TWO)]}), id="the list under `accounts`"),
        pytest.param(f"accounts:\n- Id: '{ONE}'\n- Id: '{TWO}'\n", id="the same in YAML"),
    ],
)
def test_pages_and_lists_of_an_export_hold_all_accounts(text: str) -> None:
    assert [target.account.id for target in read(text).targets] == [ONE, TWO]


def test_states_in_the_pages_of_an_export_are_respected() -> None:
    excluded = [target.account.id for target in read(YAML_STREAM).targets if target.excluded]
    assert excluded == [TWO]


# Combined with the accounts of the organization


FOUND = DiscoveredAccount(ONE, "found", "/corp", {"owner": "found", "team": "a"})


def test_a_discovered_account_gets_the_defaults() -> None:
    inventory = read(
        "defaults: {role_name: R, external_id: xy, regions: [eu-*], tags: {owner: x, env: y}}\ndiscover: {}"
    )

    (target,) = inventory.merge([FOUND])

    assert target == Target(
        Account(ONE, "found", "/corp"),
        (Role(f"arn:{{partition}}:iam::{ONE}:role/R", "xy"),),
        RegionRule(("eu-*",)),
    )
    assert target.account.tags == {"owner": "found", "env": "y", "team": "a"}


def test_the_file_overrides_discovered_accounts_field_by_field() -> None:
    inventory = read(f"""
        discover: {{}}
        accounts:
          - {{id: "{ONE}", name: mine, tags: {{owner: me}}}}
          - {{id: "{TWO}", name: unlisted}}
    """)

    one, two = inventory.merge([FOUND])

    assert one.account == Account(ONE, "mine", "/corp")
    assert one.account.tags == {"owner": "me", "team": "a"}
    assert two.account == Account(TWO, "unlisted")


@pytest.mark.parametrize(
    ("found", "entry", "excluded"),
    [
        pytest.param(
            DiscoveredAccount(ONE, state="SUSPENDED"),
            f'accounts: [{{id: "{ONE}"}}]',
            ExcludedBy(Reason.ACCOUNT_SUSPENDED, "state in AWS Organizations: SUSPENDED"),
            id="a suspended account is excluded even if the file names it",
        ),
        pytest.param(
            DiscoveredAccount(ONE, state="SUSPENDED"),
            f'accounts: [{{id: "{ONE}", exclude: gone}}]',
            ExcludedBy(Reason.EXCLUDED_BY_CONFIG, "gone"),
            id="the reason of the file wins",
        ),
        pytest.param(
            DiscoveredAccount(ONE, excluded_detail="in ou-abcd-22222222, which is excluded"),
            "discover: {}",
            ExcludedBy(Reason.EXCLUDED_BY_CONFIG, "in ou-abcd-22222222, which is excluded"),
            id="the exclusion names the excluded unit",
        ),
        pytest.param(
            DiscoveredAccount(ONE, excluded_detail="in ou-abcd-22222222, which is excluded"),
            f'accounts: [{{id: "{ONE}"}}]',
            None,
            id="an account that the file names is audited although its unit is excluded",
        ),
    ],
)
def test_discovered_accounts_are_excluded_by_state_or_unit(
    found: DiscoveredAccount, entry: str, excluded: ExcludedBy | None
) -> None:
    (target,) = read(entry).merge([found])

    assert target.excluded == excluded


# Filtered


def targets() -> tuple[Target, ...]:
    return (
        Target(Account(ONE, "payments-prod")),
        Target(Account(TWO, "payments-dev")),
        Target(Account(THREE, "odd [name]"), excluded=ExcludedBy(Reason.EXCLUDED_BY_CONFIG, "sandbox")),
    )


@pytest.mark.parametrize(
    ("patterns", "selected"),
    [
        ([], [ONE, TWO]),
        ([ONE], [ONE]),
        (["payments-dev"], [TWO]),
        (["payments-*"], [ONE, TWO]),
        (["*1", TWO], [ONE, TWO]),
        (["odd [name]"], []),
    ],
)
def test_accounts_are_selected_by_exact_id_or_name_or_by_glob(patterns: Sequence[str], selected: list[str]) -> None:
    filtered = filter_targets(targets(), patterns)

    assert [target.account.id for target in filtered if target.excluded is None] == selected
    assert [target.account.id for target in filtered] == [ONE, TWO, THREE]


def test_filtered_accounts_have_a_reason_unless_they_were_already_excluded() -> None:
    _, two, three = filter_targets(targets(), [ONE])

    assert two.excluded == ExcludedBy(Reason.EXCLUDED_BY_CONFIG, "left out by --account")
    assert three.excluded == ExcludedBy(Reason.EXCLUDED_BY_CONFIG, "sandbox")


def test_filtered_regions_have_a_reason() -> None:
    before = Target(Account(ONE), regions=RegionRule(("all",), ("eu-central-1",)))

    (after,) = filter_targets([before], regions=["eu-*"])

    assert after.regions == RegionRule(("all",), ("eu-central-1",), only=("eu-*",))
    assert [after.regions.why_excluded(region) for region in ("eu-west-1", "eu-central-1", "us-east-1")] == [
        "",
        "excluded by `exclude_regions`",
        "left out by --region",
    ]
    assert [bool(after.regions.why_excluded(region)) for region in REGIONS] == [True, False, True]


def test_all_flags_that_match_nothing_are_reported() -> None:
    with pytest.raises(ConfigError) as caught:
        filter_targets(targets(), ["payment-prod", "x*"], ["eu-wst-1", "mars-*", "all"], REGIONS)

    assert [str(problem) for problem in caught.value.problems] == [
        "--account: payment-prod matches no account of the inventory\n  -> Did you mean payments-prod?",
        "--account: x* matches no account of the inventory\n  -> Write the ID or the name of an account, or a glob.",
        "--region: eu-wst-1 is not a region\n  -> Did you mean eu-west-1?",
        '--region: mars-* matches no region\n  -> Regions look like eu-west-1, so a glob looks like "eu-*".',
    ]


# Size


def test_a_thousand_accounts_are_read_in_well_under_a_second() -> None:
    entries = "".join(
        f'  - {{id: "{number:012d}", name: account-{number}, tags: {{owner: team-{number % 7}}}, regions: ["eu-*"]}}\n'
        for number in range(1000)
    )
    start = time.perf_counter()

    inventory = read("accounts:\n" + entries)

    assert len(inventory.targets) == 1000
    assert time.perf_counter() - start < 2  # usually a tenth of it; the limit allows for a busy machine


@pytest.mark.parametrize("uncommented", [False, True], ids=["as it is", "with its last example enabled"])
def test_the_example_is_a_valid_inventory(uncommented: bool) -> None:  # noqa: FBT001 - parametrized
    text = (Path(__file__).parents[2] / "config" / "inventory.yaml").read_text(encoding="utf-8")
    if uncommented:
        assert "  # - {id:" in text
        text = text.replace("  # - {id:", "  - {id:")

    inventory = parse(text, "config/inventory.yaml", known_regions=REGIONS)

    assert inventory.discover is not None
    last_hops = {target.account.name: arns(target)[-1:] for target in inventory.targets}
    assert last_hops["acquired"] == ["arn:aws:iam::777788889999:role/LegacyAudit"]
    assert last_hops.get("audit") == ([] if uncommented else None), (
        "an ambient account needs permissions that the task role does not have"
    )
