"""The corrected definition: the repairs of a check, applied to a definition as ECS describes it."""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.domain.aws_resource import Resource
from auditor.domain.check import Evidence
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.finding import Finding
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


def evidence_about(finding: Finding, revision: int | None) -> tuple[Evidence, ...]:
    """Return the evidence about one revision out of that of a family."""
    return tuple(part for part in finding.evidence if revision_of(part, finding) == revision)


def revision_of(part: Evidence, finding: Finding) -> int | None:
    """Return the revision that evidence is about: that of its finding if it names none."""
    return finding.resource.revision if part.revision is None else part.revision


@dataclass(frozen=True, slots=True)
class Correction:
    """The repairs of one check by reason, and the evidence of its finding."""

    check_id: str
    evidence: tuple[Evidence, ...]
    repairs: Mapping[str, Repair] = field(hash=False)


def patch(raw: Mapping[str, Any], evidence: Iterable[Evidence], repairs: Mapping[str, Repair]) -> PatchedDefinition:
    """Apply the repairs of one check. See `patch_all`."""
    return patch_all(raw, [Correction("", tuple(evidence), repairs)])


def patch_all(raw: Mapping[str, Any], corrections: Sequence[Correction]) -> PatchedDefinition:
    """Apply the repair of each reason to the parts that the evidence names, then what ECS requires in addition.

    Reasons without a repair change nothing. If two checks set the same member to different values, the first one wins,
    and a decision says so.
    """
    new = copy.deepcopy(dict(raw))
    for correction in reversed(corrections):
        _apply(new, correction)
    parts_by_decision: dict[str, list[str]] = {}
    for correction in corrections:
        for part, repair in _repairs(correction):
            if repair.manual:
                parts_by_decision.setdefault(repair.manual, []).append(part.part)
    decisions = [_decision(text, parts) for text, parts in parts_by_decision.items()]
    return PatchedDefinition(new, (*decisions, *_conflicts(raw, corrections), *normalize(new, raw)))


def _repairs(correction: Correction) -> Iterator[tuple[Evidence, Repair]]:
    for part in correction.evidence:
        for reason in part.reasons:
            if reason in correction.repairs:
                yield part, correction.repairs[reason]


def _apply(document: dict[str, Any], correction: Correction) -> None:
    resource = Resource(arn_of(document), "", "", family=str(document.get("family", "")))
    for part, repair in _repairs(correction):
        if isinstance(repair, DefinitionRepair):
            repair.apply(document, part, resource)


def _conflicts(raw: Mapping[str, Any], corrections: Sequence[Correction]) -> Iterator[str]:
    """Yield the members that two corrections would set to different values. The values may be secrets."""
    if len(corrections) == 1:
        return
    first: dict[str, tuple[str, object]] = {}
    for correction in corrections:
        for path, value in _changes(raw, correction).items():
            winner, kept = first.setdefault(path, (correction.check_id, value))
            if value != kept:
                yield f"`{path}`: {winner} and {correction.check_id} need different values; it has that of {winner}."


def _changes(raw: Mapping[str, Any], correction: Correction) -> dict[str, object]:
    """Return the new value of each member that a correction changes, None if it removes it."""
    new = copy.deepcopy(dict(raw))
    _apply(new, correction)
    before, after = dict(_leaves(raw, "")), dict(_leaves(new, ""))
    return {
        path: after.get(path) for path in sorted(before.keys() | after.keys()) if before.get(path) != after.get(path)
    }


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    """Yield path and value of everything in a document. Items of lists are known by name, or else by content."""
    if isinstance(value, Mapping):
        for key, member in value.items():
            yield from _leaves(member, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for member in value:
            name = member.get("name") if isinstance(member, Mapping) else None
            if name:
                yield from _leaves(member, f"{path}[{name}]")
            else:
                yield f"{path}[{json.dumps(member, sort_keys=True, default=str)}]", True
    else:
        yield path, value


def _decision(text: str, parts: list[str]) -> str:
    names = [name for name in dict.fromkeys(parts) if name]
    return f"{', '.join(names)}: {text}" if names else text
