"""Invalid inventories: every problem is reported with its place and with advice."""

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
    """Return every problem of an inventory, as `line: path: message -> advice`."""
    with pytest.raises(ConfigError) as caught:
        parse(dedent(text).lstrip("\n"), "inventory.yaml", known_regions=REGIONS, **flags)
    return [str(problem).replace("\n ", "").removeprefix("inventory.yaml:") for problem in caught.value.problems]


def account(fields: str) -> str:
    return f'accounts:\n  - {{id: "{ONE}", {fields}}}\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            "accounts:\n  - id: 012345670123",
            '2: accounts[0].id: 012345670123 is a number, not an account ID -> Quote it, all 12 digits: "012345670123"',
            id="an unquoted ID, which YAML 1.1 reads as octal",
        ),
        pytest.param(
            "accounts:\n  - id: 12345670123",
            '2: accounts[0].id: 12345670123 is a number, not an account ID -> Quote it, all 12 digits: "012345670123"',
            id="an unquoted ID without its leading zero",
        ),
        pytest.param(
            "accounts:\n  - id: 1000:0",
            "2: accounts[0].id: 1000:0 is not an account ID -> Account IDs have 12 digits.",
            id="an ID that YAML 1.1 reads in base 60",
        ),
        pytest.param(
            'accounts:\n  - id: "12345670123"',
            "2: accounts[0].id: 12345670123 is not an account ID -> Account IDs have 12 digits, this has 11. "
            'If leading zeros were lost: "012345670123"',
            id="an ID of 11 digits",
        ),
        pytest.param(
            'accounts:\n  - id: "1234-5678-9012"',
            '2: accounts[0].id: 1234-5678-9012 is not an account ID -> Write the digits only: "123456789012"',
            id="an ID with hyphens",
        ),
        pytest.param(
            'accounts:\n  - id: "１２３４５６７８９０１２"',  # noqa: RUF001 - not ASCII on purpose
            "2: accounts[0].id: １２３４５６７８９０１２ is not an account ID -> Account IDs have 12 digits.",  # noqa: RUF001 - as above
            id="an ID of digits that are not ASCII",
        ),
        pytest.param(
            "accounts:\n  - id: [1]",
            "2: accounts[0].id: is a list, not an account ID -> Write one value.",
            id="a list as ID",
        ),
        pytest.param(
            "accounts:\n  - name: x",
            "2: accounts[0]: id is missing -> Add it. 12 digits, in quotes.",
            id="an account without ID",
        ),
        pytest.param(
            f'accounts:\n  - id: "{ONE}"\n  - id: "{TWO}"\n  - id: "{ONE}"',
            f"4: accounts[2].id: {ONE} is listed twice, first in line 2 -> Merge the two entries into one.",
            id="a repeated account",
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
            id="an unknown key without a similar one",
        ),
        pytest.param(
            "acounts: []\ndiscover: {}",
            "1: acounts: is not a known key -> Did you mean accounts?",
            id="a misspelt top-level key",
        ),
        pytest.param(
            account("regions: [eu-west-9]"),
            "2: accounts[0].regions[0]: eu-west-9 is not a region -> Did you mean eu-west-1?",
            id="a region that does not exist",
        ),
        pytest.param(
            account("regions: mars"),
            "2: accounts[0].regions: mars is not a region -> Update botocore if the region is new.",
            id="an unknown region without a similar one",
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
            id="an empty list of regions",
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
            f"-> Write {ONE} or {{account_id}} there, or correct the account's ID.",
            id="a role in another account",
        ),
        pytest.param(
            f"defaults: {{role_arn: arn:aws:iam::{TWO}:role/R}}\n" + account(""),
            f"1: defaults.role_arn: ends in account {TWO}, but is used for every account "
            "-> Write {account_id} instead of the ID.",
            id="a role of one account as the default",
        ),
        pytest.param(
            account('role_arn: ["arn:aws:iam::{account_id}:role/Hub", arn:aws:iam::000000000002:role/R]'),
            f"2: accounts[0].role_arn: ends in account {TWO}, but this account is {ONE} "
            f"-> Write {ONE} or {{account_id}} there, or correct the account's ID.",
            id="a chain that ends in another account",
        ),
        pytest.param(
            account('role_arn: "arn:aws:iam::{acount_id}:role/R"'),
            "2: accounts[0].role_arn: {acount_id} is not a placeholder -> Did you mean {account_id}?",
            id="a misspelt placeholder",
        ),
        pytest.param(
            account('role_name: "R-{env}"'),
            "2: accounts[0].role_name: {env} is not a placeholder -> No placeholder is supported here.",
            id="a placeholder in a name",
        ),
        pytest.param(
            'discover: {role_arn: "arn:aws:iam::{account_id}:role/R"}',
            "1: discover.role_arn: {account_id} is not a placeholder -> Supported here: {partition}.",
            id="an account placeholder outside an account",
        ),
        pytest.param(
            account("role_arn: AuditorReadOnly"),
            "2: accounts[0].role_arn: AuditorReadOnly is not a role ARN "
            "-> Write arn:aws:iam::<12 digits>:role/<name>; write a bare name as `role_name`.",
            id="a name as ARN",
        ),
        pytest.param(
            account(f"role_arn: arn:aws:iam::{ONE}:user/R"),
            f"2: accounts[0].role_arn: arn:aws:iam::{ONE}:user/R is not a role ARN "
            "-> Write arn:aws:iam::<12 digits>:role/<name>; write a bare name as `role_name`.",
            id="the ARN of a user",
        ),
        pytest.param(
            account(f"role_name: arn:aws:iam::{ONE}:role/R"),
            "2: accounts[0].role_name: is a role ARN, not a role name -> Write it as `role_arn`.",
            id="an ARN as name",
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
            "2: accounts[0].role_arn: cannot be combined with `role_name` -> Keep one of the two.",
            id="a name and an ARN",
        ),
        pytest.param(
            account("role_name: R, ambient: true"),
            "2: accounts[0].ambient: cannot be combined with a role "
            "-> Keep one of the two: ambient credentials are used without a role.",
            id="ambient credentials and a role",
        ),
        pytest.param(
            account("ambient: yes"),
            "2: accounts[0].ambient: yes is not true or false -> Write true or false, without quotes.",
            id="yes as true",
        ),
        pytest.param(
            account("external_id: x"),
            "2: accounts[0].external_id: x is not an external ID "
            "-> Use 2 to 1,224 of the characters A-Z a-z 0-9 + = , . @ : / _ -",
            id="an external ID of one character",
        ),
        pytest.param(
            account('exclude: " "'),
            '2: accounts[0].exclude: gives no reason -> Write the reason: exclude: "sandbox, ticket 123"',
            id="an exclusion without a reason",
        ),
        pytest.param(
            account("exclude: true"),
            "2: accounts[0].exclude: true is a yes/no value, not a reason "
            '-> Write the reason: exclude: "sandbox, ticket 123"',
            id="true as the reason of an exclusion",
        ),
        pytest.param(
            account("exclude: no"),
            '2: accounts[0].exclude: no is not a reason -> Write the reason: exclude: "sandbox, ticket 123"',
            id="no as the reason of an exclusion",
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
            id="a key without value",
        ),
        pytest.param(
            "discover:\n" + account(""),
            "1: discover: has no value -> Give it one, or remove it.",
            id="a discovery without value",
        ),
        pytest.param(
            "discover: {include_ous: [payments]}",
            "1: discover.include_ous[0]: payments is not the ID of an organizational unit "
            "-> Write an ID such as ou-abcd-11112222, or r-abcd for the root.",
            id="a unit by name",
        ),
        pytest.param(
            "accounts: []",
            "1: accounts: this inventory has no accounts -> Add accounts, or `discover:` to list AWS Organizations.",
            id="an empty list of accounts",
        ),
        pytest.param(
            "defaults: {role_name: R}",
            "1: this inventory has no accounts -> Add accounts, or `discover:` to list AWS Organizations.",
            id="defaults without accounts",
        ),
        pytest.param(
            "accounts: {}",
            "1: accounts: is a mapping, not a list -> Write a list: [one, two]",
            id="accounts in a mapping",
        ),
        pytest.param(
            f'accounts: ["{ONE}"]',
            "1: accounts[0]: is text, not a mapping -> Write `key: value` lines below it.",
            id="an account that is only an ID",
        ),
        pytest.param(
            "just text",
            "1: is not an inventory -> Begin with `accounts:` and list them below it, or give an export of "
            "AWS Organizations.",
            id="a text",
        ),
        pytest.param(
            "accounts:\n- account_id: '000000000001'\n  name: x\n  profile: x-admin",
            "4: accounts[0].profile: is the only credential for this account, "
            "and AWS profiles of a workstation are not supported "
            "-> Add `role:` with the ARN of a role in the account.",
            id="an account of c7n-org with a profile only",
        ),
        pytest.param(
            "accounts:\n- account_id: 000000000001\n  role: arn:aws:iam::000000000001:role/R",
            "2: accounts[0].account_id: 000000000001 is a number, not an account ID "
            '-> Quote it, all 12 digits: "000000000001"',
            id="an unquoted ID in a c7n-org file",
        ),
        pytest.param(
            "accounts:\n- account_id: '000000000001'\n  role: arn:aws:iam::000000000002:role/R",
            f"3: accounts[0].role: ends in account {TWO}, but this account is {ONE} "
            f"-> Write {ONE} or {{account_id}} there, or correct the account's ID.",
            id="a role of c7n-org in another account",
        ),
        pytest.param(
            '{"Accounts": [{"Id": "000000000001", "State": "ACTIVE"}],\n "NextToken": "abc"}',
            "2: NextToken: this export is only the first part of the list -> Export it again without --max-items.",
            id="a partial export",
        ),
        pytest.param(
            "- Accounts:\n  - Id: '000000000001'\n- Accounts:\n  - Id: '000000000002'\n  NextToken: abc\n",
            "5: NextToken: this export is only the first part of the list -> Export it again without --max-items.",
            id="pages without the last one",
        ),
        pytest.param(
            "- Accounts:\n  - Id: '000000000001'\n- Accounts:\n  - Id: '000000000001'\n",
            "4: Accounts[1].Id: 000000000001 is listed twice, first in line 2 -> Merge the two entries into one.",
            id="an account on two pages",
        ),
        pytest.param(
            "- Accounts:\n  - Id: '000000000001'\n- NextToken: abc\n",
            "3: [1]: is not a page of an export: it has no list of accounts -> Export the list again.",
            id="a page without accounts",
        ),
        pytest.param(
            "accounts:\n- Id: '12'\n",
            "2: accounts[0].Id: 12 is not an account ID -> Account IDs have 12 digits, this has 2. "
            'If leading zeros were lost: "000000000012"',
            id="an invalid ID in a list of Ids",
        ),
        pytest.param(
            '[{"Id": "000000000001"},\n {"Id": "000000000001"}]',
            "2: Accounts[1].Id: 000000000001 is listed twice, first in line 1 -> Merge the two entries into one.",
            id="an export with a repeated account",
        ),
        pytest.param(
            "discover: {}\nAccounts: []",
            "2: Accounts: this inventory has no accounts -> Add accounts, or `discover:` to list AWS Organizations.",
            id="an empty export with a key of the native format",
        ),
        pytest.param(
            '{"Accounts": []}',
            "1: Accounts: this inventory has no accounts -> Add accounts, or `discover:` to list AWS Organizations.",
            id="an empty export",
        ),
    ],
)
def test_an_invalid_inventory_is_refused_with_place_and_advice(text: str, problem: str) -> None:
    assert problems(text) == [problem]


