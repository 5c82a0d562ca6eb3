"""The templates in config/deploy: their permissions, and that their task passes the auditor's own checks."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor import cli
from auditor.aws import collectors, mac_key, organizations, regions
from auditor.domain.check import Status, Verdict
from auditor.domain.coverage import CoverageStatus
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.events import Event, RunEnded, RunFailed
from auditor.domain.reason import Reason
from auditor.parsers.ecs.task_definitions import parse
from auditor.reports.terminal.progress import JsonLines
from auditor.run.run_id import parse_run_id
from tests.builders import NOW, check_by_id, coverage, run_result

CFN_LINT = Path(sys.executable).with_name("cfn-lint")
DEPLOY = Path(__file__).parents[1] / "config" / "deploy"


class Loader(yaml.SafeLoader):
    """Loads CloudFormation's short forms: `!Sub x` becomes `{"Fn::Sub": x}`, `!Ref x` becomes `{"Ref": x}`."""


def intrinsic(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    match node:
        case yaml.ScalarNode():
            value = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", intrinsic)


def template(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((DEPLOY / name).read_text(encoding="utf-8"), Loader)  # noqa: S506 - a SafeLoader
    return loaded


def properties(name: str, resource: str) -> dict[str, Any]:
    found: dict[str, Any] = template(name)["Resources"][resource]["Properties"]
    return found


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every statement of a role's policies, including conditional ones."""
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def actions(role: dict[str, Any], *resources: str) -> set[str]:
    """Return the allowed actions of a role, on any resource or on the given ones."""
    found: set[str] = set()
    for statement in statements(role):
        if not resources or statement["Resource"] in resources:
            action = statement["Action"]
            found |= {action} if isinstance(action, str) else set(action)
    return found


def api_cased(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return CloudFormation properties with the key case of the API. Conditions are true, other intrinsics text."""
    match value:
        case {"Fn::If": [_, each, _]}:
            return api_cased(each)
        case dict() if any("::" in key or key == "Ref" for key in value):
            return str(value)
        case dict():
            return {key[0].lower() + key[1:]: api_cased(member) for key, member in value.items()}
        case list():
            return [api_cased(member) for member in value]
    return value


def variables(command: str) -> set[str]:
    """Return the environment variables that a command reads."""
    return {str(parameter.envvar) for parameter in cli.main.commands[command].params}


def our_task_definition() -> TaskDefinition:
    described = api_cased(properties("nightly.yaml", "TaskDefinition"))
    for container in described["containerDefinitions"]:
        container["image"] = "an-image"
    arn = "arn:aws:ecs:eu-west-1:111122223333:task-definition/audit:1"
    roles = {key: f"arn:aws:iam::111122223333:role/{key}" for key in ("taskRoleArn", "executionRoleArn")}
    return parse({**described, **roles, "family": "audit", "revision": 1, "taskDefinitionArn": arn})


def flagship(task: TaskDefinition) -> Verdict:
    check = check_by_id()
    verdict: Verdict = check.judge(task, check.parameters)
    return verdict


def test_the_flagship_check_does_not_apply_to_the_task() -> None:
    assert flagship(our_task_definition()).status is Status.NOT_APPLICABLE


def test_the_task_would_pass_the_flagship_check_in_host_mode() -> None:
    verdict = flagship(replace(our_task_definition(), network_mode="host"))

    assert verdict.status is Status.PASS
    assert verdict.reasons == ()


def test_the_container_is_hardened_as_far_as_fargate_allows() -> None:
    definition = properties("nightly.yaml", "TaskDefinition")
    (container,) = definition["ContainerDefinitions"]

    assert container["User"] == "10001:10001"
    assert container["Privileged"] is False
    assert container["ReadonlyRootFilesystem"] is True
    assert container["LinuxParameters"] == {"InitProcessEnabled": True, "Capabilities": {"Drop": ["ALL"]}}
    assert [mount["ContainerPath"] for mount in container["MountPoints"]] == ["/tmp"]  # noqa: S108 - the container's
    assert container["LogConfiguration"]["Options"]["mode"] == "non-blocking"
    assert definition["TaskRoleArn"] != definition["ExecutionRoleArn"]


def test_the_container_has_the_maximum_stop_timeout_of_fargate() -> None:
    (container,) = properties("nightly.yaml", "TaskDefinition")["ContainerDefinitions"]

    assert container["StopTimeout"] == 120


def test_the_member_role_allows_exactly_the_actions_of_the_checks() -> None:
    with_all_parts = (collector.reading(collector.optional_parts) for collector in collectors.all_collectors())
    needed = {action for collector in with_all_parts for action in collector.all_actions}

    assert actions(properties("member-role.yaml", "AuditorReadOnly")) == needed | set(regions.ACTIONS)


def test_the_member_role_is_read_only() -> None:
    for action in actions(properties("member-role.yaml", "AuditorReadOnly")):
        assert re.fullmatch(r"[a-z0-9]+:(Describe|List)[A-Za-z]+|tag:GetResources", action), (
            f"{action} could change or open something"
        )


def test_the_member_role_trusts_one_role_of_one_organization_for_an_hour() -> None:
    role = properties("member-role.yaml", "AuditorReadOnly")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]

    assert trust["Principal"] == {"AWS": {"Ref": "AuditorRoleArn"}}
    assert trust["Action"] == "sts:AssumeRole"
    assert trust["Condition"]["StringEquals"]["aws:PrincipalOrgID"] == {"Ref": "OrganizationId"}
    assert trust["Condition"]["StringEquals"]["sts:ExternalId"]["Fn::If"][0] == "HasExternalId"
    assert role["MaxSessionDuration"] == 3600


@pytest.mark.parametrize(
    ("arn", "fits"),
    [
        ("arn:aws:iam::111122223333:role/audit-TaskRole-1A2B3C", True),
        ("arn:aws-us-gov:iam::111122223333:role/path/audit", True),
        ("arn:aws:iam::111122223333:root", False),
        ("arn:aws:iam::111122223333:role/*", False),
        ("*", False),
    ],
)
def test_the_member_role_accepts_only_a_single_role_as_principal(arn: str, fits: bool) -> None:  # noqa: FBT001 - parametrized
    pattern = template("member-role.yaml")["Parameters"]["AuditorRoleArn"]["AllowedPattern"]

    assert bool(re.search(pattern, arn)) is fits


def test_both_templates_agree_on_the_name_of_the_member_role() -> None:
    member = template("member-role.yaml")["Parameters"]["RoleName"]["Default"]
    nightly = template("nightly.yaml")["Parameters"]["MemberRoleName"]["Default"]

    assert member == nightly


def test_the_task_assumes_roles_inside_the_organization_only() -> None:
    granted = statements(properties("nightly.yaml", "TaskRole"))
    assuming = [statement for statement in granted if statement["Action"] == "sts:AssumeRole"]

    assert assuming
    for statement in assuming:
        assert statement["Condition"] == {"StringEquals": {"aws:ResourceOrgID": {"Ref": "OrganizationId"}}}


def test_no_role_of_the_nightly_task_has_a_wildcard_action() -> None:
    for role in ("TaskRole", "ExecutionRole", "SchedulerRole"):
        assert not [action for action in actions(properties("nightly.yaml", role)) if "*" in action]


def test_only_actions_without_resource_level_permissions_are_allowed_on_every_resource() -> None:
    everywhere = set[str]()
    for role in ("TaskRole", "ExecutionRole", "SchedulerRole"):
        everywhere |= actions(properties("nightly.yaml", role), "*")

    assert {action for action in everywhere if not action.startswith("organizations:")} == {"ecr:GetAuthorizationToken"}


def test_the_task_cannot_change_its_configuration_or_delete_results() -> None:
    on_objects = [
        statement
        for statement in statements(properties("nightly.yaml", "TaskRole"))
        if "${Bucket.Arn}/" in str(statement["Resource"])
    ]
    writable = {statement["Resource"]["Fn::Sub"] for statement in on_objects if "s3:PutObject" in statement["Action"]}

    assert writable == {"${Bucket.Arn}/${ResultPrefix}/*"}
    assert not [action for action in actions(properties("nightly.yaml", "TaskRole")) if "Delete" in action]


def test_the_task_has_exactly_the_organization_bucket_and_key_permissions_that_the_code_uses() -> None:
    allowed = actions(properties("nightly.yaml", "TaskRole")) - {"sts:AssumeRole"}

    # The code does not list the bucket, but with this permission S3 reports missing objects as missing.
    assert allowed == {
        *organizations.ACTIONS,
        *mac_key.ACTIONS,
        *("s3:GetObject", "s3:PutObject", "s3:ListBucket"),
    }


def test_the_task_may_use_no_other_key_than_the_mac_key() -> None:
    (statement,) = [
        statement
        for statement in statements(properties("nightly.yaml", "TaskRole"))
        if statement["Action"] == list(mac_key.ACTIONS)
    ]

    assert statement["Resource"] == {"Ref": "MacKeyArn"}


def test_the_command_reads_every_variable_of_the_task() -> None:
    (container,) = properties("nightly.yaml", "TaskDefinition")["ContainerDefinitions"]
    names = {
        (variable["Fn::If"][1] if "Fn::If" in variable else variable)["Name"] for variable in container["Environment"]
    }
    (command,) = container["Command"]

    assert names <= variables(command)


def run_ended(exit_code: int = 0, *, complete: bool = True, delivered: bool = True, published: bool = True) -> RunEnded:
    records = [coverage() if complete else coverage(CoverageStatus.NOT_EXAMINED, reason=Reason.ROLE_DENIED)]
    return RunEnded(run_result(records), exit_code, delivered, published, "s3://bucket/audit", "report.html")


@pytest.mark.parametrize(
    ("event", "metrics"),
    [
        pytest.param(run_ended(), {"RunsEnded"}, id="complete"),
        pytest.param(run_ended(4, complete=False), {"RunsEnded", "RunsIncomplete"}, id="incomplete"),
        pytest.param(run_ended(1, delivered=False, published=False), {"RunsFailed"}, id="complete and not delivered"),
        pytest.param(run_ended(1, published=False), {"RunsFailed"}, id="delivered and not published"),
        pytest.param(run_ended(6), {"RunsEnded", "RunsFailed"}, id="complete, and stored state was changed"),
        pytest.param(run_ended(published=False), set(), id="narrowed by flags"),
        pytest.param(RunFailed("The bucket refused.", "Allow it.", 1), {"RunsFailed"}, id="failed before the scan"),
        pytest.param(RunFailed("Unknown flag.", "Remove it.", 2), {"RunsFailed"}, id="a wrong setting"),
        pytest.param(RunFailed("Claimed by another run.", "", 0), set(), id="another process has the run"),
    ],
)
def test_the_alarms_count_the_last_log_line_of_a_run(event: Event, metrics: set[str]) -> None:
    stream = io.StringIO()
    JsonLines(stream)(event)
    line = json.loads(stream.getvalue())

    patterns = {metric: properties("nightly.yaml", metric)["FilterPattern"] for metric in METRICS}

    assert {metric for metric, pattern in patterns.items() if matches(pattern, line)} == metrics


METRICS = ("RunsEnded", "RunsIncomplete", "RunsFailed")


def matches(pattern: str, line: dict[str, Any]) -> bool:
    """Return whether a filter pattern, a disjunction of conjunctions, matches a log line."""
    alternatives = [
        re.findall(r"\$\.(\w+) (?:= (\"[^\"]*\"|\d+)|IS (TRUE|FALSE))", alternative)
        for alternative in pattern.split("||")
    ]
    assert all(alternatives)
    return any(
        all(line.get(name) == json.loads(text or word.lower()) for name, text, word in terms) for terms in alternatives
    )


def test_the_bucket_is_private_encrypted_versioned_and_retained() -> None:
    bucket = template("nightly.yaml")["Resources"]["Bucket"]
    closed = bucket["Properties"]["PublicAccessBlockConfiguration"]
    (encryption,) = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]

    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    assert len(closed) == 4
    assert all(closed.values())
    assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["Properties"]["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def test_latest_json_and_all_state_but_the_history_never_expire() -> None:
    rules = properties("nightly.yaml", "Bucket")["LifecycleConfiguration"]["Rules"]

    folders = ("findings", "coverage", "changes", "state/history", "runs")
    expiring = {rule["Prefix"]["Fn::Sub"] for rule in rules if "ExpirationInDays" in rule}
    assert expiring == {f"${{ResultPrefix}}/{folder}/" for folder in folders}


@pytest.mark.parametrize(("policy", "service"), [("BucketPolicy", "s3"), ("DeadLettersPolicy", "sqs")])
def test_access_without_tls_is_denied(policy: str, service: str) -> None:
    (statement,) = properties("nightly.yaml", policy)["PolicyDocument"]["Statement"]

    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", f"{service}:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_schedule_is_in_utc_with_retries_and_a_dead_letter_queue() -> None:
    schedule = properties("nightly.yaml", "Schedule")

    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert schedule["FlexibleTimeWindow"]["Mode"] == "FLEXIBLE"
    assert schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] > 0
    assert schedule["Target"]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": "DeadLetters.Arn"}}
    assert properties("nightly.yaml", "DeadLetters")["SqsManagedSseEnabled"] is True


def test_a_schedule_that_fires_twice_uses_the_same_run_id() -> None:
    (container,) = properties("nightly.yaml", "TaskDefinition")["ContainerDefinitions"]
    template = properties("nightly.yaml", "Schedule")["Target"]["Input"]
    (override,) = json.loads(template.replace("<aws.scheduler.scheduled-time>", "2026-11-23T02:00:00Z"))[
        "containerOverrides"
    ]
    (variable,) = override["environment"]

    assert override["name"] == container["Name"]
    assert variable["name"] in variables("run")
    assert parse_run_id(variable["value"], variable["name"], NOW) == "20261123T020000Z-scheduled"


def test_the_task_has_no_public_address_by_default_and_only_outbound_tls() -> None:
    (egress,) = properties("nightly.yaml", "SecurityGroup")["SecurityGroupEgress"]

    assert template("nightly.yaml")["Parameters"]["AssignPublicIp"]["Default"] == "DISABLED"
    assert (egress["IpProtocol"], egress["FromPort"], egress["ToPort"]) == ("tcp", 443, 443)
    assert "SecurityGroupIngress" not in properties("nightly.yaml", "SecurityGroup")


@pytest.mark.slow
@pytest.mark.skipif(not CFN_LINT.exists(), reason="cfn-lint is not installed")
@pytest.mark.parametrize("name", ["member-role.yaml", "nightly.yaml"])
def test_cfn_lint_reports_nothing(name: str) -> None:
    command = [str(CFN_LINT), "--include-checks", "I", "--", str(DEPLOY / name)]
    linted = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (linted.returncode, linted.stdout + linted.stderr) == (0, "")
