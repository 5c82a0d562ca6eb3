"""Suppressions of other tools as drafts: nothing becomes broader, and what does not fit is reported."""
# ruff: noqa: ANN401 - `**fields` are fields of any type

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from auditor import checks
from auditor.cli import main
from auditor.exceptions.imports import security_hub
from auditor.exceptions.imports.draft import checks_by_peer
from auditor.yaml_files import dump, parse

PRIVILEGED = "ecs_task_definitions_no_privileged_containers"
PEERS = checks_by_peer(checks.built_in())


def run(text: str, folder: Path) -> Result:
    file = folder / "source"
    file.write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["exceptions", "import", str(file)], prog_name="auditor", catch_exceptions=False)


def drafts(text: str, folder: Path) -> list[dict[str, str]]:
    """Return the items without their IDs and placeholders."""
    result = run(text, folder)
    assert result.exit_code == 0, result.stderr
    items = parse(result.stdout, "stdout").data["exceptions"]
    return [
        {key: value for key, value in item.items() if key != "id" and value != "AUDITOR_REPLACE_ME"} for item in items
    ]


def mutelist(check: str = PRIVILEGED, account: str = "012345678989", **entry: Any) -> str:
    usual = {"Regions": ["*"], "Resources": ["*"]}
    return json.dumps({"Mutelist": {"Accounts": {account: {"Checks": {check: usual | entry}}}}})


def finding(**fields: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "AwsAccountId": "012345678989",
        "Region": "eu-west-1",
        "Compliance": {"SecurityControlId": "ECS.4"},
        "Resources": [{"Id": "arn:aws:ecs:eu-west-1:012345678989:task-definition/web:7"}],
        "Workflow": {"Status": "SUPPRESSED"},
    }
    return usual | fields


def rule(status: str = "SUPPRESSED", *, enabled: bool = True, **criteria: Any) -> str:
    control = {"ComplianceSecurityControlId": [{"Value": "ECS.4", "Comparison": "EQUALS"}]}
    update = {"Workflow": {"Status": status}, "Note": {"Text": "Known.", "UpdatedBy": "sec"}}
    one = {
        "RuleName": "agents",
        "RuleStatus": "ENABLED" if enabled else "DISABLED",
        "Criteria": control | criteria,
        "Actions": [{"Type": "FINDING_FIELDS_UPDATE", "FindingFieldsUpdate": update}],
    }
    return json.dumps({"Rules": [one], "UnprocessedAutomationRules": []})


def equals(*values: str) -> list[dict[str, str]]:
    return [{"Value": value, "Comparison": "EQUALS"} for value in values]


def test_an_entry_of_a_mutelist_becomes_an_item_for_each_combination(tmp_path: Path) -> None:
    text = mutelist(Regions=["eu-west-1", "us-*"], Resources=["agent", "^web-.*$"], Description="Known: agents")
    places = [(region, resource) for region in ("eu-west-1", "us-*") for resource in ("agent", "web-*")]

    assert drafts(text, tmp_path) == [
        {
            "check": "ecs-privileged-container",
            "account": "012345678989",
            "region": region,
            "resource": resource,
            "justification": "Known: agents",
        }
        for region, resource in places
    ]


def test_a_mutelist_in_yaml_has_its_account_ids_as_keys_with_or_without_quotes(tmp_path: Path) -> None:
    entry = f"        {PRIVILEGED}: {{Regions: ['*'], Resources: ['*']}}"
    text = f"Mutelist:\n  Accounts:\n    012345678989:\n      Checks:\n{entry}\n"

    assert drafts(text, tmp_path) == [{"check": "ecs-privileged-container", "account": "012345678989"}]


def test_all_accounts_and_a_pattern_of_checks_become_one_item_for_each_check_that_prowler_has(tmp_path: Path) -> None:
    found = [item["check"] for item in drafts(mutelist("ecs_service_*", "*"), tmp_path)]

    assert found == ["ecs-fargate-platform-version", "ecs-service-public-ip"]


