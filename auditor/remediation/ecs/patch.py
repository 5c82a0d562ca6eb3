"""The corrected definition: the repairs of a check laid over what ECS holds. Pure."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.domain.aws_resource import Resource
from auditor.domain.check import Evidence
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.repair import Repair
from auditor.remediation.ecs.normalize import normalize

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PatchedDefinition:
    """A definition as ECS described it with the repairs laid over it, and what a person has to decide or to know."""

    definition: Raw
    by_hand: tuple[str, ...]


def arn_of(raw: Mapping[str, Any]) -> str:
    """Return the ARN of a definition of tasks or of daemons, empty where it has none."""
    return str(raw.get("taskDefinitionArn") or raw.get("daemonTaskDefinitionArn") or "")


def about(evidence: Iterable[Evidence], revision: object) -> tuple[Evidence, ...]:
    """Return the evidence of a family's finding that is about one revision."""
    return tuple(each for each in evidence if each.revision in (None, revision))


def patch(raw: Mapping[str, Any], evidence: Iterable[Evidence], repairs: Mapping[str, Repair]) -> PatchedDefinition:
    """Lay the repair of each reason over the part of the definition that it is about.

    What ECS would then refuse is made to fit. Reasons without a repair change nothing.
    """
    new: Raw = copy.deepcopy(dict(raw))
    notes: dict[str, list[str]] = {}
    resource = Resource(arn_of(raw), "", "", family=str(raw.get("family", "")))
    for part in evidence:
        for repair in (repairs[reason] for reason in part.reasons if reason in repairs):
            if isinstance(repair, DefinitionRepair):
                repair.apply(new, part, resource)
            if repair.manual:
                notes.setdefault(repair.manual, []).append(part.part)
    said = [_note(by_hand, names) for by_hand, names in notes.items()]
    return PatchedDefinition(new, (*said, *normalize(new, raw)))


def _note(by_hand: str, names: list[str]) -> str:
    parts = [name for name in dict.fromkeys(names) if name]
    return f"{', '.join(parts)}: {by_hand}" if parts else by_hand
