"""Texts of files, judged by small checks that depend on one thing each."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from auditor.checks.ecs.host_network_privileged_or_root import host_network_privileged_or_root
from auditor.domain.check import Check, Evidence, Severity, Status, Verdict
from auditor.domain.ecs.task_definitions import Definition, TaskDefinition
from auditor.domain.ecs.workloads import Cluster, Service, TaskSet
from auditor.domain.file_report import FileFinding, FileReport
from auditor.engine.ports import ConfiguredCheck
from auditor.iac import judge, read
from tests.builders import NOW

HOST = ConfiguredCheck(host_network_privileged_or_root, host_network_privileged_or_root.parameters)


def rule(
    fails: Callable[[Any], object], over: type[Any] = Definition, name: str = "ecs-made-for-tests"
) -> ConfiguredCheck:
    """A check that fails a fact of which `fails` holds."""

    def decide(fact: Any, _parameters: object) -> Verdict:  # noqa: ANN401
        return Verdict(Status.FAIL, ("so",), (Evidence(reasons=("so",)),)) if fails(fact) else Verdict(Status.PASS)

    check: Check[Any] = Check(name, "It is well", Severity.MEDIUM, over, decide, {})
    return ConfiguredCheck(check, check.parameters)


def each(fails: Callable[[Any], object]) -> ConfiguredCheck:
    """A check that fails the containers of which `fails` holds, with their names."""

    def decide(task: TaskDefinition, _parameters: object) -> Verdict:
        found = tuple(
            Evidence(one.name, "container", ("so",), {"user": one.user, "privileged": False})
            for one in task.containers
            if fails(one)
        )
        return Verdict(Status.FAIL if found else Status.PASS, ("so",) if found else (), found)

    check: Check[Any] = Check("ecs-made-for-tests", "It is well", Severity.MEDIUM, TaskDefinition, decide, {})
    return ConfiguredCheck(check, check.parameters)


def inspect(text: str, *rules: ConfiguredCheck, source: str = "f.yaml") -> FileReport:
    """What the rules say of a file; the flagship check, unless told otherwise."""
    return judge([read(text, source)], rules or (HOST,), NOW)


def only(text: str, *rules: ConfiguredCheck) -> FileFinding:
    """The one opinion on a file."""
    (opinion,) = inspect(text, *rules).findings
    return opinion


def told(text: str, *rules: ConfiguredCheck) -> tuple[str, tuple[str, ...]]:
    """The one verdict on a file, and what it depends on."""
    opinion = only(text, *rules)
    return opinion.finding.status.value, opinion.depends_on


def template(properties: str, *, parameters: str = "{}", conditions: str = "{}", kind: str = "TaskDefinition") -> str:
    """A template with one resource; its parts are in flow style."""
    return (
        f"Parameters: {parameters}\nConditions: {conditions}\nResources:\n  It:\n"
        f"    Type: AWS::ECS::{kind}\n    Properties: {properties}\n"
    )


def plan(kind: str, values: dict[str, Any], unknown: dict[str, Any] | None = None) -> str:
    """A plan of Terraform with one resource in a child module."""
    address = f"module.a.{kind}.it"
    resource = {"address": address, "mode": "managed", "type": kind, "name": "it", "values": values}
    change = {"address": address, "change": {"actions": ["create"], "after_unknown": unknown or {}}}
    child = {"address": "module.a", "resources": [resource]}
    root = {"resources": [], "child_modules": [child]}
    return json.dumps({"format_version": "1.2", "planned_values": {"root_module": root}, "resource_changes": [change]})


__all__ = ["HOST", "Cluster", "Service", "TaskSet", "each", "inspect", "only", "plan", "rule", "template", "told"]
