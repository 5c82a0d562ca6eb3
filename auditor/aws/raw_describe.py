"""Definitions and services as ECS describes them, whole: for whoever writes a new definition, not for whoever judges.

Every answer holds what containers are given. It is handed to the call_context and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.aws.calls import RegionClient
from auditor.aws.errors import MalformedResponse

#: All that is done here, and what a session is narrowed to.
ACTIONS = ("ecs:DescribeServices", "ecs:DescribeTaskDefinition")
DAEMON_ACTIONS = ("ecs:DescribeDaemonTaskDefinition",)

#: A definition and its tags.
Definition = tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]

_SERVICES_PER_CALL = 10


def task_definition(client: RegionClient, arn: str) -> Definition:
    """Return one revision of a task definition and its tags. Raises CallFailed."""

    def read(answer: Mapping[str, Any]) -> Definition:
        return _checked(answer.get("taskDefinition"), "taskDefinitionArn", arn), list(answer.get("tags") or ())

    return client.call("ecs", "DescribeTaskDefinition", read, taskDefinition=arn, include=["TAGS"])


def daemon_task_definition(client: RegionClient, arn: str) -> Definition:
    """Return one revision of a daemon's definition. Raises CallFailed."""

    def read(answer: Mapping[str, Any]) -> Definition:
        return _checked(answer.get("daemonTaskDefinition"), "daemonTaskDefinitionArn", arn), ()

    return client.call("ecs", "DescribeDaemonTaskDefinition", read, daemonTaskDefinition=arn)


def services(client: RegionClient, cluster: str, arns: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Return services of one cluster by ARN; those that are gone are not among them. Raises CallFailed."""

    def read(answer: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        found = answer.get("services")
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise MalformedResponse("no list of `services` in it")
        return {str(each.get("serviceArn")): each for each in found}

    result: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(arns), _SERVICES_PER_CALL):
        some = list(arns[start : start + _SERVICES_PER_CALL])
        result |= client.call("ecs", "DescribeServices", read, cluster=cluster, services=some)
    return result


def _checked(raw: object, name: str, arn: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict) or raw.get(name) != arn:
        raise MalformedResponse(f"asked for {arn}, got another definition")
    return raw
