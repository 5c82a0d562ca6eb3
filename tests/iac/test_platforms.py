"""The operating system of a service is that of its task definition, if the file has it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.domain.ecs.workloads import Service
from tests.iac.sample_files import check_file, fact_check

WINDOWS = "WINDOWS_SERVER_2022_CORE"
ON_WINDOWS = fact_check(lambda service: (service.placement.platform_family or "").startswith("WINDOWS"), Service)


def template_of(definition: dict[str, Any], named: object) -> str:
    """Return a template with a task definition and a service that names a definition."""
    task = {"ContainerDefinitions": [{"Name": "a"}], **definition}
    service = {"TaskDefinition": named, "PlatformVersion": "1.0.0", "LaunchType": "FARGATE"}
    return json.dumps(
        {
            "Resources": {
                "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": task},
                "Service": {"Type": "AWS::ECS::Service", "Properties": service},
            }
        }
    )


@pytest.mark.parametrize(
    ("definition", "named", "status"),
    [
        pytest.param(
            {"RuntimePlatform": {"OperatingSystemFamily": WINDOWS}}, {"Ref": "Task"}, "FAIL", id="a reference"
        ),
        pytest.param({}, {"Ref": "Task"}, "PASS", id="a definition without a platform"),
        pytest.param(
            {"Family": "w", "RuntimePlatform": {"OperatingSystemFamily": WINDOWS}}, "w:3", "FAIL", id="the family"
        ),
        pytest.param({}, {"Ref": "Other"}, "UNKNOWN", id="a definition of another file"),
        pytest.param(
            {"RuntimePlatform": {"OperatingSystemFamily": {"Ref": "System"}}},
            {"Ref": "Task"},
            "UNKNOWN",
            id="an unresolved platform",
        ),
    ],
)
def test_the_platform_of_a_template(definition: dict[str, Any], named: object, status: str) -> None:
    (finding,) = check_file(template_of(definition, named), ON_WINDOWS).findings

    assert finding.finding.status == status


def test_the_platform_of_a_plan() -> None:
    task = {"family": "w", "runtime_platform": [{"operating_system_family": WINDOWS}]}
    task["container_definitions"] = json.dumps([{"name": "a"}])
    service = {"name": "s", "platform_version": "1.0.0", "launch_type": "FARGATE"}
    addresses = ("module.m[0].aws_ecs_task_definition.t", "module.m[0].aws_ecs_service.s")
    resources = [
        {"address": address, "type": address.split(".")[-2], "values": values}
        for address, values in zip(addresses, (task, service), strict=True)
    ]
    unknown = ({"arn": True}, {"task_definition": True})
    changes = [
        {"address": address, "change": {"actions": ["create"], "after_unknown": after_unknown}}
        for address, after_unknown in zip(addresses, unknown, strict=True)
    ]
    expression = {"references": ["aws_ecs_task_definition.t.arn", "aws_ecs_task_definition.t"]}
    call = {"module": {"resources": [{"address": "aws_ecs_service.s", "expressions": {"task_definition": expression}}]}}
    plan = {
        "planned_values": {"root_module": {"child_modules": [{"address": "module.m[0]", "resources": resources}]}},
        "resource_changes": changes,
        "configuration": {"root_module": {"module_calls": {"m": call}}},
    }

    (finding,) = check_file(json.dumps(plan), ON_WINDOWS).findings

    assert finding.finding.status == "FAIL"
