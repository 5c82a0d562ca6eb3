"""No file causes a traceback: it is judged, or its problems are reported."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.domain.check import Status
from auditor.domain.ecs.workloads import Cluster, Service, TaskSet
from auditor.domain.errors import ConfigError
from auditor.reports.files.json_report import render_json
from auditor.reports.files.sarif import render_sarif
from auditor.reports.files.text import render_text
from tests.iac.sample_files import HOST_NETWORK, check_file, container_check, fact_check

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
CHECKS = (
    HOST_NETWORK,
    container_check(lambda container: container.image.endswith("x") or container.environment or container.mounts),
    fact_check(lambda service: service.placement.public_ip, Service, "a"),
    fact_check(lambda cluster: cluster.container_insights == "x", Cluster, "b"),
    fact_check(lambda task_set: task_set.placement.on_fargate, TaskSet, "c"),
)


def check_and_render(content: str) -> None:
    with suppress(ConfigError):
        report = check_file(content, *CHECKS)
        for render in (render_text, render_json, render_sarif):
            assert render(report)
        crashed = [finding.finding for finding in report.findings if "internal-error" in finding.finding.reasons]
        assert [finding.remediation for finding in crashed] == []
        assert all(finding.depends_on for finding in report.with_status(Status.UNKNOWN))


SLOW = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(TREES)
def test_any_json_data(data: Any) -> None:  # noqa: ANN401 - JSON data
    check_and_render(json.dumps(data))


@SLOW
@given(st.dictionaries(WORDS, TREES, max_size=6), st.sampled_from(["TaskDefinition", "Service", "Cluster", "TaskSet"]))
def test_any_properties_of_a_resource(properties: Any, kind: str) -> None:  # noqa: ANN401 - JSON data
    resource = {"Type": f"AWS::ECS::{kind}", "Properties": {"NetworkMode": {"Ref": "N"}, **properties}}
    check_and_render(json.dumps({"Parameters": {"N": {}}, "Conditions": properties, "Resources": {"It": resource}}))


@SLOW
@given(st.lists(st.dictionaries(WORDS, TREES, max_size=6), max_size=3), TREES, TREES)
def test_any_containers(containers: Any, mode: Any, volumes: Any) -> None:  # noqa: ANN401 - JSON data
    check_and_render(
        json.dumps({"networkMode": mode, "volumes": volumes, "containerDefinitions": [{"name": "a"}, *containers]})
    )


@SLOW
@given(TREES, TREES)
def test_any_plan(values: Any, unknown: Any) -> None:  # noqa: ANN401 - JSON data
    resource = {"address": "a", "type": "aws_ecs_task_definition", "values": values}
    changes = [{"address": "a", "change": {"after_unknown": unknown}}]
    root = {"resources": [resource, values], "child_modules": values}
    check_and_render(json.dumps({"planned_values": {"root_module": root}, "resource_changes": changes}))


@SLOW
@given(st.text(alphabet="{}[]:,!&*\"'-\n #|>aRefSub0~%\x00\ud800", max_size=60))
def test_any_text(content: str) -> None:
    check_and_render(content)
    check_and_render(f"Resources: {content}")


def test_long_chains_and_deep_nesting_terminate() -> None:
    chain = {
        f"C{number}": {"Fn::And": [{"Condition": f"C{number + 1}"}, {"Condition": f"C{number + 1}"}]}
        for number in range(3_000)
    }
    mode = {"Fn::If": ["C0", "host", "awsvpc"]}
    resource = {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {"NetworkMode": mode, "ContainerDefinitions": [{"User": "root"}]},
    }

    check_and_render(json.dumps({"Conditions": chain, "Resources": {"It": resource}}))
    check_and_render('{"planned_values": ' + "[" * 100_000)
    check_and_render('{"planned_values": {"root_module": ' + '{"child_modules": [' * 400 + "]}" * 400 + "}}")
