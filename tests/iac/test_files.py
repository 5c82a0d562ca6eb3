"""Every supported format of files, and the problems of other files."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor import checks
from auditor.domain.ecs.workloads import Cluster, Service, TaskSet
from auditor.domain.errors import ConfigError
from auditor.domain.file_report import SourceLocation
from auditor.engine.ports import ConfiguredCheck
from auditor.iac import read
from tests.iac.sample_files import check_file, container_check, fact_check, only_finding, plan, status_of, template

BAD = {"family": "web", "networkMode": "host", "containerDefinitions": [{"name": "a", "privileged": True}]}
PASCAL = {"Family": "web", "NetworkMode": "host", "ContainerDefinitions": [{"Name": "a", "Privileged": "true"}]}
CORPUS = Path(__file__).parents[1] / "corpus" / "taskdefs.jsonl"
ALL_LINES: list[dict[str, Any]] = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
#: In files, definitions without containers are UNKNOWN: ECS registers none.
LINES = [line for line in ALL_LINES if line["facts"]["containerDefinitions"]]


def pascal_case(value: Any, key: str = "") -> Any:  # noqa: ANN401 - JSON data
    """Return data in the spelling of CloudFormation, with booleans as text."""
    if isinstance(value, list):
        return [pascal_case(item) for item in value]
    if isinstance(value, dict):
        return {
            name if key == "options" else name[:1].upper() + name[1:]: pascal_case(member, name)
            for name, member in value.items()
        }
    return str(value).lower() if isinstance(value, bool) else value


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text, "f.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(BAD, id="bare"),
        pytest.param(PASCAL, id="the spelling of CloudFormation"),
        pytest.param(
            {"taskDefinition": {**BAD, "revision": 7}, "tags": []}, id="the output of describe-task-definition"
        ),
        pytest.param({"TaskDefinition": PASCAL}, id="wrapped"),
        pytest.param({"taskDefinitions": [BAD]}, id="a wrapped list"),
        pytest.param([BAD], id="a list"),
        pytest.param([{"taskDefinition": BAD}], id="a list of wrapped task definitions"),
        pytest.param({**BAD, "containerDefinitions": json.dumps(BAD["containerDefinitions"])}, id="containers as text"),
        pytest.param({**BAD, "pidMode": None, "volumes": None, "tags": None, "ipcMode": None}, id="null members"),
        pytest.param(
            {**BAD, "containerDefinitions": [{"name": "a", "user": 0, "memory": "512", "environment": None}]},
            id="values of other types",
        ),
        pytest.param({"network_mode": "host", "container_definitions": BAD["containerDefinitions"]}, id="snake case"),
        pytest.param(
            {**BAD, "containerDefinitions": [{"name": "a", "user": {"Ref": "X"}, "privileged": True}]}, id="a reference"
        ),
    ],
)
def test_a_task_definition_is_read_in_every_form(data: Any) -> None:  # noqa: ANN401 - JSON data
    assert status_of(json.dumps(data)) == ("FAIL", ())


def test_a_list_of_containers_has_no_network_mode() -> None:
    assert status_of('[{"name": "a", "image": "x", "privileged": true}]') == ("NOT_APPLICABLE", ())
    assert status_of(
        '[{"name": "a", "image": "x", "privileged": true}]', container_check(lambda container: container.privileged)
    ) == ("FAIL", ())


@pytest.mark.parametrize("text", ["${USER}", "{{ user }}", "<USER>", "$USER", "r${X}", "$(whoami)"])
def test_a_placeholder_is_an_unresolved_value(text: str) -> None:
    data = {**BAD, "containerDefinitions": [{"name": "a", "user": text}]}

    assert status_of(json.dumps(data))[0] == "UNKNOWN"


@pytest.mark.parametrize("change", [lambda data: data, pascal_case, lambda data: {"TaskDefinition": pascal_case(data)}])
@pytest.mark.parametrize("line", LINES, ids=lambda line: line["id"])
def test_a_published_definition_gets_its_expected_verdict(line: dict[str, Any], change: Callable[[Any], Any]) -> None:
    finding = only_finding(json.dumps(change(line["facts"]))).finding

    failing = finding.evidence if finding.status == "FAIL" else ()
    assert finding.status == line["expected"]["verdict"]
    assert [{"container": evidence.part, "reasons": list(evidence.reasons)} for evidence in failing] == line[
        "expected"
    ]["failing"]


def test_a_substituted_literal_is_a_known_text() -> None:
    body = "{NetworkMode: host, ContainerDefinitions: [{Name: a, User: !Sub 'app${!x}'}]}"

    assert status_of(template(body)) == ("PASS", ())


@pytest.mark.parametrize("line", [line for line in ALL_LINES if line not in LINES], ids=lambda line: line["id"])
def test_a_definition_without_containers_is_unknown(line: dict[str, Any]) -> None:
    assert status_of(json.dumps(line["facts"])) == ("UNKNOWN", ("containerDefinitions, which is missing or empty",))


ALL_CHECKS = tuple(ConfiguredCheck(check, check.parameters) for check in checks.load())


@pytest.mark.parametrize("line", LINES[::4], ids=lambda line: line["id"])
def test_no_check_crashes_on_a_published_definition(line: dict[str, Any]) -> None:
    findings = [finding.finding for finding in check_file(json.dumps(pascal_case(line["facts"])), *ALL_CHECKS).findings]

    assert [finding.remediation for finding in findings if "internal-error" in finding.reasons] == []
    assert {finding.status.value for finding in findings} >= {"PASS", "NOT_APPLICABLE"}


@pytest.mark.parametrize("kind", ["Service", "TaskSet", "Cluster", "CapacityProvider"])
@pytest.mark.parametrize("properties", ["{}", "{LaunchType: !Ref X, Tags: !Ref X, Cluster: !Ref X, Name: a}"])
def test_no_check_crashes_on_other_resources(kind: str, properties: str) -> None:
    file_findings = check_file(template(properties, type_=f"AWS::ECS::{kind}"), *ALL_CHECKS).findings
    findings = [finding.finding for finding in file_findings]

    assert findings
    assert [finding.remediation for finding in findings if "internal-error" in finding.reasons] == []


def test_a_described_revision_without_tags_has_unread_tags() -> None:
    untagged = fact_check(lambda task: task.tags == {})
    unread = fact_check(lambda task: task.tags is None)

    assert status_of(json.dumps({"taskDefinition": {**BAD, "revision": 3}}), unread)[0] == "FAIL"
    assert status_of(json.dumps({"taskDefinition": {**BAD, "revision": 3}, "tags": []}), untagged)[0] == "FAIL"
    assert status_of(json.dumps(BAD), untagged)[0] == "FAIL"
    tagged = {"taskDefinition": BAD, "tags": [{"key": "a", "value": "b"}]}
    assert status_of(json.dumps(tagged), fact_check(lambda task: task.tags["a"] == "b"))[0] == "FAIL"


def test_a_finding_has_the_lines_of_resource_and_container() -> None:
    text = "Resources:\n  It:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      NetworkMode: host\n"
    text += (
        "      ContainerDefinitions:\n        - Name: a\n          User: '1'\n        - Name: b\n          User: root\n"
    )

    assert only_finding(text).locations == (SourceLocation("f.yaml", 2), SourceLocation("f.yaml", 9))


@pytest.mark.parametrize(
    ("value", "parameters", "conditions", "verdict"),
    [
        pytest.param("!Ref P", "{P: {Type: String, Default: host}}", "{}", "FAIL", id="a default value"),
        pytest.param(
            "!Ref P",
            "{P: {Type: String, AllowedValues: [bridge, awsvpc]}}",
            "{}",
            "NOT_APPLICABLE",
            id="allowed values without host",
        ),
        pytest.param(
            "!Ref P",
            "{P: {Type: String, AllowedValues: [host, awsvpc]}}",
            "{}",
            "UNKNOWN",
            id="allowed values with host",
        ),
        pytest.param(
            "!Ref P",
            "{P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /net}}",
            "{}",
            "UNKNOWN",
            id="a default that is an SSM key",
        ),
        pytest.param("!Ref AWS::NoValue", "{}", "{}", "NOT_APPLICABLE", id="no value"),
        pytest.param("!Sub 'ho${P}'", "{P: {Default: st}}", "{}", "FAIL", id="a substitution"),
        pytest.param("!Sub ['ho${Q}', {Q: st}]", "{}", "{}", "FAIL", id="a substitution with a local variable"),
        pytest.param("!Sub 'ho${!st}'", "{}", "{}", "UNKNOWN", id="a literal that is no network mode"),
        pytest.param("!Join ['', [ho, !Ref P]]", "{P: {Default: st}}", "{}", "FAIL", id="a join"),
        pytest.param("!Select [1, [awsvpc, host]]", "{}", "{}", "FAIL", id="a selection"),
        pytest.param("!Select ['1', !Split [',', 'a,host']]", "{}", "{}", "FAIL", id="a selection from a split"),
        pytest.param(
            "!Select [0, !Ref P]", "{P: {Type: CommaDelimitedList, Default: 'host, b'}}", "{}", "FAIL", id="list"
        ),
        pytest.param("!FindInMap [No, no, no]", "{}", "{}", "UNKNOWN", id="a missing mapping"),
        pytest.param("!ImportValue x", "{}", "{}", "UNKNOWN", id="an import"),
        pytest.param("'{{resolve:ssm:/net}}'", "{}", "{}", "UNKNOWN", id="a dynamic reference"),
        pytest.param(
            "!If [C, host, bridge]", "{P: {Default: x}}", "{C: !Equals [!Ref P, x]}", "FAIL", id="a true condition"
        ),
        pytest.param("!If [C, host, bridge]", "{}", "{C: !Equals [a, b]}", "NOT_APPLICABLE", id="a false condition"),
        pytest.param("!If [C, host, host]", "{P: {}}", "{C: !Equals [!Ref P, x]}", "FAIL", id="host in both branches"),
        pytest.param(
            "!If [C, host, bridge]", "{P: {}}", "{C: !Equals [!Ref P, x]}", "UNKNOWN", id="an unknown condition"
        ),
        pytest.param(
            "!If [C, host, bridge]",
            "{P: {}}",
            "{C: !And [!Condition D, !Equals [!Ref P, x]], D: !Not [!Equals [a, a]]}",
            "NOT_APPLICABLE",
            id="a conjunction with a false operand",
        ),
        pytest.param(
            "!If [C, host, bridge]",
            "{P: {}}",
            "{C: !Or [!Equals [!Ref P, x], !Equals [a, a]]}",
            "FAIL",
            id="a disjunction with a true operand",
        ),
        pytest.param("!If [C, host, bridge]", "{}", "{C: !Condition C}", "UNKNOWN", id="a circular condition"),
    ],
)
def test_intrinsic_functions_are_evaluated(value: str, parameters: str, conditions: str, verdict: str) -> None:
    body = f"{{NetworkMode: {value}, ContainerDefinitions: [{{Name: a, User: root}}]}}"

    assert status_of(template(body, parameters=parameters, conditions=conditions))[0] == verdict


def test_sam_templates_and_json_templates_are_read() -> None:
    resource = {"Type": "AWS::ECS::TaskDefinition", "Properties": {**PASCAL, "NetworkMode": {"Fn::Sub": "host"}}}
    text = json.dumps({"Transform": "AWS::Serverless-2016-10-31", "Globals": {}, "Resources": {"It": resource}})

    assert status_of(text) == ("FAIL", ())
    assert check_file('{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}').findings == ()


@pytest.mark.parametrize(
    ("kind", "fact_type", "properties", "fails"),
    [
        pytest.param("Service", Service, "{EnableExecuteCommand: 'true'}", lambda fact: fact.exec_enabled, id="exec"),
        pytest.param(
            "Service",
            Service,
            "{NetworkConfiguration: {AwsvpcConfiguration: {AssignPublicIp: ENABLED}}, LaunchType: FARGATE}",
            lambda fact: fact.placement.public_ip and fact.placement.on_fargate,
            id="a public address",
        ),
        pytest.param(
            "Service",
            Service,
            "{CapacityProviderStrategy: [{CapacityProvider: FARGATE_SPOT}], PlatformVersion: 1.3.0}",
            lambda fact: fact.placement.on_fargate and fact.placement.platform_version == "1.3.0",
            id="a platform",
        ),
        pytest.param(
            "TaskSet",
            TaskSet,
            "{Service: s, Cluster: c, NetworkConfiguration: {AwsvpcConfiguration: {AssignPublicIp: ENABLED}}}",
            lambda fact: fact.placement.public_ip,
            id="a task set",
        ),
        pytest.param(
            "Cluster",
            Cluster,
            "{ClusterSettings: [{Name: containerInsights, Value: enhanced}]}",
            lambda fact: fact.container_insights == "enhanced",
            id="insights",
        ),
        pytest.param(
            "Cluster",
            Cluster,
            "{Configuration: {ExecuteCommandConfiguration: {Logging: OVERRIDE, LogConfiguration: "
            "{S3BucketName: b, S3EncryptionEnabled: true}}}}",
            lambda fact: fact.exec_logging.bucket == "b" and fact.exec_logging.bucket_encrypted,
            id="the log of ECS Exec",
        ),
    ],
)
def test_other_resources_are_read(
    kind: str, fact_type: type[Any], properties: str, fails: Callable[[Any], Any]
) -> None:
    assert status_of(template(properties, type_=f"AWS::ECS::{kind}"), fact_check(fails, fact_type)) == ("FAIL", ())
    assert status_of(template("{}", type_=f"AWS::ECS::{kind}"), fact_check(fails, fact_type)) == ("PASS", ())


@pytest.mark.parametrize(
    ("kind", "fact_type", "properties", "fails"),
    [
        ("Service", Service, "{EnableExecuteCommand: !Ref P}", lambda fact: fact.exec_enabled),
        ("Service", Service, "{NetworkConfiguration: !Ref P}", lambda fact: fact.placement.public_ip is None),
        ("Cluster", Cluster, "{ClusterSettings: !Ref P}", lambda fact: fact.container_insights != "enabled"),
        ("Cluster", Cluster, "{Configuration: !Ref P}", lambda fact: fact.exec_logging.logging is None),
    ],
)
def test_unresolved_values_of_other_resources_are_unknown(
    kind: str, fact_type: type[Any], properties: str, fails: Callable[[Any], Any]
) -> None:
    assert status_of(template(properties, type_=f"AWS::ECS::{kind}"), fact_check(fails, fact_type))[0] == "UNKNOWN"


TASK = {"network_mode": "host", "family": "web", "container_definitions": json.dumps(BAD["containerDefinitions"])}


@pytest.mark.parametrize(
    ("values", "unknown", "verdict"),
    [
        pytest.param(TASK, {"arn": True, "revision": True}, "FAIL", id="all relevant values planned"),
        pytest.param(TASK, {"network_mode": True}, "UNKNOWN", id="an unknown network mode"),
        pytest.param({"network_mode": "host"}, {"container_definitions": True}, "UNKNOWN", id="unknown containers"),
        pytest.param(
            {"network_mode": "awsvpc"},
            {"container_definitions": True},
            "NOT_APPLICABLE",
            id="unknown containers outside the host network",
        ),
    ],
)
def test_a_terraform_plan_is_read(values: dict[str, Any], unknown: dict[str, Any], verdict: str) -> None:
    finding = only_finding(plan("aws_ecs_task_definition", values, unknown))

    assert finding.finding.status == verdict
    assert finding.name == "module.a.aws_ecs_task_definition.it"
    assert all("(known after apply)" in expression for expression in finding.depends_on)


def test_blocks_of_a_terraform_plan_are_read() -> None:
    values = {
        **TASK,
        "pid_mode": "host",
        "requires_compatibilities": ["EC2"],
        "runtime_platform": [{"operating_system_family": "LINUX"}],
        "volume": [
            {"name": "v", "host_path": "/etc", "efs_volume_configuration": []},
            {"name": "e", "host_path": "", "efs_volume_configuration": [{"transit_encryption": "ENABLED"}]},
        ],
        "tags": None,
        "tags_all": {"a": "b"},
    }
    tasks: list[Any] = []

    status_of(plan("aws_ecs_task_definition", values), fact_check(tasks.append))

    task = tasks[0]
    assert (task.pid_mode, task.os_family, task.launch_types, task.tags) == ("host", "LINUX", ("EC2",), {"a": "b"})
    assert [(volume.host_path, volume.efs, volume.transit_encryption) for volume in task.volumes] == [
        ("/etc", False, None),
        (None, True, "ENABLED"),
    ]


def test_an_unknown_host_path_of_a_plan_is_unknown() -> None:
    text = plan("aws_ecs_task_definition", {**TASK, "volume": [{"name": "v"}]}, {"volume": [{"host_path": True}]})

    assert (
        status_of(text, fact_check(lambda task: any(volume.host_path == "/" for volume in task.volumes)))[0]
        == "UNKNOWN"
    )


def test_services_and_clusters_of_a_terraform_plan_are_read() -> None:
    service = {"name": "s", "network_configuration": [{"assign_public_ip": True}], "enable_execute_command": True}
    cluster = {"name": "c", "setting": [{"name": "containerInsights", "value": "enabled"}]}

    assert (
        status_of(plan("aws_ecs_service", service), fact_check(lambda fact: fact.placement.public_ip, Service))[0]
        == "FAIL"
    )
    assert (
        status_of(
            plan("aws_ecs_cluster", cluster), fact_check(lambda fact: fact.container_insights == "enabled", Cluster)
        )[0]
        == "FAIL"
    )


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        (
            template("{}", type_="AWS::ECS::DaemonTaskDefinition"),
            "It",
            "AWS::ECS::DaemonTaskDefinition cannot be examined in files",
        ),
        ("Resources:\n  Fn::ForEach::X: [a]\n", "Fn::ForEach::X", "known only during deployment"),
        ("Fn::Transform: x\nResources: {}\n", "Fn::Transform", "known only during deployment"),
        (
            json.dumps({"format_version": "2.0", "planned_values": {}}),
            "plan",
            "its format version 2.0 is not known",
        ),
        (
            json.dumps({"planned_values": {}, "errored": True}),
            "plan",
            "planning ended with an error, so resources may be missing",
        ),
        (
            json.dumps(
                {
                    "planned_values": {},
                    "deferred_changes": [
                        {"resource_change": {"address": "module.a.aws_ecs_service.it[0]"}},
                        {"resource_change": {"address": "aws_vpc.it", "type": "aws_vpc"}},
                    ],
                }
            ),
            "module.a.aws_ecs_service.it[0]",
            "Terraform deferred its planning",
        ),
        (template("!Transform x"), "It", "its properties cannot be read"),
        (
            plan("aws_ecs_express_gateway_service", {}),
            "module.a.aws_ecs_express_gateway_service.it",
            "cannot be examined",
        ),
        (template("{}", type_="AWS::CloudFormation::Stack"), "It", "in another template or module"),
        (template("{}", type_="AWS::CloudFormation::StackSet"), "It", "in another template or module"),
        (template("{}", type_="AWS::Serverless::Application"), "It", "in another template or module"),
        (template("{}", type_="Acme::Web::Service::MODULE"), "It", "in another template or module"),
        (plan("aws_cloudformation_stack", {}), "module.a.aws_cloudformation_stack.it", "in another template"),
        (plan("aws_cloudcontrolapi_resource", {}), "module.a.aws_cloudcontrolapi_resource.it", "in another template"),
        ("Transform: AWS::Include\nResources: {}\n", "Transform", "AWS::Include can add and change resources"),
        ("Transform: {Name: Mine}\nResources: {}\n", "Transform", "{Name: Mine} can add and change resources"),
        ("Resources: {A: null}\n", "A", "it is not a mapping"),
        ("Resources: {A: [x]}\n", "A", "it is not a mapping"),
        ("Resources: {A: {Properties: {}}}\n", "A", "its type is missing or is not text"),
        ("Resources: {A: {Type: !Ref Kind}}\n", "A", "its type is missing or is not text"),
        ("Resources: [A]\n", "Resources", "it is not a mapping"),
        (json.dumps({"planned_values": None}), "planned_values", "it is not an object"),
        (json.dumps({"planned_values": {"root_module": []}}), "root_module", "it is not an object"),
        (
            json.dumps({"planned_values": {"root_module": {"resources": {}}}}),
            "root_module.resources",
            "it is not a list of objects",
        ),
        (json.dumps({"planned_values": {}, "resource_changes": {}}), "resource_changes", "it is not a list"),
        (json.dumps({"planned_values": {}, "complete": False}), "plan", "it is incomplete"),
        (
            json.dumps(
                {
                    "planned_values": {},
                    "resource_changes": [
                        {"address": "aws_ecs_service.a", "change": {"actions": ["update"]}},
                        {"address": "aws_ecs_service.b", "change": {"actions": ["delete"]}},
                    ],
                }
            ),
            "aws_ecs_service.a",
            "it has no planned values",
        ),
        (
            '{"planned_values": {"root_module": ' + '{"child_modules": [' * 201 + "{}" + "]}" * 201 + "}}",
            "root_module",
            "modules are nested deeper than 200 levels",
        ),
        (plan("acme_ecs_task_definition", {}), "module.a.acme_ecs_task_definition.it", "cannot be examined"),
        (plan("awscc_ecs_service", {}), "module.a.awscc_ecs_service.it", "cannot be examined"),
    ],
)
def test_unreadable_parts_of_a_file_are_reported(text: str, name: str, reason: str) -> None:
    (item,) = check_file(text).unchecked

    assert item.name == name
    assert reason in item.reason


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ("{Fn::Transform: x, PidMode: task, ContainerDefinitions: [{Name: a}]}", "!Transform x"),
        ("{Fn::ForEach::X: [a, [b], {}], ContainerDefinitions: [{Name: a}]}", "!ForEach::X [a, [b], {}]"),
        ("{ContainerDefinitions: []}", "containerDefinitions, which is missing or empty"),
        ("{ContainerDefinitions: [!Ref AWS::NoValue]}", "containerDefinitions, which is missing or empty"),
        ("{ContainerDefinitions: !If [C, [], !Ref AWS::NoValue]}", "containerDefinitions, which is missing or empty"),
        ("{ContainerDefinitions: [{Name: a}], PidMode: HOST}", "HOST, which is not a value of pidMode"),
        ("{ContainerDefinitions: [{Name: a}], PidMode: __PID__}", "__PID__"),
    ],
)
def test_a_member_that_decides_and_is_not_known_is_named(properties: str, name: str) -> None:
    shares_processes = fact_check(lambda task: task.pid_mode == "host")

    assert status_of(template(properties), shares_processes) == ("UNKNOWN", (name,))


def test_a_planned_resource_without_a_change_is_unknown() -> None:
    text = plan("aws_ecs_task_definition", TASK).replace('"resource_changes"', '"other"')

    address = "module.a.aws_ecs_task_definition.it"
    assert status_of(text) == ("UNKNOWN", (f"{address}, which is not in resource_changes",))


@pytest.mark.parametrize(
    ("expressions", "verdict"),
    [
        pytest.param({}, "NOT_APPLICABLE", id="left out"),
        pytest.param({"network_mode": {"references": ["var.x"]}}, "UNKNOWN", id="computed"),
    ],
)
def test_a_value_that_is_left_out_has_its_default(expressions: dict[str, Any], verdict: str) -> None:
    values = {"container_definitions": TASK["container_definitions"]}
    document = json.loads(plan("aws_ecs_task_definition", values, {"network_mode": True}))
    resource = {"address": "aws_ecs_task_definition.it", "expressions": expressions}
    call = {"module": {"resources": [resource]}}
    document["configuration"] = {"root_module": {"module_calls": {"a": call}}}

    assert status_of(json.dumps(document))[0] == verdict


@pytest.mark.parametrize(
    ("others", "values", "verdict"),
    [
        pytest.param([], {}, "NOT_APPLICABLE", id="only resources of ECS, which compute IDs and ARNs"),
        pytest.param(["aws_ecs_service.s", 'module.b.aws_ecs_cluster.c["data.x.y"]'], {}, "NOT_APPLICABLE", id="more"),
        pytest.param(["random_shuffle.mode"], {}, "UNKNOWN", id="a resource of another provider"),
        pytest.param(["module.b.aws_ssm_parameter.mode[0]"], {}, "UNKNOWN", id="a resource of another service"),
        pytest.param(["data.aws_ecs_task_definition.old"], {}, "UNKNOWN", id="a data source"),
        pytest.param(["random_shuffle.mode"], {"network_mode": "bridge"}, "NOT_APPLICABLE", id="a planned value"),
    ],
)
def test_a_plan_without_configuration_does_not_tell_what_is_left_out(
    others: list[str], values: dict[str, Any], verdict: str
) -> None:
    values = {"container_definitions": TASK["container_definitions"], **values}
    document = json.loads(plan("aws_ecs_task_definition", values, {} if "network_mode" in values else UNKNOWN_MODE))
    document["resource_changes"] += [{"address": address, "change": {"actions": ["create"]}} for address in others]
    root = document["planned_values"]["root_module"]
    root["resources"] += [{"address": address, "type": "other", "mode": "managed"} for address in others]

    assert status_of(json.dumps(document))[0] == verdict


@pytest.mark.parametrize(
    ("attribute", "values", "check_id"),
    [
        ("platform_version", {"aws_ecs_service": {"name": "s", "launch_type": "FARGATE"}}, "fargate-platform-version"),
        (
            "auto_scaling_group_provider",
            {"aws_ecs_capacity_provider": {"auto_scaling_group_provider": [{"auto_scaling_group_arn": "a"}]}},
            "capacity-termination-protection",
        ),
    ],
)
def test_other_attributes_of_a_plan_without_configuration_are_unknown(
    attribute: str, values: dict[str, Any], check_id: str
) -> None:
    ((type_, planned),) = values.items()
    unknown = {attribute: [{"managed_termination_protection": True}] if type_.endswith("provider") else True}
    document = json.loads(plan(type_, planned, unknown))
    check = next(check for check in checks.load() if check.id == f"ecs-{check_id}")
    configured = ConfiguredCheck(check, check.parameters)
    without_others = status_of(json.dumps(document), configured)[0]
    document["resource_changes"].append({"address": "random_shuffle.x", "change": {"actions": ["create"]}})

    assert without_others in {"PASS", "FAIL"}
    assert status_of(json.dumps(document), configured)[0] == "UNKNOWN"


#: What a plan says of an attribute that is computed or left out.
UNKNOWN_MODE = {"network_mode": True}
GET_TEMPLATE = "Resources:\n  It:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n" + "".join(
    f"      {key}: {json.dumps(value)}\n" for key, value in PASCAL.items()
)
STAGES = ["Original", "Processed"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(
            json.dumps({"StagesAvailable": STAGES, "TemplateBody": yaml.safe_load(GET_TEMPLATE)}, indent=1),
            8,
            id="a template in JSON",
        ),
        pytest.param(
            json.dumps({"TemplateBody": GET_TEMPLATE, "StagesAvailable": STAGES}, indent=1), 2, id="a template in YAML"
        ),
        pytest.param(
            json.dumps({"TemplateBody": json.dumps(yaml.safe_load(GET_TEMPLATE)), "StagesAvailable": STAGES}),
            1,
            id="a template in JSON as text",
        ),
        pytest.param(
            yaml.safe_dump({"StagesAvailable": STAGES, "TemplateBody": GET_TEMPLATE}), 4, id="--output yaml with text"
        ),
        pytest.param(
            f"StagesAvailable: [Original]\nTemplateBody: |\n{textwrap.indent(GET_TEMPLATE, '  ')}", 2, id="a block"
        ),
        pytest.param(
            yaml.safe_dump([{"StagesAvailable": STAGES, "TemplateBody": yaml.safe_load(GET_TEMPLATE)}]),
            6,
            id="--output yaml-stream",
        ),
        pytest.param(json.dumps(GET_TEMPLATE), 1, id="--query TemplateBody --output json"),
    ],
)
def test_the_output_of_get_template_is_read(text: str, line: int) -> None:
    finding = only_finding(text)

    assert (finding.finding.status.value, finding.name) == ("FAIL", "It")
    assert finding.locations[0] == SourceLocation("f.yaml", line)


def test_what_cannot_be_seen_in_a_template_of_get_template_is_reported() -> None:
    nested = "Resources:\n  It: {Type: AWS::CloudFormation::Stack}\n"

    assert [item.name for item in check_file(json.dumps({"TemplateBody": nested})).unchecked] == ["It"]
    assert [item.name for item in check_file('{"TemplateBody": {"Resources": []}}').unchecked] == ["Resources"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"StagesAvailable": [],\n "TemplateBody": "Resources: {\\n"}', "f.yaml:2: line 2 of the template: this is"),
        ('{"StagesAvailable": [],\n "TemplateBody": ""}', "f.yaml:2: line 1 of the template: is empty"),
        ('{"TemplateBody": "words"}', "f.yaml: is not a file that auditor can check"),
        ('{"TemplateBody": null}', "f.yaml: is not a file that auditor can check"),
        ('"{}"', "f.yaml: is not a file that auditor can check"),
    ],
)
def test_an_unreadable_template_of_get_template_is_a_problem(text: str, problem: str) -> None:
    (found,) = problems(text)

    assert found.startswith(problem)


@pytest.mark.parametrize("text", ['{"format_version": "1.0"}', '{"format_version": "1.0", "terraform_version": "1.9"}'])
def test_an_empty_state_has_no_resources(text: str) -> None:
    report = check_file(text)

    assert report.resources == (("f.yaml", 0),)
    assert report.unchecked == ()


def test_the_virtual_machines_of_other_clouds_have_nothing_to_check() -> None:
    assert check_file(plan("alicloud_ecs_instance", {})).unchecked == ()


def test_json_with_comments_is_read() -> None:
    text = """// a definition
    {"family": "web", /* the network
    of the host */ "networkMode": "host",
      "containerDefinitions": [{"name": "a", "image": "http://x/*y*/", /* it needs it */ "privileged": true,},], // end
    }"""

    assert status_of(text) == ("FAIL", ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", "f.yaml:1: is empty", id="empty"),
        pytest.param('{"a":\n ${x}}', 'f.yaml:2: this is not JSON: the placeholder "${x}" is not quoted', id="hole"),
        pytest.param('{"a": 1}\n{"a": 2}', "f.yaml:2: this is not JSON: a second JSON document", id="JSON lines"),
        pytest.param("---\n{a: b}", "f.yaml:2: this is not JSON", id="YAML that begins like JSON"),
        pytest.param('a: [{/* x */ "b": 1}]', "is a comment of JSON", id="a comment of JSON in YAML"),
        pytest.param("{ local x = 1, a: x }", "check the JSON that it generates", id="Jsonnet"),
        pytest.param("[default]\na=b", "f.yaml:1: this is not JSON, but looks like INI", id="INI"),
        pytest.param("version: 0.0\nResources: [{A: {}}]", "f.yaml: is an AppSpec file of CodeDeploy", id="AppSpec"),
        pytest.param('{"a": 1}', "f.yaml: is not a file that auditor can check", id="another document"),
        pytest.param("hello", "f.yaml: is not a file that auditor can check", id="prose"),
        pytest.param('{"containerDefinitions": [{"name": "a"}', "f.yaml:1: this is not JSON: ", id="a truncated file"),
        pytest.param(
            template('{ContainerDefinitions: [{Name: a, Privileged: "maybe"}]}'),
            "f.yaml:6: It: containerDefinitions[0].privileged: expected true or false, got a string",
            id="a string as boolean",
        ),
        pytest.param(
            '{"containerDefinitions": [], "ContainerDefinitions": []}',
            "is present twice, in two spellings",
            id="a member in two spellings",
        ),
    ],
)
def test_an_unreadable_file_is_a_problem_with_its_location(text: str, problem: str) -> None:
    assert any(problem in reported for reported in problems(text))


def test_all_malformed_resources_are_reported_at_once() -> None:
    resource = "{Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: [{User: [1]}]}}"

    assert len(problems(f"Resources:\n  A: {resource}\n  B: {resource}\n")) == 2
