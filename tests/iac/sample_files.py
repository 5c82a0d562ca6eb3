"""Texts of files, and small checks that depend on one thing each."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from auditor.checks.ecs.host_network_privileged_or_root import host_network_privileged_or_root
from auditor.domain.check import Check, Evidence, Severity, Status, Verdict
from auditor.domain.ecs.task_definitions import Definition, TaskDefinition
from auditor.domain.file_report import FileFinding, FileReport
from auditor.engine.ports import ConfiguredCheck
from auditor.iac import judge, read
from tests.builders import NOW

HOST_NETWORK = ConfiguredCheck(host_network_privileged_or_root, host_network_privileged_or_root.parameters)


def fact_check(
    fails: Callable[[Any], object], fact_type: type[Any] = Definition, check_id: str = "ecs-test"
) -> ConfiguredCheck:
    """Return a check that fails a fact if `fails` returns true for it."""

    def judge_fact(fact: Any, _parameters: object) -> Verdict:  # noqa: ANN401 - any kind of fact
        return Verdict(Status.FAIL, ("so",), (Evidence(reasons=("so",)),)) if fails(fact) else Verdict(Status.PASS)

    check: Check[Any] = Check(check_id, "It is well", Severity.MEDIUM, fact_type, judge_fact, {})
    return ConfiguredCheck(check, check.parameters)


def container_check(fails: Callable[[Any], object]) -> ConfiguredCheck:
    """Return a check that fails the containers for which `fails` returns true, with evidence for each."""

    def judge_containers(task: TaskDefinition, _parameters: object) -> Verdict:
        evidence = tuple(
            Evidence(container.name, "container", ("so",), {"user": container.user, "privileged": False})
            for container in task.containers
            if fails(container)
        )
        return Verdict(Status.FAIL, ("so",), evidence) if evidence else Verdict(Status.PASS)

    check: Check[Any] = Check("ecs-test", "It is well", Severity.MEDIUM, TaskDefinition, judge_containers, {})
    return ConfiguredCheck(check, check.parameters)


def check_file(text: str, *checks: ConfiguredCheck, source: str = "f.yaml") -> FileReport:
    """Return the report of the checks on a file; of the flagship check if none is given."""
    return judge([read(text, source)], checks or (HOST_NETWORK,), NOW)


def only_finding(text: str, *checks: ConfiguredCheck) -> FileFinding:
    """Return the finding on a file that has exactly one."""
    (finding,) = check_file(text, *checks).findings
    return finding


def status_of(text: str, *checks: ConfiguredCheck) -> tuple[str, tuple[str, ...]]:
    """Return the status of the only finding on a file, and the expressions that it depends on."""
    finding = only_finding(text, *checks)
    return finding.finding.status.value, finding.depends_on


def template(
    properties: str, *, parameters: str = "{}", conditions: str = "{}", type_: str = "AWS::ECS::TaskDefinition"
) -> str:
    """Return a template with one resource; properties, parameters and conditions are YAML in flow style."""
    return (
        f"Parameters: {parameters}\nConditions: {conditions}\nResources:\n  It:\n"
        f"    Type: {type_}\n    Properties: {properties}\n"
    )


def plan(type_: str, values: dict[str, Any], unknown: dict[str, Any] | None = None) -> str:
    """Return a Terraform plan with one resource in a child module."""
    address = f"module.a.{type_}.it"
    resource = {"address": address, "mode": "managed", "type": type_, "name": "it", "values": values}
    change = {"address": address, "change": {"actions": ["create"], "after_unknown": unknown or {}}}
    child = {"address": "module.a", "resources": [resource]}
    root = {"resources": [], "child_modules": [child]}
    return json.dumps({"format_version": "1.2", "planned_values": {"root_module": root}, "resource_changes": [change]})
