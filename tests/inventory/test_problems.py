from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.domain.errors import ConfigError
from auditor.inventory import parse

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1")
ONE = "000000000001"
TWO = "000000000002"


def problems(text: str, **flags: str) -> list[str]:
    """Every problem of an inventory, as `line: path: message -> advice`."""
    with pytest.raises(ConfigError) as caught:
        parse(dedent(text).lstrip("\n"), "inventory.yaml", known_regions=REGIONS, **flags)
    return [str(each).replace("\n ", "").removeprefix("inventory.yaml:") for each in caught.value.problems]


def account(fields: str) -> str:
    return f'accounts:\n  - {{id: "{ONE}", {fields}}}\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            "accounts:\n  - id: 012345670123",
            '2: accounts[0].id: 012345670123 is a number, not an account id -> Quote it, all 12 digits: "012345670123"',
            id="an id without quotes is a number, and octal to some",
        ),
        pytest.param(
            "accounts:\n  - id: 12345670123",
            '2: accounts[0].id: 12345670123 is a number, not an account id -> Quote it, all 12 digits: "012345670123"',
            id="an id without quotes that lost its leading zero",
        ),
        pytest.param(
            "accounts:\n  - id: 1000:0",
            "2: accounts[0].id: 1000:0 is not an account id -> Account ids have 12 digits.",
            id="an id that is base 60 to some",
        ),
        pytest.param(
            'accounts:\n  - id: "12345670123"',
            "2: accounts[0].id: 12345670123 is not an account id -> Account ids have 12 digits, this has 11. "
            'If leading zeros were lost: "012345670123"',
            id="an id of eleven digits",
        ),
        pytest.param(
            'accounts:\n  - id: "1234-5678-9012"',
            '2: accounts[0].id: 1234-5678-9012 is not an account id -> Write the digits only: "123456789012"',
            id="an id with hyphens",
        ),
        pytest.param(
            'accounts:\n  - id: "１２３４５６７８９０１２"',  # noqa: RUF001 - these digits are the point
            "2: accounts[0].id: １２３４５６７８９０１２ is not an account id -> Account ids have 12 digits.",  # noqa: RUF001
            id="an id of digits that are not ASCII",
        ),
        pytest.param(
            "accounts:\n  - id: [1]",
            "2: accounts[0].id: is a list, not an account id -> Write one value.",
            id="an id that is a list",
        ),
        pytest.param(
            "accounts:\n  - name: x",
            "2: accounts[0]: id is missing -> Add it. 12 digits, in quotes.",
            id="an account without an id",
        ),
        pytest.param(
            f'accounts:\n  - id: "{ONE}"\n  - id: "{TWO}"\n  - id: "{ONE}"',
            f"4: accounts[2].id: {ONE} is in the list twice, first in line 2 -> Merge the two entries into one.",
            id="the same account twice",
        ),
        pytest.param(
            "defaults: {rol_name: x}\n" + account(""),
            "1: defaults.rol_name: is not a known key -> Did you mean role_name?",
            id="a misspelt key of the defaults",
        ),
        pytest.param(
            account("owner: x"),
            "2: accounts[0].owner: is not a known key -> Known here: id, name, tags, regions, exclude_regions, "
            "role_name, role_arn, external_id, exclude, ambient.",
            id="a key that is like no other",
        ),
        pytest.param(
            "acounts: []\ndiscover: {}",
            "1: acounts: is not a known key -> Did you mean accounts?",
            id="a misspelt key at the top",
        ),
        pytest.param(
            account("regions: [eu-west-9]"),
            "2: accounts[0].regions[0]: eu-west-9 is not a region -> Did you mean eu-west-1?",
            id="a region that does not exist",
        ),
        pytest.param(
            account("regions: mars"),
            "2: accounts[0].regions: mars is not a region -> Update botocore if the region is new.",
            id="a region like no other",
        ),
        pytest.param(
            account('regions: ["mars-*"]'),
            "2: accounts[0].regions[0]: mars-* matches no region "
            '-> Regions look like eu-west-1, so a glob looks like "eu-*".',
            id="a glob that matches no region",
        ),
        pytest.param(
            account("regions: []"),
            "2: accounts[0].regions: is empty -> Give it at least one value, or remove the key.",
            id="no region at all",
        ),
        pytest.param(
            "defaults: {exclude_regions: [eu-wst-1]}\n" + account(""),
            "1: defaults.exclude_regions[0]: eu-wst-1 is not a region -> Did you mean eu-west-1?",
            id="an excluded region that does not exist",
        ),
        pytest.param(
            account("exclude_regions: all"),
            "2: accounts[0].exclude_regions: all regions cannot be excluded "
            "-> Exclude the account instead, with `exclude:` and a reason.",
            id="all regions excluded",
        ),
        pytest.param(
            account(f"role_arn: arn:aws:iam::{TWO}:role/R"),
            f"2: accounts[0].role_arn: ends in account {TWO}, but this account is {ONE} "
            f"-> Write {ONE} or {{account_id}} there, or correct the account's id.",
            id="a role in another account",
        ),
        pytest.param(
            f"defaults: {{role_arn: arn:aws:iam::{TWO}:role/R}}\n" + account(""),
            f"1: defaults.role_arn: ends in account {TWO}, but stands for every account "
            "-> Write {account_id} in place of the id.",
            id="one account's role for all",
        ),
        pytest.param(
            account('role_arn: ["arn:aws:iam::{account_id}:role/Hub", arn:aws:iam::000000000002:role/R]'),
            f"2: accounts[0].role_arn: ends in account {TWO}, but this account is {ONE} "
            f"-> Write {ONE} or {{account_id}} there, or correct the account's id.",
            id="a chain that ends in another account",
        ),
        pytest.param(
            account('role_arn: "arn:aws:iam::{acount_id}:role/R"'),
            "2: accounts[0].role_arn: {acount_id} is not a placeholder -> Did you mean {account_id}?",
            id="a misspelt placeholder",
        ),
        pytest.param(
            account('role_name: "R-{env}"'),
            "2: accounts[0].role_name: {env} is not a placeholder -> No placeholder is filled in here.",
            id="a placeholder in a name",
        ),
        pytest.param(
            'discover: {role_arn: "arn:aws:iam::{account_id}:role/R"}',
            "1: discover.role_arn: {account_id} is not a placeholder -> Filled in here: {partition}.",
            id="the account's id where there is no account",
        ),
        pytest.param(
            account("role_arn: AuditorReadOnly"),
            "2: accounts[0].role_arn: AuditorReadOnly is not a role ARN "
            "-> Write arn:aws:iam::<12 digits>:role/<name>; a bare name goes into `role_name`.",
            id="a name for an ARN",
        ),
        pytest.param(
            account(f"role_arn: arn:aws:iam::{ONE}:user/R"),
            f"2: accounts[0].role_arn: arn:aws:iam::{ONE}:user/R is not a role ARN "
            "-> Write arn:aws:iam::<12 digits>:role/<name>; a bare name goes into `role_name`.",
            id="the ARN of a user",
        ),
        pytest.param(
            account(f"role_name: arn:aws:iam::{ONE}:role/R"),
            "2: accounts[0].role_name: is a role ARN, not a role name -> Use `role_arn` for it.",
            id="an ARN for a name",
        ),
        pytest.param(
            account(f'role_name: "{"x" * 65}"'),
            f"2: accounts[0].role_name: {'x' * 60}... is not a role name "
            "-> Use 1 to 64 of the characters A-Z a-z 0-9 + = , . @ _ -",
            id="a name of 65 characters",
        ),
        pytest.param(
            account('role_name: "a b"'),
            '2: accounts[0].role_name: "a b" is not a role name '
            "-> Use 1 to 64 of the characters A-Z a-z 0-9 + = , . @ _ -",
            id="a name with a space",
        ),
        pytest.param(
            account("role_name: a, role_arn: 'arn:aws:iam::{account_id}:role/R'"),
            "2: accounts[0].role_arn: is given together with `role_name` -> Keep one of the two.",
            id="a name and an ARN",
        ),
        pytest.param(
            account("role_name: R, ambient: true"),
            "2: accounts[0].ambient: is set together with a role "
            "-> Keep one of the two: ambient credentials assume no role.",
            id="ambient credentials and a role",
        ),
        pytest.param(
            account("ambient: yes"),
            "2: accounts[0].ambient: yes is not true or false -> Write true or false, without quotes.",
            id="yes for true",
        ),
        pytest.param(
            account("external_id: x"),
            "2: accounts[0].external_id: x is not an external id "
            "-> Use 2 to 1,224 of the characters A-Z a-z 0-9 + = , . @ : / _ -",
            id="an external id of one character",
        ),
        pytest.param(
            account('exclude: " "'),
            '2: accounts[0].exclude: gives no reason -> Say why in words: exclude: "sandbox, ticket 123"',
            id="an exclusion without a reason",
        ),
        pytest.param(
            account("exclude: true"),
            "2: accounts[0].exclude: true is a yes/no value, not a reason "
            '-> Say why in words: exclude: "sandbox, ticket 123"',
            id="an exclusion that is only true",
        ),
        pytest.param(
            account("exclude: no"),
            '2: accounts[0].exclude: no is not a reason -> Say why in words: exclude: "sandbox, ticket 123"',
            id="an exclusion that means the opposite",
        ),
        pytest.param(
            account("tags: {cost: 0042}"),
            '2: accounts[0].tags.cost: 0042 is a number, not text -> Quote it: "0042"',
            id="a tag that is a number",
        ),
        pytest.param(
            account('tags: ["env:prod"]'),
            "2: accounts[0].tags: is a list, not a mapping -> Write `key: value` lines below it.",
            id="tags in a list",
        ),
        pytest.param(
            f'accounts:\n  - id: "{ONE}"\n    name:\n',
            "3: accounts[0].name: has no value -> Give it one, or remove it.",
            id="a key that nothing follows",
        ),
        pytest.param(
            "discover:\n" + account(""),
            "1: discover: has no value -> Give it one, or remove it.",
            id="a discovery that may or may not be meant",
        ),
        pytest.param(
            "discover: {include_ous: [payments]}",
            "1: discover.include_ous[0]: payments is not the id of an organizational unit "
            "-> Write an id such as ou-abcd-11112222, or r-abcd for the root.",
            id="a unit by name",
        ),
        pytest.param(
            "accounts: []",
            "1: accounts: there is no account in this inventory "
            "-> Add accounts, or `discover:` to ask AWS Organizations.",
            id="nobody",
        ),
        pytest.param(
            "defaults: {role_name: R}",
            "1: there is no account in this inventory -> Add accounts, or `discover:` to ask AWS Organizations.",
            id="defaults of nobody",
        ),
        pytest.param(
            "accounts: {}",
            "1: accounts: is a mapping, not a list -> Write a list: [one, two]",
            id="accounts in a mapping",
        ),
        pytest.param(
            f'accounts: ["{ONE}"]',
            "1: accounts[0]: is text, not a mapping -> Write `key: value` lines below it.",
            id="a bare id",
        ),
        pytest.param(
            "just text",
            "1: is not an inventory -> Begin with `accounts:` and list them below it, or give an export of "
            "AWS Organizations.",
            id="something else",
        ),
        pytest.param(
            "accounts:\n- account_id: '000000000001'\n  name: x\n  profile: x-admin",
            "4: accounts[0].profile: a profile of one machine's AWS configuration is the only way into this account "
            "-> Add `role:` with the ARN of a role in it.",
            id="an account of c7n-org with a profile only",
        ),
        pytest.param(
            "accounts:\n- account_id: 000000000001\n  role: arn:aws:iam::000000000001:role/R",
            "2: accounts[0].account_id: 000000000001 is a number, not an account id "
            '-> Quote it, all 12 digits: "000000000001"',
            id="an id of c7n-org without quotes",
        ),
        pytest.param(
            "accounts:\n- account_id: '000000000001'\n  role: arn:aws:iam::000000000002:role/R",
            f"3: accounts[0].role: ends in account {TWO}, but this account is {ONE} "
            f"-> Write {ONE} or {{account_id}} there, or correct the account's id.",
            id="a role of c7n-org in another account",
        ),
        pytest.param(
            '{"Accounts": [{"Id": "000000000001", "State": "ACTIVE"}],\n "NextToken": "abc"}',
            "2: NextToken: this export stops in the middle of the list -> Export it again without --max-items.",
            id="an export that is not whole",
        ),
        pytest.param(
            '[{"Id": "000000000001"},\n {"Id": "000000000001"}]',
            "2: Accounts[1].Id: 000000000001 is in the list twice, first in line 1 -> Merge the two entries into one.",
            id="an export with an account twice",
        ),
        pytest.param(
            "discover: {}\nAccounts: []",
            "2: Accounts: there is no account in this inventory "
            "-> Add accounts, or `discover:` to ask AWS Organizations.",
            id="an export of nobody with a key that only our own format knows",
        ),
        pytest.param(
            '{"Accounts": []}',
            "1: Accounts: there is no account in this inventory "
            "-> Add accounts, or `discover:` to ask AWS Organizations.",
            id="an export of nobody",
        ),
    ],
)
def test_a_bad_inventory_is_refused_with_the_place_and_what_to_do(text: str, problem: str) -> None:
    assert problems(text) == [problem]


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    found = problems(f"""
        defaults:
          rol_name: x
          regions: [eu-wst-1, mars-*]
        discover:
        accounts:
          - {{id: "{ONE}", exclude: ""}}
          - {{id: 12345, role_name: "{{x}}"}}
          - {{id: "{ONE}", regoins: all}}
    """)

    assert [each.split(":")[:2] for each in found] == [
        ["2", " defaults.rol_name"],
        ["3", " defaults.regions[0]"],
        ["3", " defaults.regions[1]"],
        ["4", " discover"],
        ["6", " accounts[0].exclude"],
        ["7", " accounts[1].id"],
        ["7", " accounts[1].role_name"],
        ["8", " accounts[2].id"],
        ["8", " accounts[2].regoins"],
    ]


