"""No file makes a traceback: it is judged, or its problems are told."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.domain.check import Status
from auditor.domain.errors import ConfigError
from auditor.reports.files.sarif import sarif
from auditor.reports.files.text import machine, text
from tests.iac.judged import HOST, Cluster, Service, TaskSet, each, inspect, rule

WORDS_IN_FILES = """
    Resources Type Properties Parameters Default AllowedValues Conditions Mappings Ref Fn::If Fn::Sub Fn::Join
    Fn::GetAtt Fn::Equals Fn::And Fn::Not Fn::Select Fn::Split Fn::FindInMap Fn::ForEach::x Condition
    containerDefinitions name user ContainerDefinitions NetworkMode networkMode Privileged User Name Environment
    value Value taskDefinition tags family LogConfiguration LinuxParameters Capabilities Add MountPoints Volumes
    Host SourcePath RequiresCompatibilities ClusterSettings Configuration NetworkConfiguration planned_values
    root_module resources child_modules values type address resource_changes change after_unknown
    container_definitions volume setting terraform_version revision
    host root 0 true AWS::NoValue AWS::ECS::TaskDefinition AWS::ECS::Service X ${X} AWS::ECS::Cluster
    AWS::ECS::TaskSet aws_ecs_task_definition aws_ecs_service {{resolve:x}}
"""
WORDS = st.sampled_from(["", *WORDS_IN_FILES.split()])
LEAVES = st.none() | st.booleans() | st.integers(-(10**25), 10**25) | WORDS | st.text(max_size=4)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5), max_leaves=40
)
RULES = (
    HOST,
    each(lambda one: one.image.endswith("x") or one.environment or one.mounts),
    rule(lambda one: one.placement.public_ip, Service, "a"),
    rule(lambda one: one.container_insights == "x", Cluster, "b"),
    rule(lambda one: one.placement.on_fargate, TaskSet, "c"),
)


def digest(content: str) -> None:
    with suppress(ConfigError):
        result = inspect(content, *RULES)
        for render in (text, machine, sarif):
            assert render(result)
        crashed = [one for one in result.findings if "internal-error" in one.finding.reasons]
        assert [one.finding.remediation for one in crashed] == []
        assert all(one.depends_on for one in result.with_status(Status.UNKNOWN))


SLOWLY = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@SLOWLY
@given(TREES)
def test_any_data(data: Any) -> None:  # noqa: ANN401
    digest(json.dumps(data))


@SLOWLY
@given(st.dictionaries(WORDS, TREES, max_size=6), st.sampled_from(["TaskDefinition", "Service", "Cluster", "TaskSet"]))
def test_any_properties_of_a_resource(properties: Any, kind: str) -> None:  # noqa: ANN401
    resource = {"Type": f"AWS::ECS::{kind}", "Properties": {"NetworkMode": {"Ref": "N"}, **properties}}
    digest(json.dumps({"Parameters": {"N": {}}, "Conditions": properties, "Resources": {"It": resource}}))


@SLOWLY
@given(st.lists(st.dictionaries(WORDS, TREES, max_size=6), max_size=3), TREES, TREES)
def test_any_containers(containers: Any, mode: Any, more: Any) -> None:  # noqa: ANN401
    digest(json.dumps({"networkMode": mode, "volumes": more, "containerDefinitions": [{"name": "a"}, *containers]}))


@SLOWLY
@given(TREES, TREES)
def test_any_plan(values: Any, unknown: Any) -> None:  # noqa: ANN401
    resource = {"address": "a", "type": "aws_ecs_task_definition", "values": values}
    changes = [{"address": "a", "change": {"after_unknown": unknown}}]
    root = {"resources": [resource, values], "child_modules": values}
    digest(json.dumps({"planned_values": {"root_module": root}, "resource_changes": changes}))


@SLOWLY
@given(st.text(alphabet="{}[]:,!&*\"'-\n #|>aRefSub0~%\x00\ud800", max_size=60))
def test_any_text(content: str) -> None:
    digest(content)
    digest(f"Resources: {content}")


def test_chains_and_bombs_end() -> None:
    chain = {f"C{n}": {"Fn::And": [{"Condition": f"C{n + 1}"}, {"Condition": f"C{n + 1}"}]} for n in range(3_000)}
    mode = {"Fn::If": ["C0", "host", "awsvpc"]}
    resource = {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {"NetworkMode": mode, "ContainerDefinitions": [{"User": "root"}]},
    }

    digest(json.dumps({"Conditions": chain, "Resources": {"It": resource}}))
    digest('{"planned_values": ' + "[" * 100_000)
    digest('{"planned_values": {"root_module": ' + '{"child_modules": [' * 400 + "]}" * 400 + "}}")
