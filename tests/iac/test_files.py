"""Every kind of file that is taken, and what is said of those that are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor import checks
from auditor.domain.errors import ConfigError
from auditor.domain.file_report import SourceLocation
from auditor.engine.ports import ConfiguredCheck
from auditor.iac import read
from tests.iac.judged import Cluster, Service, TaskSet, each, inspect, only, plan, rule, template, told

BAD = {"family": "web", "networkMode": "host", "containerDefinitions": [{"name": "a", "privileged": True}]}
PASCAL = {"Family": "web", "NetworkMode": "host", "ContainerDefinitions": [{"Name": "a", "Privileged": "true"}]}
CORPUS = Path(__file__).parents[1] / "corpus" / "taskdefs.jsonl"
LINES: list[dict[str, Any]] = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


def pascal(value: Any, key: str = "") -> Any:  # noqa: ANN401
    """Data as CloudFormation spells it, with numbers and truth values as text."""
    if isinstance(value, list):
        return [pascal(one) for one in value]
    if isinstance(value, dict):
        return {name if key == "options" else name[:1].upper() + name[1:]: pascal(v, name) for name, v in value.items()}
    return str(value).lower() if isinstance(value, bool) else value


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text, "f.yaml")
    return [str(each) for each in caught.value.problems]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(BAD, id="bare"),
        pytest.param(PASCAL, id="in CloudFormation's casing"),
        pytest.param(
            {"taskDefinition": {**BAD, "revision": 7}, "tags": []}, id="as describe-task-definition prints it"
        ),
        pytest.param({"TaskDefinition": PASCAL}, id="wrapped"),
        pytest.param({"taskDefinitions": [BAD]}, id="a wrapped list"),
        pytest.param([BAD], id="a list"),
        pytest.param([{"taskDefinition": BAD}], id="a list of wrapped ones"),
        pytest.param({**BAD, "containerDefinitions": json.dumps(BAD["containerDefinitions"])}, id="containers as text"),
        pytest.param({**BAD, "pidMode": None, "volumes": None, "tags": None, "ipcMode": None}, id="nulls"),
        pytest.param(
            {**BAD, "containerDefinitions": [{"name": "a", "user": 0, "memory": "512", "environment": None}]}, id="odd"
        ),
        pytest.param({"network_mode": "host", "container_definitions": BAD["containerDefinitions"]}, id="snake case"),
        pytest.param(
            {**BAD, "containerDefinitions": [{"name": "a", "user": {"Ref": "X"}, "privileged": True}]}, id="ref"
        ),
    ],
)
def test_a_task_definition_in_any_wrapping(data: Any) -> None:  # noqa: ANN401
    assert told(json.dumps(data)) == ("FAIL", ())


def test_containers_alone_are_on_no_hosts_network() -> None:
    assert told('[{"name": "a", "image": "x", "privileged": true}]') == ("NOT_APPLICABLE", ())
    assert told('[{"name": "a", "image": "x", "privileged": true}]', each(lambda one: one.privileged)) == ("FAIL", ())


@pytest.mark.parametrize("text", ["${USER}", "{{ user }}", "<USER>", "$USER", "a${X}", "$(whoami)"])
def test_a_place_to_be_filled_in_is_not_known(text: str) -> None:
    data = {**BAD, "containerDefinitions": [{"name": "a", "user": text}]}

    assert told(json.dumps(data))[0] == "UNKNOWN"


@pytest.mark.parametrize("change", [lambda data: data, pascal, lambda data: {"TaskDefinition": pascal(data)}])
@pytest.mark.parametrize("line", LINES, ids=lambda line: line["id"])
def test_a_published_definition_gets_its_expected_verdict(line: dict[str, Any], change: Callable[[Any], Any]) -> None:
    finding = only(json.dumps(change(line["facts"]))).finding

    failing = finding.evidence if finding.status == "FAIL" else ()
    assert finding.status == line["expected"]["verdict"]
    assert [{"container": one.part, "reasons": list(one.reasons)} for one in failing] == line["expected"]["failing"]


EVERY = tuple(ConfiguredCheck(one, one.parameters) for one in checks.load())


@pytest.mark.parametrize("line", LINES[::4], ids=lambda line: line["id"])
def test_no_check_crashes_on_a_published_definition(line: dict[str, Any]) -> None:
    found = inspect(json.dumps(pascal(line["facts"])), *EVERY).findings

    assert [one.finding.remediation for one in found if "internal-error" in one.finding.reasons] == []
    assert {one.finding.status.value for one in found} >= {"PASS", "NOT_APPLICABLE"}


@pytest.mark.parametrize("kind", ["Service", "TaskSet", "Cluster", "CapacityProvider"])
@pytest.mark.parametrize("properties", ["{}", "{LaunchType: !Ref X, Tags: !Ref X, Cluster: !Ref X, Name: a}"])
def test_no_check_crashes_on_another_resource(kind: str, properties: str) -> None:
    found = inspect(template(properties, kind=kind), *EVERY).findings

    assert found
    assert [one.finding.remediation for one in found if "internal-error" in one.finding.reasons] == []


def test_tags_that_aws_was_not_asked_for_were_not_looked_at() -> None:
    untagged = rule(lambda task: task.tags == {})
    unread = rule(lambda task: task.tags is None)

    assert told(json.dumps({"taskDefinition": {**BAD, "revision": 3}}), unread)[0] == "FAIL"
    assert told(json.dumps({"taskDefinition": {**BAD, "revision": 3}, "tags": []}), untagged)[0] == "FAIL"
    assert told(json.dumps(BAD), untagged)[0] == "FAIL"
    tagged = {"taskDefinition": BAD, "tags": [{"key": "a", "value": "b"}]}
    assert told(json.dumps(tagged), rule(lambda task: task.tags["a"] == "b"))[0] == "FAIL"


def test_a_fault_is_at_the_line_of_its_container() -> None:
    text = "Resources:\n  It:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      NetworkMode: host\n"
    text += (
        "      ContainerDefinitions:\n        - Name: a\n          User: '1'\n        - Name: b\n          User: root\n"
    )

    assert only(text).locations == (SourceLocation("f.yaml", 2), SourceLocation("f.yaml", 9))


@pytest.mark.parametrize(
    ("value", "parameters", "conditions", "verdict"),
    [
        pytest.param("!Ref P", "{P: {Type: String, Default: host}}", "{}", "FAIL", id="a default"),
        pytest.param(
            "!Ref P", "{P: {Type: String, AllowedValues: [bridge, awsvpc]}}", "{}", "NOT_APPLICABLE", id="choices"
        ),
        pytest.param(
            "!Ref P", "{P: {Type: String, AllowedValues: [host, awsvpc]}}", "{}", "UNKNOWN", id="host is a choice"
        ),
        pytest.param(
            "!Ref P",
            "{P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /net}}",
            "{}",
            "UNKNOWN",
            id="a default that names where the value is",
        ),
        pytest.param("!Ref AWS::NoValue", "{}", "{}", "NOT_APPLICABLE", id="no value"),
        pytest.param("!Sub 'ho${P}'", "{P: {Default: st}}", "{}", "FAIL", id="a substitution"),
        pytest.param("!Sub ['ho${Q}', {Q: st}]", "{}", "{}", "FAIL", id="a substitution with a variable of its own"),
        pytest.param("!Sub 'ho${!st}'", "{}", "{}", "NOT_APPLICABLE", id="a substitution with a literal"),
        pytest.param("!Join ['', [ho, !Ref P]]", "{P: {Default: st}}", "{}", "FAIL", id="a join"),
        pytest.param("!Select [1, [awsvpc, host]]", "{}", "{}", "FAIL", id="a selection"),
        pytest.param("!Select ['1', !Split [',', 'a,host']]", "{}", "{}", "FAIL", id="a selection from a split"),
        pytest.param(
            "!Select [0, !Ref P]", "{P: {Type: CommaDelimitedList, Default: 'host, b'}}", "{}", "FAIL", id="list"
        ),
        pytest.param("!FindInMap [No, no, no]", "{}", "{}", "UNKNOWN", id="a map that is not there"),
        pytest.param("!ImportValue x", "{}", "{}", "UNKNOWN", id="an import"),
        pytest.param("'{{resolve:ssm:/net}}'", "{}", "{}", "UNKNOWN", id="a dynamic reference"),
        pytest.param("!If [C, host, bridge]", "{P: {Default: x}}", "{C: !Equals [!Ref P, x]}", "FAIL", id="it holds"),
        pytest.param("!If [C, host, bridge]", "{}", "{C: !Equals [a, b]}", "NOT_APPLICABLE", id="it does not hold"),
        pytest.param("!If [C, host, host]", "{P: {}}", "{C: !Equals [!Ref P, x]}", "FAIL", id="host in either case"),
        pytest.param("!If [C, host, bridge]", "{P: {}}", "{C: !Equals [!Ref P, x]}", "UNKNOWN", id="it may hold"),
        pytest.param(
            "!If [C, host, bridge]",
            "{P: {}}",
            "{C: !And [!Condition D, !Equals [!Ref P, x]], D: !Not [!Equals [a, a]]}",
            "NOT_APPLICABLE",
            id="one part of it does not hold",
        ),
        pytest.param(
            "!If [C, host, bridge]",
            "{P: {}}",
            "{C: !Or [!Equals [!Ref P, x], !Equals [a, a]]}",
            "FAIL",
            id="one part of it is enough",
        ),
        pytest.param("!If [C, host, bridge]", "{}", "{C: !Condition C}", "UNKNOWN", id="a condition on itself"),
    ],
)
def test_functions_of_a_template(value: str, parameters: str, conditions: str, verdict: str) -> None:
    body = f"{{NetworkMode: {value}, ContainerDefinitions: [{{Name: a, User: root}}]}}"

    assert told(template(body, parameters=parameters, conditions=conditions))[0] == verdict


def test_templates_of_sam_and_in_json_are_templates() -> None:
    resource = {"Type": "AWS::ECS::TaskDefinition", "Properties": {**PASCAL, "NetworkMode": {"Fn::Sub": "host"}}}
    text = json.dumps({"Transform": "AWS::Serverless-2016-10-31", "Globals": {}, "Resources": {"It": resource}})

    assert told(text) == ("FAIL", ())
    assert inspect('{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}').findings == ()


@pytest.mark.parametrize(
    ("kind", "over", "properties", "fails"),
    [
        pytest.param("Service", Service, "{EnableExecuteCommand: 'true'}", lambda one: one.exec_enabled, id="exec"),
        pytest.param(
            "Service",
            Service,
            "{NetworkConfiguration: {AwsvpcConfiguration: {AssignPublicIp: ENABLED}}, LaunchType: FARGATE}",
            lambda one: one.placement.public_ip and one.placement.on_fargate,
            id="a public address",
        ),
        pytest.param(
            "Service",
            Service,
            "{CapacityProviderStrategy: [{CapacityProvider: FARGATE_SPOT}], PlatformVersion: 1.3.0}",
            lambda one: one.placement.on_fargate and one.placement.platform_version == "1.3.0",
            id="a platform",
        ),
        pytest.param(
            "TaskSet",
            TaskSet,
            "{Service: s, Cluster: c, NetworkConfiguration: {AwsvpcConfiguration: {AssignPublicIp: ENABLED}}}",
            lambda one: one.placement.public_ip,
            id="a task set",
        ),
        pytest.param(
            "Cluster",
            Cluster,
            "{ClusterSettings: [{Name: containerInsights, Value: enhanced}]}",
            lambda one: one.container_insights == "enhanced",
            id="insights",
        ),
        pytest.param(
            "Cluster",
            Cluster,
            "{Configuration: {ExecuteCommandConfiguration: {Logging: OVERRIDE, LogConfiguration: "
            "{S3BucketName: b, S3EncryptionEnabled: true}}}}",
            lambda one: one.exec_logging.bucket == "b" and one.exec_logging.bucket_encrypted,
            id="the log of commands",
        ),
    ],
)
def test_other_resources(kind: str, over: type[Any], properties: str, fails: Callable[[Any], Any]) -> None:
    assert told(template(properties, kind=kind), rule(fails, over)) == ("FAIL", ())
    assert told(template("{}", kind=kind), rule(fails, over)) == ("PASS", ())


@pytest.mark.parametrize(
    ("kind", "over", "properties", "fails"),
    [
        ("Service", Service, "{EnableExecuteCommand: !Ref P}", lambda one: one.exec_enabled),
        ("Service", Service, "{NetworkConfiguration: !Ref P}", lambda one: one.placement.public_ip is None),
        ("Cluster", Cluster, "{ClusterSettings: !Ref P}", lambda one: one.container_insights != "enabled"),
        ("Cluster", Cluster, "{Configuration: !Ref P}", lambda one: one.exec_logging.logging is None),
    ],
)
def test_other_resources_that_leave_something_open(
    kind: str, over: type[Any], properties: str, fails: Callable[[Any], Any]
) -> None:
    assert told(template(properties, kind=kind), rule(fails, over))[0] == "UNKNOWN"


TASK = {"network_mode": "host", "family": "web", "container_definitions": json.dumps(BAD["containerDefinitions"])}


@pytest.mark.parametrize(
    ("values", "unknown", "verdict"),
    [
        pytest.param(TASK, {"arn": True, "revision": True}, "FAIL", id="all that matters is planned"),
        pytest.param(TASK, {"network_mode": True}, "UNKNOWN", id="the network mode comes later"),
        pytest.param({"network_mode": "host"}, {"container_definitions": True}, "UNKNOWN", id="containers come later"),
        pytest.param(
            {"network_mode": "awsvpc"}, {"container_definitions": True}, "NOT_APPLICABLE", id="not the host's"
        ),
    ],
)
def test_a_plan(values: dict[str, Any], unknown: dict[str, Any], verdict: str) -> None:
    opinion = only(plan("aws_ecs_task_definition", values, unknown))

    assert opinion.finding.status == verdict
    assert opinion.name == "module.a.aws_ecs_task_definition.it"
    assert all("(known after apply)" in one for one in opinion.depends_on)


def test_the_blocks_of_a_plan_are_read() -> None:
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
    seen: list[Any] = []

    told(plan("aws_ecs_task_definition", values), rule(seen.append))

    task = seen[0]
    assert (task.pid_mode, task.os_family, task.launch_types, task.tags) == ("host", "LINUX", ("EC2",), {"a": "b"})
    assert [(one.host_path, one.efs, one.transit_encryption) for one in task.volumes] == [
        ("/etc", False, None),
        (None, True, "ENABLED"),
    ]


def test_a_volume_that_a_plan_leaves_open_is_not_known() -> None:
    text = plan("aws_ecs_task_definition", {**TASK, "volume": [{"name": "v"}]}, {"volume": [{"host_path": True}]})

    assert told(text, rule(lambda task: any(one.host_path == "/" for one in task.volumes)))[0] == "UNKNOWN"


def test_services_and_clusters_of_a_plan() -> None:
    service = {"name": "s", "network_configuration": [{"assign_public_ip": True}], "enable_execute_command": True}
    cluster = {"name": "c", "setting": [{"name": "containerInsights", "value": "enabled"}]}

    assert told(plan("aws_ecs_service", service), rule(lambda one: one.placement.public_ip, Service))[0] == "FAIL"
    assert (
        told(plan("aws_ecs_cluster", cluster), rule(lambda one: one.container_insights == "enabled", Cluster))[0]
        == "FAIL"
    )


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        (template("{}", kind="DaemonTaskDefinition"), "It", "AWS::ECS::DaemonTaskDefinition is not judged in files"),
        ("Resources:\n  Fn::ForEach::X: [a]\n", "Fn::ForEach::X", "only a deployment shows"),
        ("Fn::Transform: x\nResources: {}\n", "Fn::Transform", "only a deployment shows"),
        (template("!Transform x"), "It", "no properties that can be read"),
        (plan("aws_ecs_express_gateway_service", {}), "module.a.aws_ecs_express_gateway_service.it", "not judged"),
    ],
)
def test_what_cannot_be_looked_into_is_told(text: str, name: str, why: str) -> None:
    (unseen,) = inspect(text).unchecked

    assert unseen.name == name
    assert why in unseen.reason


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", "f.yaml:1: is empty", id="empty"),
        pytest.param("{a: 1}", "f.yaml: is neither a task definition", id="something else"),
        pytest.param("hello", "f.yaml: is neither a task definition", id="prose"),
        pytest.param('{"containerDefinitions": [{"name": "a"}', "this is not YAML", id="cut off"),
        pytest.param(
            template('{ContainerDefinitions: [{Name: a, Privileged: "maybe"}]}'),
            "f.yaml:6: It: containerDefinitions[0].privileged: expected true or false, got text",
            id="a word for a truth value",
        ),
        pytest.param(
            '{"containerDefinitions": [], "ContainerDefinitions": []}', "is given twice, in two spellings", id="twice"
        ),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_place(text: str, problem: str) -> None:
    assert any(problem in one for one in problems(text))


def test_all_malformed_resources_are_told_at_once() -> None:
    resource = "{Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: [{User: [1]}]}}"

    assert len(problems(f"Resources:\n  A: {resource}\n  B: {resource}\n")) == 2
