"""The corrected definition: the repairs of a check, applied to a definition as ECS describes it."""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.domain.aws_resource import Resource
from auditor.domain.check import Evidence
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.repair import Repair
from auditor.remediation.ecs.normalize import normalize


@dataclass(frozen=True, slots=True)
class PatchedDefinition:
    """A corrected definition, and what a person has to decide or to know about it."""

    definition: dict[str, Any]
    decisions: tuple[str, ...]


def arn_of(raw: Mapping[str, Any]) -> str:
    """Return the ARN of a task definition or of a daemon's definition; empty if it has none."""
    return str(raw.get("taskDefinitionArn") or raw.get("daemonTaskDefinitionArn") or "")


def evidence_about(evidence: Iterable[Evidence], revision: int | None) -> tuple[Evidence, ...]:
    """Return the evidence about one revision out of that of a family."""
    return tuple(part for part in evidence if part.revision in (None, revision))


def patch(raw: Mapping[str, Any], evidence: Iterable[Evidence], repairs: Mapping[str, Repair]) -> PatchedDefinition:
    """Apply the repair of each reason to the parts that the evidence names, then what ECS requires in addition.

    Reasons without a repair change nothing.
    """
    new = copy.deepcopy(dict(raw))
    resource = Resource(arn_of(raw), "", "", family=str(raw.get("family", "")))
    parts_by_decision: dict[str, list[str]] = {}
    for part in evidence:
        for repair in (repairs[reason] for reason in part.reasons if reason in repairs):
            if isinstance(repair, DefinitionRepair):
                repair.apply(new, part, resource)
            if repair.manual:
                parts_by_decision.setdefault(repair.manual, []).append(part.part)
    decisions = [_decision(text, parts) for text, parts in parts_by_decision.items()]
    return PatchedDefinition(new, (*decisions, *normalize(new, raw)))


def _decision(text: str, parts: list[str]) -> str:
    names = [name for name in dict.fromkeys(parts) if name]
    return f"{', '.join(names)}: {text}" if names else text
