"""Helpers of the tests of ECS checks: judging facts, describing verdicts, and reading tables of manual pages."""
# ruff: noqa: ANN401 - `**fields` are the fields of the fact, of any type

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from auditor.domain.check import Check, Status, Verdict
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition, TaskDefinition
from auditor.domain.ecs.workloads import CapacityProvider, Cluster, Deployment, Placement, Service, TaskSet
from auditor.parsers.ecs.task_definitions import parse, parse_daemon

PASS, FAIL, UNKNOWN, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.UNKNOWN, Status.NOT_APPLICABLE
WINDOWS = "WINDOWS_SERVER_2022_CORE"

_PREFIX = "arn:aws:ecs:eu-west-1:111122223333"
CLUSTER_ARN = f"{_PREFIX}:cluster/prod"
SERVICE_ARN = f"{_PREFIX}:service/prod/web"
DAEMON_ARN = f"{_PREFIX}:daemon-task-definition/agent:3"
GROUP_ARN = "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:f1ee:autoScalingGroupName/ecs"


def judge(check: Check[Any], fact: object, params: object = None) -> Verdict:
    """Judge a fact, with the default parameters unless others are given."""
    verdict: Verdict = check.judge(fact, check.parameters if params is None else params)
    return verdict


def parse_task(*containers: Mapping[str, Any], **members: Any) -> TaskDefinition:
    """Parse a task definition from the JSON of its containers and further members."""
    raw = {"taskDefinitionArn": revision_arn(7), "family": "web", "revision": 7}
    return parse({**raw, "containerDefinitions": list(containers), **members})


def parse_agent(*containers: Mapping[str, Any], **members: Any) -> DaemonTaskDefinition:
    """Parse a managed daemon's definition from the JSON of its containers and further members."""
    raw = {"daemonTaskDefinitionArn": DAEMON_ARN, "family": "agent", "revision": 3}
    return parse_daemon({**raw, "containerDefinitions": list(containers), **members})


def daemon_definition(**fields: Any) -> DaemonTaskDefinition:
    """Build an ACTIVE managed daemon's definition without containers."""
    usual: dict[str, Any] = {
        "arn": DAEMON_ARN,
        "family": "agent",
        "revision": 3,
        "status": "ACTIVE",
        "network_mode": None,
    }
    return DaemonTaskDefinition(**(usual | {"containers": (), "tags": None, "os_family": "LINUX"} | fields))


def revision_arn(number: int) -> str:
    """Build the ARN of a revision of the family web."""
    return f"{_PREFIX}:task-definition/web:{number}"


def cluster(**fields: Any) -> Cluster:
    """Build an ACTIVE cluster without settings."""
    return Cluster(**({"arn": CLUSTER_ARN, "name": "prod", "status": "ACTIVE"} | fields))


def service(**fields: Any) -> Service:
    """Build an ACTIVE service of web:7."""
    usual = {
        "arn": SERVICE_ARN,
        "name": "web",
        "cluster_arn": CLUSTER_ARN,
        "status": "ACTIVE",
        "task_definition": revision_arn(7),
    }
    return Service(**(usual | fields))


def task_set(number: int = 1, **fields: Any) -> TaskSet:
    """Build a PRIMARY task set of web:7."""
    usual = {
        "arn": f"{_PREFIX}:task-set/prod/web/ecs-svc/{number}",
        "id": f"ecs-svc/{number}",
        "service_arn": SERVICE_ARN,
        "cluster_arn": CLUSTER_ARN,
        "status": "PRIMARY",
        "task_definition": revision_arn(7),
    }
    return TaskSet(**(usual | fields))


def capacity_provider(**fields: Any) -> CapacityProvider:
    """Build an ACTIVE capacity provider of an Auto Scaling group."""
    usual = {"arn": f"{_PREFIX}:capacity-provider/instances", "name": "instances", "status": "ACTIVE"}
    return CapacityProvider(**(usual | {"scaling_group": GROUP_ARN} | fields))


def deployment(status: str = "ACTIVE", number: int = 6, running: int = 1, **placed: Any) -> Deployment:
    """Build a deployment of web with a running task; `placed` are the fields of its placement."""
    return Deployment(revision_arn(number), status, running, Placement(**placed))


def definition_repair(check: Check[Any], reason: str) -> DefinitionRepair:
    """Return the repair of a reason, which must change the document of a task definition."""
    repair = check.repairs[reason]
    assert isinstance(repair, DefinitionRepair)
    return repair


def table(page: str, heading: str) -> list[list[str]]:
    """Return the rows, cut into cells, of the table whose first column is `heading`."""
    _, header, rest = re.split(
        rf"^( {{4}}{re.escape(heading)}  .*\n {{4}}[- ]+)\n", page, maxsplit=1, flags=re.MULTILINE
    )
    columns = len(re.split(r" {2,}", header.splitlines()[0].strip()))
    rows = [re.split(r" {2,}", line.strip()) for line in rest.partition("\n\n")[0].splitlines()]
    assert all(len(row) == columns for row in rows), f"a row does not have {columns} cells: {rows}"
    return rows


def cell_value(text: str) -> str | None:
    """Return the value of a cell: a hyphen is an absent value, two quotes are an empty one."""
    return {"-": None, '""': ""}.get(text, text)


def cell_values(text: str) -> list[str | None]:
    """Return the values of a cell that lists several, separated by commas."""
    return [cell_value(part) for part in text.split(", ")]


def outcomes(verdicts: Iterable[Verdict]) -> set[tuple[str, str]]:
    """Return the different pairs of status and reasons, as a table shows them."""
    return {(verdict.status.value, " ".join(verdict.reasons) or "-") for verdict in verdicts}


def standards(verdicts: Iterable[Verdict], name: str) -> set[str]:
    """Return the different statuses of another rule set."""
    return {verdict.standards[name].value for verdict in verdicts}


def failing_parts(verdict: Verdict) -> list[str]:
    """Return the names of the parts in the evidence."""
    return [part.part for part in verdict.evidence]


def details(verdict: Verdict) -> Mapping[str, Any]:
    """Return the details of the only piece of evidence."""
    (evidence,) = verdict.evidence
    return evidence.details
