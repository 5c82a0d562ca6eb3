"""Checks for the tests of the catalogue. This docstring is their manual page.

A manual starts with a sentence.

## Description
Looks at `a|b`.

    name  verdict
    ----  -------
    x     PASS

## Audit, CLI
    aws ecs list-clusters
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from auditor.domain.check import Check, Origin, Severity, Status, Verdict
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.ecs.workloads import Cluster
from auditor.reports.catalogue.manual import DescribedCheck

MANUAL = (__doc__ or "").strip()
CIS = "cis-compute-1.1"
COSTS = {"ecs-task-definitions": "1 per family"}
CLUSTER_COSTS = {"ecs-clusters": "2 per 100 clusters"}


@dataclass(frozen=True, slots=True)
class Parameters:
    """A parameter of each type."""

    mode: Literal["lax", "strict"] = "lax"
    owner: str = "platform"
    quick: bool = True
    names: tuple[str, ...] = ("a", "b")


def _judge(_task: TaskDefinition, _params: object) -> Verdict:
    return Verdict(Status.PASS)


def described(name: str, costs: dict[str, str] = COSTS, **fields: Any) -> DescribedCheck:  # noqa: ANN401 - fields of a check
    usual: dict[str, Any] = {"title": "Something holds", "severity": Severity.LOW, "frameworks": {}}
    return DescribedCheck(Check(id=name, judge=_judge, **{"fact_type": TaskDefinition, **usual, **fields}), costs)


CHECKS = [
    described("ecs-a", severity=Severity.CRITICAL, frameworks={CIS: ("3.10", "3.4"), "aws-fsbp": ("ECS.4",)}),
    described(
        "ecs-longer",
        CLUSTER_COSTS,
        title="Another thing holds",
        fact_type=Cluster,
        frameworks={CIS: ("3.9",)},
        origin=Origin("acme", "1.2"),
    ),
    described("ecs-odd", {}, title="Odd\x1b[31m", origin=Origin("mine.yaml", "sha256:0123")),
]