def test_every_check_means_those_that_prowler_has_and_no_glob(tmp_path: Path) -> None:
    found = [item["check"] for item in drafts(mutelist("*"), tmp_path)]

    assert sorted(found) == sorted(check.id for check in checks.built_in() if check.aliases)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(mutelist(Tags=["a=b"]), "it has `Tags` of resources", id="tags"),
        pytest.param(mutelist(Exceptions={"Accounts": ["1"]}), "without them it would cover more", id="exceptions"),
        pytest.param(mutelist(Resources=["a|b"]), '"a|b" is a regular expression', id="a regular expression"),
        pytest.param(mutelist("s3_bucket_public"), "s3_bucket_public: auditor has no such check", id="a check of S3"),
        pytest.param(mutelist("([a-z]"), "auditor has no such check", id="a broken regular expression"),
        pytest.param(mutelist(account="my-subscription"), "is not an AWS account", id="an account of another cloud"),
        pytest.param(mutelist(Resources=[]), "it has no `Resources`", id="no resources"),
        pytest.param(
            json.dumps({"Findings": [finding(Workflow={"Status": "NEW"})]}),
            "1 finding not suppressed",
            id="a new finding",
        ),
        pytest.param(
            json.dumps({"Findings": [finding(Compliance={"SecurityControlId": "IAM.3"})] * 2}),
            "2 findings of IAM.3, for which auditor has no check",
            id="findings of other services",
        ),
        pytest.param(
            json.dumps([finding(Resources=[])]), "1 finding of ECS.4 without", id="a finding without a resource"
        ),
        pytest.param(rule("NOTIFIED"), "rule agents: does not suppress findings", id="a rule that notifies"),
        pytest.param(rule(enabled=False), "rule agents: is disabled", id="a disabled rule"),
        pytest.param(
            rule(ResourceTags=[{"Key": "a", "Value": "b", "Comparison": "EQUALS"}]),
            "rule agents: not carried over: without its criterion ResourceTags it would cover more",
            id="a rule for tags of resources",
        ),
        pytest.param(
            rule(ResourceId=[{"Value": "web", "Comparison": "NOT_CONTAINS"}]),
            "without its criterion ResourceId it would cover more",
            id="a rule with a negation",
        ),
        pytest.param(
            rule(ComplianceSecurityControlId=equals("IAM.1")),
            "names no control for which",
            id="a rule of another service",
        ),
    ],
)
def test_what_does_not_fit_is_reported_and_not_made_broader(text: str, sentence: str, tmp_path: Path) -> None:
    result = run(text, tmp_path)

    assert result.exit_code == 0
    assert sentence in result.stderr
    assert parse(result.stdout, "stdout").data == {"exceptions": []}


def test_a_text_that_prowler_finds_anywhere_is_carried_over_as_a_whole_name_with_a_remark(tmp_path: Path) -> None:
    result = run(mutelist(Resources=["agent"]), tmp_path)

    assert "agent now has to be the whole name, family or ARN; Prowler finds it anywhere" in result.stderr


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"Compliance": {}, "ProductFields": {"ControlId": "ECS.4"}},
        {"Compliance": {}, "GeneratorId": "aws-foundational-security-best-practices/v/1.0.0/ECS.4"},
    ],
)
def test_a_suppressed_finding_becomes_an_item_for_its_resource(fields: dict[str, Any], tmp_path: Path) -> None:
    text = json.dumps({"Findings": [finding(Note={"Text": "Signed image."}, **fields)]})

    assert drafts(text, tmp_path) == [
        {
            "check": "ecs-privileged-container",
            "account": "012345678989",
            "region": "eu-west-1",
            "resource": "arn:aws:ecs:eu-west-1:012345678989:task-definition/web:7",
            "justification": "Signed image.",
        }
    ]


def test_a_suppressing_rule_becomes_an_item_for_each_combination_of_its_criteria(tmp_path: Path) -> None:
    text = rule(
        AwsAccountId=equals("111122223333", "444455556666"),
        ResourceId=[{"Value": "arn:aws:ecs:eu-west-1:", "Comparison": "PREFIX"}],
        RecordState=equals("ACTIVE"),
    )

    assert drafts(text, tmp_path) == [
        {
            "check": "ecs-privileged-container",
            "account": account,
            "resource": "arn:aws:ecs:eu-west-1:*",
            "justification": "Known.",
        }
        for account in ("111122223333", "444455556666")
    ]


@pytest.mark.parametrize(
    "text", ["a: 1\n", '{"Mutelist": []}', "[]", '{"Findings"', "Mutelist:\n  Accounts:\n    x: 1\n"]
)
def test_a_file_of_another_kind_is_refused(text: str, tmp_path: Path) -> None:
    result = run(text, tmp_path)

    assert result.exit_code == 2
    assert "source" in result.stderr
    assert "-> " in result.stderr


def test_a_draft_is_refused_until_its_placeholders_are_replaced(tmp_path: Path) -> None:
    file = tmp_path / "exceptions.yaml"
    file.write_text(run(mutelist(), tmp_path).stdout, encoding="utf-8")
    refused = CliRunner().invoke(main, ["validate", "--exceptions", str(file)])
    text = file.read_text(encoding="utf-8")
    for key, value in {"reason": "false-positive", "justification": "Known.", "owner": "sec"}.items():
        text = text.replace(f"{key}: AUDITOR_REPLACE_ME", f"{key}: {value}")
    file.write_text(text.replace("expires: AUDITOR_REPLACE_ME", "expires: 2020-01-01"), encoding="utf-8")
    accepted = CliRunner().invoke(main, ["validate", "--exceptions", str(file)])

    assert (refused.exit_code, refused.stderr.count("is still AUDITOR_REPLACE_ME")) == (2, 4)
    assert (accepted.exit_code, accepted.stdout.count("expired on 2020-01-01")) == (0, 1)


def test_each_alias_is_explained_on_the_manual_page_of_its_check() -> None:
    pages = {alias: check.manual for check in checks.built_in() for alias in check.aliases}

    assert [alias for alias, page in pages.items() if alias not in page] == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Findings", "Rules", "Workflow", "Status", "Criteria", "Actions", "AwsAccountId", "Resources"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_read_or_refused(data: object) -> None:
    if security_hub.is_export(data):
        assert security_hub.read_export(data, PEERS).drafts == []


@given(st.lists(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=30), max_size=3), max_size=3))
def test_what_is_written_as_yaml_is_read_back_unchanged(items: list[dict[str, str]]) -> None:
    data = {"items": items}

    assert parse(dump(data), "text").data == data
