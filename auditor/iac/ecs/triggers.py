"""Rules and schedules of EventBridge, and pipes, that start tasks.

Sources: CloudFormation Template Reference, EcsParameters of AWS::Events::Rule and AWS::Scheduler::Schedule, and
PipeTargetEcsTaskParameters of AWS::Pipes::Pipe.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from auditor.domain.ecs.triggers import EventRule, Pipe, TaskSchedule, TaskTarget
from auditor.iac.declared import DeclaredResource
from auditor.iac.unresolved import Conditional, Unresolved
from auditor.parsers import json_values
from auditor.parsers.ecs.placement import placement

__all__ = ["EventRule", "Pipe", "TaskSchedule", "event_rule", "pipe", "task_schedule", "without_other_targets"]

_TYPES = frozenset((EventRule.TYPE, TaskSchedule.TYPE, Pipe.TYPE))
_PARAMETERS = frozenset(("ecsParameters", "ecsTaskParameters"))
_ARN = "arn:aws:{}:none:000000000000:{}/{}"


def event_rule(document: Mapping[str, Any], name: str) -> EventRule:
    """Return the fact of a rule. Raises MalformedValue."""
    targets = (
        target
        for item, path in json_values.objects(document.get("targets"), "targets")
        for target in _target(item.get("ecsParameters"), f"{path}.ecsParameters", str(item.get("id") or ""))
    )
    return EventRule(_ARN.format("events", "rule", name), name, tuple(targets))


def task_schedule(document: Mapping[str, Any], name: str) -> TaskSchedule:
    """Return the fact of a schedule. Raises MalformedValue."""
    target = json_values.optional_object(document.get("target"), "target")
    targets = _target(target.get("ecsParameters"), "target.ecsParameters", "target")
    return TaskSchedule(_ARN.format("scheduler", "schedule", name), name, tuple(targets))


def pipe(document: Mapping[str, Any], name: str) -> Pipe:
    """Return the fact of a pipe. Raises MalformedValue."""
    parameters = json_values.optional_object(document.get("targetParameters"), "targetParameters")
    targets = _target(parameters.get("ecsTaskParameters"), "targetParameters.ecsTaskParameters", "target")
    return Pipe(_ARN.format("pipes", "pipe", name), name, tuple(targets))


def without_other_targets(resources: Iterable[DeclaredResource]) -> tuple[DeclaredResource, ...]:
    """Return the resources without the triggers that start no tasks, such as rules that call a function."""
    return tuple(
        resource for resource in resources if resource.type not in _TYPES or _may_start_tasks(resource.document)
    )


def _target(parameters: object, path: str, id_: str) -> Iterator[TaskTarget]:
    if parameters is None:
        return
    # CloudFormation spells the member in two ways, and the API in one.
    members = dict(json_values.as_object(parameters, path))
    network = json_values.optional_object(members.get("networkConfiguration"), f"{path}.networkConfiguration")
    if "awsVpcConfiguration" in network:
        members["networkConfiguration"] = {"awsvpcConfiguration": network["awsVpcConfiguration"]}
    yield TaskTarget(id_, placement(members, f"{path}."))


def _may_start_tasks(value: object) -> bool:
    """Whether a document has, or may have, parameters of ECS."""
    if isinstance(value, Conditional):
        return _may_start_tasks(value.if_true) or _may_start_tasks(value.if_false)
    if isinstance(value, Mapping):
        keys = ("targets", "target", "targetParameters")
        return not _PARAMETERS.isdisjoint(value) or any(_is_open(value.get(key)) for key in keys)
    return isinstance(value, list) and any(map(_may_start_tasks, value))


def _is_open(value: object) -> bool:
    return isinstance(value, Unresolved) or _may_start_tasks(value)