def test_all_problems_are_reported_together_in_file_order() -> None:
    reported = problems(f"""
        defaults:
          rol_name: x
          regions: [eu-wst-1, mars-*]
        discover:
        accounts:
          - {{id: "{ONE}", exclude: ""}}
          - {{id: 12345, role_name: "{{x}}"}}
          - {{id: "{ONE}", regoins: all}}
    """)

    assert [problem.split(":")[:2] for problem in reported] == [
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


def test_a_duplicate_key_hides_no_other_problem() -> None:
    reported = problems(f"""
        defaults: {{role_name: A}}
        defaults: {{regions: [mars-*]}}
        accounts:
          - {{id: 12345, name: a, name: b}}
          - {{id: "{ONE}", regoins: all}}
    """)

    assert [problem.split(" -> ")[0] for problem in reported] == [
        "2: defaults: is a duplicate key, first in line 1",
        "2: defaults.regions[0]: mars-* matches no region",
        "4: accounts[0].id: 12345 is a number, not an account ID",
        "4: accounts[0].name: is a duplicate key, first in line 4",
        "5: accounts[1].regoins: is not a known key",
    ]


def test_flags_are_validated_by_the_same_rules_and_named() -> None:
    assert problems(account(""), default_role_name="a b", default_external_id="x") == [
        "--external-id: x is not an external ID -> Use 2 to 1,224 of the characters A-Z a-z 0-9 + = , . @ : / _ -",
        '--role-name: "a b" is not a role name -> Use 1 to 64 of the characters A-Z a-z 0-9 + = , . @ _ -',
    ]


def test_control_characters_are_escaped_in_messages() -> None:
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
def test_every_text_is_accepted_or_refused_in_plain_words(text: str) -> None:
    try:
        inventory = parse(text, "inventory.yaml", known_regions=REGIONS)
    except ConfigError as error:
        message = str(error)
        assert "nput should" not in message
        assert "is not valid here" not in message
    else:
        assert inventory.targets or inventory.discover
