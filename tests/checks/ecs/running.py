"""Builders of what runs: name what matters, the rest is filled in. And the tables of manual pages, to hold them to."""
# ruff: noqa: ANN401 - `**fields` are the fields of the noun, whatever their types

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from auditor.domain.check import Verdict
from auditor.domain.ecs.workloads import CapacityProvider, Cluster, Deployment, Placement, Service, TaskSet

_HERE = "arn:aws:ecs:eu-west-1:111122223333"
CLUSTER_ARN = f"{_HERE}:cluster/prod"
SERVICE_ARN = f"{_HERE}:service/prod/web"
GROUP_ARN = "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:f1ee:autoScalingGroupName/ecs"


def revision(number: int) -> str:
    """Build the ARN of a revision of the family web."""
    return f"{_HERE}:task-definition/web:{number}"


def cluster(**fields: Any) -> Cluster:
    """Build an ACTIVE cluster that was never told anything."""
    return Cluster(**({"arn": CLUSTER_ARN, "name": "prod", "status": "ACTIVE"} | fields))


def service(**fields: Any) -> Service:
    """Build an ACTIVE service of web:7."""
    usual = {
        "arn": SERVICE_ARN,
        "name": "web",
        "cluster_arn": CLUSTER_ARN,
        "status": "ACTIVE",
        "task_definition": revision(7),
    }
    return Service(**(usual | fields))


def task_set(number: int = 1, **fields: Any) -> TaskSet:
    """Build a PRIMARY task set of web:7."""
    usual = {
        "arn": f"{_HERE}:task-set/prod/web/ecs-svc/{number}",
        "id": f"ecs-svc/{number}",
        "service_arn": SERVICE_ARN,
        "cluster_arn": CLUSTER_ARN,
        "status": "PRIMARY",
        "task_definition": revision(7),
    }
    return TaskSet(**(usual | fields))


def provider(**fields: Any) -> CapacityProvider:
    """Build an ACTIVE capacity provider of an Auto Scaling group."""
    usual = {"arn": f"{_HERE}:capacity-provider/instances", "name": "instances", "status": "ACTIVE"}
    return CapacityProvider(**(usual | {"scaling_group": GROUP_ARN} | fields))


def deployment(status: str = "ACTIVE", number: int = 6, running: int = 1, **placed: Any) -> Deployment:
    """Build a deployment of web with a running task; `placed` are the fields of its placement."""
    return Deployment(revision(number), status, running, Placement(**placed))


def table(manual: str, heading: str) -> list[list[str]]:
    """Return the rows, cut into cells, of the page's table whose first column is `heading`."""
    _, _, rest = re.split(rf"^( {{4}}{re.escape(heading)}  .*\n {{4}}[- ]+)\n", manual, maxsplit=1, flags=re.MULTILINE)
    return [re.split(r" {2,}", line.strip()) for line in rest.partition("\n\n")[0].splitlines()]


def said(verdicts: Iterable[Verdict]) -> set[tuple[str, str]]:
    """Return the different verdicts and reasons, in the words of a table."""
    return {(each.status.value, " ".join(each.reasons) or "-") for each in verdicts}


def reading(verdicts: Iterable[Verdict], name: str) -> set[str]:
    """Return what a standard says, over all of these."""
    return {each.standards[name].value for each in verdicts}


def details(verdict: Verdict) -> Mapping[str, Any]:
    """Return what the only piece of evidence has looked at."""
    (evidence,) = verdict.evidence
    return evidence.details