def test_a_key_given_twice_hides_no_other_problem() -> None:
    found = problems(f"""
        defaults: {{role_name: A}}
        defaults: {{regions: [mars-*]}}
        accounts:
          - {{id: 12345, name: a, name: b}}
          - {{id: "{ONE}", regoins: all}}
    """)

    assert [each.split(" -> ")[0] for each in found] == [
        "2: defaults: is given twice, first in line 1",
        "2: defaults.regions[0]: mars-* matches no region",
        "4: accounts[0].id: 12345 is a number, not an account id",
        "4: accounts[0].name: is given twice, first in line 4",
        "5: accounts[1].regoins: is not a known key",
    ]


def test_flags_are_held_to_the_same_rules_and_named() -> None:
    assert problems(account(""), default_role_name="a b", default_external_id="x") == [
        "--external-id: x is not an external id -> Use 2 to 1,224 of the characters A-Z a-z 0-9 + = , . @ : / _ -",
        '--role-name: "a b" is not a role name -> Use 1 to 64 of the characters A-Z a-z 0-9 + = , . @ _ -',
    ]


def test_values_that_would_act_on_a_terminal_are_shown_escaped() -> None:
    (problem,) = problems(account(r'role_name: "\e[2J\u202e"'))

    assert problem.isprintable()
    assert r"\x1b[2J\u202e" in problem


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=15) | st.sampled_from([ONE, TWO, "all", "eu-*"])
KEYS = st.sampled_from(
    [
        *(
            "accounts",
            "defaults",
            "discover",
            "id",
            "account_id",
            "Accounts",
            "Id",
            "State",
            "regions",
            "exclude_regions",
        ),
        *(
            "role_name",
            "role_arn",
            "role",
            "profile",
            "external_id",
            "tags",
            "exclude",
            "ambient",
            "include_ous",
            "name",
        ),
    ]
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
ENTRIES = st.lists(st.dictionaries(KEYS, VALUES, max_size=5), max_size=3)
FILES = st.dictionaries(KEYS, VALUES | ENTRIES, max_size=4).map(repr)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40) | FILES | ENTRIES.map(lambda entries: repr({"accounts": entries})))
def test_no_text_raises_anything_but_a_config_error_in_plain_words(text: str) -> None:
    try:
        inventory = parse(text, "inventory.yaml", known_regions=REGIONS)
    except ConfigError as error:
        said = str(error)
        assert "nput should" not in said
        assert "does not fit here" not in said
    else:
        assert inventory.targets or inventory.discover
